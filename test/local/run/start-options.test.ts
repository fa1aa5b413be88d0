import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../local/errors.ts';
import { parseStartOptions, USAGE } from '../../../local/run/start-options.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('the command line', () => {
  test.each([
    [[], { json: false, port: 3000, resultTtlSeconds: undefined }],
    [['--json', '--port', '4000', '--result-ttl', '2'], { json: true, port: 4000, resultTtlSeconds: 2 }],
    [['--port=4000', '--result-ttl=0'], { port: 4000, resultTtlSeconds: 0 }],
    [['--reading', 'slashes-at-end+full-match-first'], { reading: 'slashes-at-end+full-match-first' }],
  ])('%j is understood', (argv, expected) => {
    expect(parseStartOptions(argv)).toMatchObject(expected);
  });

  test.each([
    [['--prot', '4000'], '--prot'],
    [['extra'], 'extra'],
    [['-x'], '-x'],
    [['--port'], '--port'],
    [['--port', 'x'], 'x'],
    [['--port', '0'], '1 to 65532'],
    [['--port', '65533'], '65533'],
    [['--port', '1.5'], '1.5'],
    [['--result-ttl', '3601'], '0 to 3600'],
    [['--result-ttl', '-1'], '--result-ttl'],
    [['--result-ttl', '60s'], '60s'],
    [['--json=yes'], '--json'],
    [['--reading', 'decoded'], 'one of raw, '],
    [['--reading'], 'nothing was given'],
  ])('%j is rejected in one sentence that names %s', (argv, named) => {
    expect(() => parseStartOptions(argv)).toThrow(UsageError);
    expect(() => parseStartOptions(argv)).toThrow(named);
  });

  const lifecycle = { npm_lifecycle_event: 'start', npm_config_user_agent: 'npm/11', npm_config_json: '' };

  test.each([
    [{ npm_config_port: '4000' }, [], '-- --port 4000'],
    [{ npm_config_port: 'true' }, ['4000'], '-- --port VALUE'],
    [{ npm_config_result_ttl: '9' }, ['--json'], '-- --result-ttl 9'],
    [{ npm_config_json: 'true' }, [], '-- --json'],
  ])('what npm kept of it, %j beside %j, is asked for again', (kept, argv, advice) => {
    expect(() => parseStartOptions(argv, { ...lifecycle, ...kept })).toThrow(UsageError);
    expect(() => parseStartOptions(argv, { ...lifecycle, ...kept })).toThrow(advice);
  });

  test('who did not give it, but has it among npm settings, is told how to start all the same', () => {
    const kept = { ...lifecycle, npm_config_json: 'true' };
    const advice = /\(or, if npm's settings say so, npm start --no-json -- …\)\.$/;
    expect(() => parseStartOptions(['--port', '5930'], kept)).toThrow(advice);
  });

  test('what that sentence advises works with npm itself', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'npm-settings-'));
    const npm_config_userconfig = join(folder, 'npmrc');
    await writeFile(npm_config_userconfig, 'json=true\n');
    const npm = (words: string) =>
      promisify(execFile)('npm', words.split(' '), { cwd: root, env: { ...process.env, npm_config_userconfig } });
    expect((await npm('--silent start --no-json -- --help')).stdout).toContain(USAGE);
    await rm(folder, { recursive: true });
  });

  test.each([
    ['what npm says of itself', [], lifecycle],
    ['what is given once more after --', ['--port', '3000'], { ...lifecycle, npm_config_port: '4000' }],
    ['the options of another script, such as npm test', [], { npm_lifecycle_event: 'test', npm_config_json: 'true' }],
  ])('%s is no such loss', (_, argv, environment) => {
    expect(parseStartOptions(argv, environment)).toMatchObject({ port: 3000, json: false });
  });
});
