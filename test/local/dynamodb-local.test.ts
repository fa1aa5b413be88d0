import { rm } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { startDynamoDbLocal } from '../../local/dynamodb-local.ts';
import { freePort } from '../support/free-port.ts';

const path = process.env.PATH;

afterEach(() => {
  process.env.PATH = path;
});

test('without Java and Docker one sentence says what to do', async () => {
  process.env.PATH = '/nowhere';
  await expect(startDynamoDbLocal({ port: await freePort() })).rejects.toThrow(/^[^.]*Java 17[^.]*Docker[^.]*\.$/);
});

test('a start that is interrupted leaves no process behind', async () => {
  const interrupt = new AbortController();
  const port = await freePort();
  const starting = startDynamoDbLocal({ port, signal: interrupt.signal });
  interrupt.abort();
  await expect(starting).rejects.toThrow('aborted');
  const again = await startDynamoDbLocal({ port });
  await again.stop();
  expect(again.process.exitCode ?? again.process.signalCode).not.toBeNull();
  await rm(again.dataFolder, { recursive: true, force: true });
});
