import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsKeptByNpm } from '../../../ops/cli/npm-options.ts';
import { parseCommandLine } from '../../../ops/cli/quiet-commander.ts';
import { revocationsGrammar } from '../../../ops/revocations.ts';
import type { Command } from '../../../ops/verbs.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npm-options-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(program: string, words: string, cwd: string, changes: Readonly<Record<string, string>>): Promise<Ended> {
  const own = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  const env = { ...Object.fromEntries(own), ...changes };
  return new Promise((resolve) => {
    execFile(program, words.split(' '), { cwd, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

/** Runs npm as a person does: with the given settings, and without the variables of the npm that runs these tests. */
async function npm(words: string, { settings = '', cwd = root } = {}): Promise<Ended> {
  const userconfig = join(folder, `npmrc-${settings.replaceAll(/\W/g, '-')}`);
  await writeFile(userconfig, settings);
  return run('npm', words, cwd, { npm_config_userconfig: userconfig, npm_config_loglevel: 'silent' });
}

// npm takes seconds to start on a busy machine, so there are few of these tests, and each checks much.
describe.concurrent('npm itself', () => {
  it('keeps options that stand before --: exit 2, one sentence, nothing done', async () => {
    const words = 'run revocations revoke subject nobody-at-all --stack=prod --block --no-flush --replace --dry-run';
    const { code, out, err } = await npm(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    const kept = '--block and --dry-run and --no-flush and --replace and --stack';
    expect(err.trim().split('\n')).toEqual([
      expect.stringContaining(`npm kept ${kept} for itself, so nothing was done: write npm run revocations -- `),
    ]);
  });

  it('gives the options of an outer script to inner ones, and those that an inner one lacks are ignored', async () => {
    const cwd = join(folder, 'outer');
    await mkdir(cwd);
    const inner = `npm --prefix '${root}' run revocations -- list --region eu-west-1`;
    await writeFile(join(cwd, 'package.json'), JSON.stringify({ scripts: { nightly: inner } }));
    const { err } = await npm('run nightly --dry-run', { cwd });
    expect(err).toMatch(/^--region goes with --stack[^\n]*\n$/);
  });

  it('passes options after -- on, and its own settings with names like ours reject nothing', async () => {
    const words = 'run plan -- --requests-per-second 1 --active-tokens 5';
    expect(await npm(words, { settings: 'json=true\n' })).toMatchObject({ code: 0, err: '' });
  });
});

describe.concurrent('every program does nothing when npm kept an option', () => {
  it.each([
    ['ops/token.ts', 'token', 'visitor', { npm_config_client: 'true' }, '--client'],
    ['ops/routes.ts', 'routes', '', { npm_config_scope: 'orders:read' }, '--scope'],
    ['ops/plan.ts', 'plan', '--active-tokens 5', { npm_config_memory: '512' }, '--memory'],
    ['test/deployed/deployed-test.ts', 'test:deployed', '', { npm_config_longest_wait: '5' }, '--longest-wait'],
  ])('%s: exit 2, one sentence', async (file, script, words, kept, option) => {
    const environment = { npm_lifecycle_event: script, ...kept };
    const { code, out, err } = await run(process.execPath, `${file} ${words}`.trim(), root, environment);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toEqual([
      expect.stringContaining(`npm kept ${option} for itself, so nothing was done: write npm run ${script} -- `),
    ]);
    expect(err).toContain(`a script that runs this one gave it, unset ${Object.keys(kept)} there`);
  });
});

describe('optionsKeptByNpm finds the options that npm kept', () => {
  const names = ['--json', '--scope', '--dry-run', '--no-flush', '--by', '--replace'];

  it.each([
    ['without npm', { npm_config_json: 'true' }, []],
    ['with nothing kept', { npm_lifecycle_event: 'revocations', npm_config_yes: '' }, []],
    ['with a switch turned off', { npm_lifecycle_event: 'revocations', npm_config_flush: '' }, ['--no-flush']],
    [
      'with an option that npm completed',
      { npm_lifecycle_event: 'revocations', npm_config_bypass_2fa: 'true' },
      ['--by'],
    ],
    [
      'with an option that npm completed, and gave the next one as its value',
      { npm_lifecycle_event: 'revocations', npm_config_replace_registry_host: '--dry-run' },
      ['--dry-run', '--replace'],
    ],
    [
      "with a setting of npm's own that an option of ours abbreviates",
      { npm_lifecycle_event: 'revocations', npm_config_replace_registry_host: 'always' },
      [],
    ],
  ])('%s', (_, environment, kept) => {
    expect(optionsKeptByNpm(names, ['list'], environment)).toEqual(kept);
  });

  it('and not --yes, which pipelines set for npm itself', () => {
    const environment = { npm_lifecycle_event: 'revocations', npm_config_yes: 'true' };
    expect(optionsKeptByNpm(['--yes', '--json'], ['revoke', 'key', 'k'], environment)).toEqual([]);
  });

  it('and not those that arrived', () => {
    const environment = { npm_lifecycle_event: 'revocations', npm_config_json: 'true', npm_config_scope: '@acme' };
    expect(optionsKeptByNpm(names, ['list', '--json', '--scope=x'], environment)).toEqual([]);
  });

  it.each([
    ['prod list', { npm_config_stack: 'true' }, /^npm kept --stack for itself/],
    ['restore subject key', { npm_config_dry_run: 'true' }, /^npm kept --dry-run for itself/],
    ['revoke key list', { npm_config_block: 'true', npm_config_reason: 'x' }, /^npm kept --reason for itself/],
  ])('among the options of the named command: %s', (words, kept, sentence) => {
    const environment = { npm_lifecycle_event: 'revocations', ...kept };
    const parse = () => parseCommandLine<Command>((found) => revocationsGrammar(found), words.split(' '), environment);
    expect(parse).toThrow(sentence);
  });
});
