import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startOf } from '../../../ops/stack/running-stack.ts';

const GUARD = fileURLToPath(new URL('../../../local/dynamodb/orphan-guard.process.ts', import.meta.url));

/** What the guard is for: DynamoDB Local, or a process that the system has given the same id. */
let guarded: ChildProcess;

beforeEach(async () => {
  guarded = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(guarded, 'spawn');
});

afterEach(() => {
  guarded.kill('SIGKILL');
});

/** Starts a guard whose other end is gone already, and waits until it has ended. */
async function guardOfAKilledRun(processStart: string): Promise<void> {
  const guard = spawn(process.execPath, [GUARD, String(guarded.pid), processStart], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.stdin.end();
  await once(guard, 'exit');
}

test('the guard of a killed run ends the process that it guards', async () => {
  const ended = once(guarded, 'exit');
  await guardOfAKilledRun(startOf(guarded.pid ?? 0) ?? '');
  expect(await ended).toEqual([null, 'SIGTERM']);
});

test('it leaves a process alone that has only the same id', async () => {
  await guardOfAKilledRun('another start');
  expect([guarded.exitCode, guarded.signalCode]).toEqual([null, null]);
});
