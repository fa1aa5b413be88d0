import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

function run(program: string, ...words: readonly string[]) {
  return new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(process.execPath, [`ops/${program}.ts`, ...words], { cwd: root }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end();
  });
}

describe.concurrent('each program, run as npm runs it', () => {
  it('revocations --help: exit 0, on standard output', async () => {
    expect(await run('revocations', '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Examples:'),
      err: '',
    });
  });

  it('a wrong command line: exit 2, one sentence on standard error', async () => {
    const { code, out, err } = await run('revocations', 'revoke', 'subject');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it.each(['token', 'routes'])('%s --nonsense: exit 2', async (program) => {
    expect(await run(program, '--nonsense')).toMatchObject({ code: 2, out: '' });
  });

  it('a file that is not there: exit 1, no stack trace', async () => {
    const { code, err } = await run(
      'revocations',
      'import',
      'no-such-file.csv',
      '--stack',
      'x',
      '--region',
      'not a region',
    );
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});
