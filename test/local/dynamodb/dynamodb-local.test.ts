import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answers } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
import { isTaken } from '../../support/journeys/free-ports.ts';
import { freePort } from '../../support/network/free-port.ts';

let temporary: string;

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'temporary-'));
  vi.stubEnv('TMPDIR', temporary);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(temporary, { recursive: true, force: true });
});

test('without Java and Docker one sentence says what to do', async () => {
  vi.stubEnv('PATH', '/nowhere');
  await expect(startDynamoDbLocal({ port: await freePort() })).rejects.toThrow(/^[^.]*Java 17[^.]*Docker[^.]*\.$/);
  expect(await readdir(temporary)).toEqual([]);
});

test('a start that is interrupted leaves no process and no folder behind', async () => {
  const interrupt = new AbortController();
  const port = await freePort();
  const starting = startDynamoDbLocal({ port, signal: interrupt.signal });
  interrupt.abort();
  await expect(starting).rejects.toThrow('aborted');
  expect(await readdir(temporary)).toEqual([]);
  const again = await startDynamoDbLocal({ port });
  await again.stop();
  expect(again.process.exitCode ?? again.process.signalCode).not.toBeNull();
});

test('a program that is killed leaves no DynamoDB Local behind', async () => {
  const port = await freePort();
  const address = new URL('../../../local/dynamodb/dynamodb-local.ts', import.meta.url).href;
  const program = `const { startDynamoDbLocal } = await import('${address}'); await startDynamoDbLocal({ port: ${port} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: 'ignore',
    detached: true,
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await vi.waitUntil(() => answers(endpoint), { timeout: 50_000, interval: 100 });
  // Its whole process group, as a terminal that is closed, or a supervisor, may do.
  process.kill(-(child.pid ?? 0), 'SIGKILL');
  await vi.waitUntil(async () => !(await isTaken(port)), { timeout: 50_000, interval: 100 });
});
