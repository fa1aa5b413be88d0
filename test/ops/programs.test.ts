import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { operatorAtWork } from '../support/operator/operator-at-work.ts';

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
  it('prints --help on standard output and exits with 0', async () => {
    expect(await run('revocations', '--help')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Examples:'),
      err: '',
    });
  });

  it('answers a wrong command line with one sentence on standard error and exits with 2', async () => {
    const { code, out, err } = await run('revocations', 'revoke', 'subject');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it.each(['token', 'routes'])('exits with 2 for an unknown option: %s --nonsense', async (program) => {
    expect(await run(program, '--nonsense')).toMatchObject({ code: 2, out: '' });
  });

  it('exits with 1 for a missing file, without a stack trace', async () => {
    const { code, err } = await run(
      'revocations',
      'import',
      'no-such-file.csv',
      '--stack',
      'x',
      '--region',
      'xx-nowhere-1',
    );
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('a reader that goes away early', () => {
  /** Runs `npm run revocations -- … | true`; `closesBoth` adds `2>&1`. */
  async function exitCodeUnread(commandLine: string, folder: string, closesBoth = false) {
    const program = `import { main } from './ops/revocations.ts';
      import { processTerminal } from './ops/cli/terminal.ts';
      const terminal = processTerminal(${JSON.stringify(folder)});
      process.exitCode = await main(process.argv.slice(1), terminal);`;
    const words = ['--input-type=module', '--eval', program, '--', ...commandLine.split(' ')];
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    if (closesBoth) child.stderr.destroy();
    else child.stderr.resume();
    const [code] = await once(child, 'exit');
    return code;
  }

  it('does not change the exit code', async () => {
    const operator = await operatorAtWork();
    const cut = await operatorAtWork(undefined, { table: 'gone' });
    await operator.table.put({ target: { S: 'SUB#main#x' } });
    expect(await exitCodeUnread('lint --json', operator.folder)).toBe(1);
    expect(await exitCodeUnread('revoke key unconfirmed', cut.folder)).toBe(1);
    expect(await exitCodeUnread('list', operator.folder)).toBe(0);
    expect(await exitCodeUnread('frobnicate', operator.folder, true)).toBe(2);
    await operator.leave();
    await cut.leave();
  });
});
