import { describe, expect, test } from 'vitest';
import { UsageError } from '../../local/local-run-error.ts';
import { parseStartOptions } from '../../local/start-options.ts';

describe('the command line', () => {
  test.each([
    [[], { json: false, port: 3000, resultTtlSeconds: undefined }],
    [['--json', '--port', '4000', '--result-ttl', '2'], { json: true, port: 4000, resultTtlSeconds: 2 }],
    [['--port=4000', '--result-ttl=0'], { port: 4000, resultTtlSeconds: 0 }],
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
  ])('%j is refused in one sentence that names %s', (argv, named) => {
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

  test.each([
    ['what npm says of itself', [], lifecycle],
    ['what is given once more after --', ['--port', '3000'], { ...lifecycle, npm_config_port: '4000' }],
    ['the options of another script, such as npm test', [], { npm_lifecycle_event: 'test', npm_config_json: 'true' }],
  ])('%s is no such loss', (_, argv, environment) => {
    expect(parseStartOptions(argv, environment)).toMatchObject({ port: 3000, json: false });
  });
});
