import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { optionsKeptByNpm } from '../../ops/npm-options.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'npm-options-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs npm as a person does: with that person's settings, and with none of the npm that runs these tests. */
async function npm(words: string, settings = '') {
  const userconfig = join(folder, `npmrc-${settings.replaceAll(/\W/g, '-')}`);
  await writeFile(userconfig, settings);
  const own = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  const env = { ...Object.fromEntries(own), npm_config_userconfig: userconfig, npm_config_loglevel: 'silent' };
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile('npm', words.split(' '), { cwd: root, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

describe.concurrent('what npm keeps for itself is not done without', () => {
  it.each([
    ['run revocations restore subject nobody-at-all --dry-run', '--dry-run'],
    ['run revocations revoke subject nobody-at-all --stack=prod --block', '--block and --stack'],
    ['run revocations revoke key nobody-at-all --no-flush', '--no-flush'],
    ['run revocations revoke key nobody-at-all --replace', '--replace'],
    ['run token --client visitor', '--client'],
    ['run routes --scope=orders:read', '--scope'],
    ['run plan --requests-per-second=1 --memory=512 -- --active-tokens 5', '--memory and --requests-per-second'],
    ['run test:deployed --longest-wait=5', '--longest-wait'],
  ])('npm %s: exit 2, one sentence', async (words, kept) => {
    const { code, out, err } = await npm(words);
    const script = words.split(' ')[1];
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toEqual([
      expect.stringContaining(`npm kept ${kept} for itself, so nothing was done: write npm run ${script} -- `),
    ]);
  });

  it.each([
    ['options after --', 'run plan -- --requests-per-second 1 --active-tokens 5 --json', ''],
    ['settings of npm with names like ours', 'run plan -- --requests-per-second 1 --active-tokens 5', 'json=true\n'],
  ])('%s are no reason to refuse', async (_, words, settings) => {
    expect(await npm(words, settings)).toMatchObject({ code: 0, err: '' });
  });
});

describe('options that npm kept', () => {
  const names = ['--json', '--scope', '--dry-run', '--no-flush', '--by'];

  it.each([
    ['without npm', { npm_config_json: 'true' }, []],
    ['with nothing kept', { npm_lifecycle_event: 'revocations', npm_config_yes: '' }, []],
    ['with a switch turned off', { npm_lifecycle_event: 'revocations', npm_config_flush: '' }, ['--no-flush']],
    [
      'with an option that npm completed',
      { npm_lifecycle_event: 'revocations', npm_config_bypass_2fa: 'true' },
      ['--by'],
    ],
  ])('%s', (_, environment, kept) => {
    expect(optionsKeptByNpm(names, ['list'], environment)).toEqual(kept);
  });

  it('are not those that arrived', () => {
    const environment = { npm_lifecycle_event: 'revocations', npm_config_json: 'true', npm_config_scope: '@acme' };
    expect(optionsKeptByNpm(names, ['list', '--json', '--scope=x'], environment)).toEqual([]);
  });
});
