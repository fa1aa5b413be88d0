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
});
