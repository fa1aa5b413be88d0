import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { npmScripts, packageProgram } from '../../ops/cli/caller.ts';
import { runVerbs, VERB_NAMES } from '../../ops/verbs.ts';
import { finished, wordsOf } from '../support/operator/operator-at-work.ts';

const AROUND = { localFolder: '/nowhere', now: () => 0, readStandardInput: async () => '' };

/** Runs the package's program. */
function run(commandLine: string, environment: Readonly<Record<string, string>> = {}) {
  const program = (argv: readonly string[], terminal: Parameters<typeof runVerbs>[1]) =>
    runVerbs(argv, terminal, packageProgram(environment));
  return finished(wordsOf(commandLine), program, { ...AROUND, environment });
}

describe('the program bearer-authorizer', () => {
  it.each(['--version', '-V'])('prints its version with %s', async (option) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run(option)).toEqual({ exitCode: 0, out: `${version}\n`, err: '' });
  });

  it('wraps its options and commands at the width of the terminal, and at 120 columns in a pipe', async () => {
    const widest = async (at: { isTTY?: boolean; columns?: number }) => {
      const program = (argv: readonly string[], terminal: Parameters<typeof runVerbs>[1]) =>
        runVerbs(argv, terminal, packageProgram({}));
      const { out } = await finished(['--help'], program, { ...AROUND, ...at });
      const [grammar = ''] = out.split('Examples:');
      return Math.max(...grammar.split('\n').map((line) => line.length));
    };
    expect(await widest({ isTTY: true, columns: 80 })).toBeLessThanOrEqual(80);
    expect(await widest({})).toBeGreaterThan(80);
  });

  it('lists every verb with --help', async () => {
    const { exitCode, out } = await run('--help');
    expect(exitCode).toBe(0);
    expect(out.match(/(?<=^ {2})[a-z]+(?= )/gm)).toEqual(expect.arrayContaining([...VERB_NAMES]));
  });

  it.each(['', 'revoke', 'revoke subject', 'routes', 'token'])(
    'shows with "help %s" what --help shows',
    async (words) => {
      expect(await run(`help ${words}`)).toEqual(await run(`${words} --help`));
    },
  );

  it.each(['list', 'list --local', 'token'])(
    'names the folder of BEARER_AUTHORIZER_LOCAL where no run is: %s',
    async (line) => {
      const { exitCode, err } = await run(line, { BEARER_AUTHORIZER_LOCAL: '/nowhere' });
      expect({ exitCode, err }).toEqual({
        exitCode: 1,
        err: expect.stringMatching(/^The folder \/nowhere of BEARER_AUTHORIZER_LOCAL describes no run that is alive: /),
      });
    },
  );

  it.each(['help revke', 'help revoke subjct'])('rejects a word that is no command: %s', async (line) => {
    expect(await run(line)).toMatchObject({
      exitCode: 2,
      out: '',
      err: expect.stringMatching(/Did you mean (revoke|subject)/),
    });
  });

  it('takes "help" for a value where it is none of its own words', async () => {
    expect(await run('revoke subject help --dry-run')).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(
        /^No deployment to work on: .* set BEARER_AUTHORIZER_LOCAL to the folder \.local of another run\.\n$/,
      ),
    });
  });

  it.each(VERB_NAMES)('names itself, and no npm script, in the help of %s', async (name) => {
    const { out } = await run(`${name} --help`);
    expect(out).toMatch(new RegExp(`^Usage: bearer-authorizer ${name}`));
    expect(out.replace('Under npm put `--` after `npm run revocations`', '')).not.toMatch(/npm run/);
  });

  it.each(['revoke', 'restore', 'show', 'list', 'import', 'lint'])(
    'has its name in each example of %s',
    async (name) => {
      const [, examples = ''] = (await run(`${name} --help`)).out.split('Examples:\n');
      const [first = ''] = examples.split('\n\n');
      expect(first.match(/^ {2}\S.*$/gm)?.filter((line) => !line.startsWith(`  bearer-authorizer ${name}`))).toEqual(
        [],
      );
    },
  );

  it('is named with npx where npx has started it', async () => {
    const { out } = await run('list --help', { npm_lifecycle_event: 'npx' });
    expect(out).toContain('Usage: npx bearer-authorizer list');
  });

  it("leaves npx's own options to npx: --yes and --json before its name are not ours", async () => {
    const environment = { npm_lifecycle_event: 'npx', npm_config_yes: 'true', npm_config_json: 'true' };
    expect(await run('plan --requests-per-second 1 --active-tokens 1', environment)).toMatchObject({ exitCode: 0 });
  });
});

describe('an error under --json is one document on standard output', () => {
  it.each([
    ['a wrong command line', 'revoke subject --json', 2, /^Missing required argument/],
    ['a failure', 'list --json', 1, /^No deployment to work on/],
    ['an unknown command', 'frobnicate --json', 2, /^Unknown command/],
  ])('%s', async (_, commandLine, exitCode, sentence) => {
    const { out, err, ...rest } = await run(commandLine);
    expect({ ...rest, err }).toEqual({ exitCode, err: '' });
    expect(JSON.parse(out)).toEqual({ error: expect.stringMatching(sentence) });
  });

  it('and a sentence on standard error where --json is a value', async () => {
    expect(await run('revoke subject -- --json extra')).toMatchObject({ exitCode: 2, out: '' });
  });
});

describe('an npm script writes commands as npm starts them', () => {
  it.each([
    ['revoke key k', 'npm run revocations -- revoke key k'],
    ['start', 'npm start'],
    ['start --port 4000', 'npm start -- --port 4000'],
    ['routes', 'npm run routes'],
    ['routes --scope x', 'npm run routes -- --scope x'],
  ])('%s', (command, written) => {
    expect(npmScripts(command)).toBe(written);
  });

  it('and without lines of npm where another program reads the output', () => {
    expect(npmScripts('token --client c', 'piped')).toBe('npm run --silent token -- --client c');
  });
});
