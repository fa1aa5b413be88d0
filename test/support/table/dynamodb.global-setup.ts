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

/** In memory DynamoDB Local takes more than twice as many writes, since it waits for the disk at each. */
const MEMORY_DISK = ['/dev/shm'].find(existsSync);

/**
 * Starts one DynamoDB Local for the whole test run, in which each test file makes tables of its own, and makes one
 * temporary folder for all: workers end by a signal, so that they cannot clean up at exit.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const temporary = await mkdtemp(join(tmpdir(), 'bearer-authorizer-tests-'));
  // Workers get their environment when they start, after this.
  process.env.TMPDIR = temporary;
  // Dozens of tests start our programs, most of which load the same large packages.
  process.env.NODE_COMPILE_CACHE = join(temporary, 'compiled');
  const dataFolder = await mkdtemp(join(MEMORY_DISK ?? temporary, 'dynamodb-local-'));
  const dynamoDb = await startDynamoDbLocal({ port: await freePort(), dataFolder });
  project.provide('dynamoDbEndpoint', dynamoDb.endpoint);
  return async () => {
    await dynamoDb.stop();
    // A program that a test has ended may still write compiled code, so that the folder is not empty for a moment.
    const gone = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 };
    await Promise.all([temporary, dataFolder].map((folder) => rm(folder, gone)));
  };
}
