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

/** Starts one DynamoDB Local for the whole test run, in which each test file makes tables of its own. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataFolder = await mkdtemp(join(MEMORY_DISK ?? tmpdir(), 'dynamodb-local-'));
  const dynamoDb = await startDynamoDbLocal({ port: await freePort(), dataFolder });
  project.provide('dynamoDbEndpoint', dynamoDb.endpoint);
  return async () => {
    await dynamoDb.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}
