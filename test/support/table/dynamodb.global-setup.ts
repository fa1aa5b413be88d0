import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
import { freePort } from '../network/free-port.ts';

declare module 'vitest' {
  interface ProvidedContext {
    dynamoDbEndpoint: string;
  }
}

/** DynamoDB Local waits for the disk at every write: in memory it takes more than twice as many. */
const MEMORY_DISK = ['/dev/shm'].find(existsSync);

/**
 * One DynamoDB Local for the whole run; every test file makes tables of its own in it. And one temporary folder: workers are
 * ended by a signal, so that nothing of theirs that runs at exit clears up.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const temporary = await mkdtemp(join(tmpdir(), 'bearer-authorizer-tests-'));
  // Workers get their environment when they start, after this.
  process.env.TMPDIR = temporary;
  // Dozens of tests start programs of ours, most of which load the same large packages.
  process.env.NODE_COMPILE_CACHE = join(temporary, 'compiled');
  const dataFolder = await mkdtemp(join(MEMORY_DISK ?? temporary, 'dynamodb-local-'));
  const dynamoDb = await startDynamoDbLocal({ port: await freePort(), dataFolder });
  project.provide('dynamoDbEndpoint', dynamoDb.endpoint);
  return async () => {
    await dynamoDb.stop();
    // A program that a test has ended may still write what it compiled: the folder is then not empty for a moment.
    const gone = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };
    await Promise.all([temporary, dataFolder].map((folder) => rm(folder, gone)));
  };
}
