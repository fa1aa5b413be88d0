import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { packageProgram } from '../../../ops/cli/caller.ts';
import { SHELLS, type Shell } from '../../../ops/completion/completion-script.ts';
import { runVerbs, VERB_NAMES } from '../../../ops/verbs.ts';
import { finished } from '../../support/operator/operator-at-work.ts';
import { offeredWords } from '../../support/shells/offered-words.ts';

function run(...argv: readonly string[]) {
  const program = (words: readonly string[], terminal: Parameters<typeof runVerbs>[1]) =>
    runVerbs(words, terminal, packageProgram({}));
  return finished(argv, program, { localFolder: '/nowhere', now: () => 0, readStandardInput: async () => '' });
}

async function offered(shell: Shell, ...words: readonly string[]): Promise<readonly string[]> {
  const { out } = await run('completion', shell);
  return (await offeredWords(shell, out, ['bearer-authorizer', ...words])).toSorted();
}

/** The shells of this run: bash is everywhere, and `npm run test:shells` and CI name the others. */
const NAMED = process.env.SHELLS?.split(',') ?? [];
const SHELLS_HERE = SHELLS.filter((shell) => shell === 'bash' || NAMED.includes(shell));

describe.each(SHELLS_HERE)('completion in %s', (shell) => {
  it('offers the verbs at first', async () => {
    expect(await offered(shell, '')).toEqual(expect.arrayContaining([...VERB_NAMES, 'help', '--version']));
  });

  it.each([
    [['rev'], ['revoke']],
    [['revoke', 'key', 'k', '--y'], ['--yes']],
    [['list', '--level', 'iss'], ['issuer']],
    [['lint', '--json', '--s'], ['--stack']],
    [
      ['completion', ''],
      ['--help', 'bash', 'fish', 'zsh'],
    ],
    [['import', 'package.j'], ['package.json']],
  ])('after %j offers %j', async (words, expected) => {
    expect(await offered(shell, ...words)).toEqual(expected);
  });

  it('offers an option for its own commands only', async () => {
    // Fish also offers words that hold the letters in order, such as --by.
    const words = await offered(shell, 'revoke', 'subject', 'alice', '--y');
    expect(words.filter((word) => word.startsWith('--y'))).toEqual([]);
  });

  it('offers the levels after revoke, and nothing else', async () => {
    expect(await offered(shell, 'revoke', '')).toEqual(['--help', ...REVOCATION_LEVELS].toSorted());
  });
});

it('completion in bash offers the name of a file as one word, whatever characters it has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'completion-'));
  try {
    for (const name of ['a b.csv', 'a*.csv', 'a$(x).csv']) await writeFile(join(folder, name), '');
    const found = await offered('bash', 'import', `${folder}/a`);
    expect(found).toEqual(['a b.csv', 'a$(x).csv', 'a*.csv'].map((name) => join(folder, name)).toSorted());
  } finally {
    await rm(folder, { recursive: true });
  }
});

it.each(['zsh', 'fish'])('the script for %s names every verb and every option', async (shell) => {
  const { exitCode, out } = await run('completion', shell);
  expect(exitCode).toBe(0);
  for (const word of [...VERB_NAMES, '--skip-bad', '--yes', ' revoke key']) expect(out).toContain(word);
});

it.each([
  [[], /^Missing required argument 'shell'/],
  [['tcsh'], /Allowed choices are bash, zsh, fish/i],
])('completion %j is a wrong command line', async (words, sentence) => {
  expect(await run('completion', ...words)).toMatchObject({ exitCode: 2, err: expect.stringMatching(sentence) });
});
