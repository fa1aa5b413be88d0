import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
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
