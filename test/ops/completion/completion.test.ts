import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { packageProgram } from '../../../ops/cli/caller.ts';
import { runVerbs, VERB_NAMES } from '../../../ops/verbs.ts';
import { finished } from '../../support/operator/operator-at-work.ts';

function run(...argv: readonly string[]) {
  const program = (words: readonly string[], terminal: Parameters<typeof runVerbs>[1]) =>
    runVerbs(words, terminal, packageProgram({}));
  return finished(argv, program, { localFolder: '/nowhere', now: () => 0, readStandardInput: async () => '' });
}

/** What bash offers when Tab is pressed after these words, the last of which may be incomplete. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { out } = await run('completion', 'bash');
  const line = ['bearer-authorizer', ...words].map((word) => `'${word}'`).join(' ');
  const press = `COMP_WORDS=(${line}); COMP_CWORD=${words.length}; _bearer_authorizer; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)('bash', ['--noprofile', '--norc', '-u', '-c', `${out}\n${press}`]);
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion in bash', () => {
  it('offers the verbs at first', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining([...VERB_NAMES, 'help', '--version']));
  });

  it.each([
    [['rev'], ['revoke']],
    [
      ['revoke', ''],
      ['token', 'session', 'subject', 'client', 'claim', 'key', 'issuer', '--help'],
    ],
    [['revoke', 'key', 'k', '--y'], ['--yes']],
    [['revoke', 'subject', 'alice', '--y'], []],
    [['list', '--level', 'iss'], ['issuer']],
    [['lint', '--json', '--s'], ['--stack']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish', '--help'],
    ],
    [['import', 'package.j'], ['package.json']],
  ])('after %j offers %j', async (words, expected) => {
    expect(await offered(...words)).toEqual(expected);
  });
});

it('completion in bash offers the name of a file as one word, whatever characters it has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'completion-'));
  try {
    for (const name of ['a b.csv', 'a*.csv', 'a$(x).csv']) await writeFile(join(folder, name), '');
    const found = await offered('import', `${folder}/a`);
    expect(found.toSorted()).toEqual(['a b.csv', 'a$(x).csv', 'a*.csv'].map((name) => join(folder, name)).toSorted());
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
