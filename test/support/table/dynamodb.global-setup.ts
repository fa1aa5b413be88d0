import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startDynamoDbLocal } from '../../../local/dynamodb/dynamodb-local.ts';
import { ADOPTIUM } from '../../../local/java/adoptium.ts';
import { type OwnJava, ownJavaIn } from '../../../local/java/java-runtime.ts';
import { npmScripts } from '../../../ops/cli/caller.ts';
import { LOCAL_FOLDER } from '../../../ops/cli/local-folder.ts';
import { screenOn } from '../../../ops/cli/progress.ts';
import { processTerminal } from '../../../ops/cli/terminal.ts';
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
  const dynamoDb = await startDynamoDbLocal({ port: await freePort(), dataFolder, ownJava: ownJava() });
  project.provide('dynamoDbEndpoint', dynamoDb.endpoint);
  return async () => {
    await dynamoDb.stop();
    await rm(dataFolder, { recursive: true, force: true });
  };
}

/** A Java runtime for a machine without one: workers find it on the path of programs, which they get when they start. */
function ownJava(): OwnJava {
  const screen = screenOn(processTerminal(LOCAL_FOLDER), npmScripts);
  const showProgress = (done: number, total: number) => screen.showProgress('Java runtime, bytes', done, total);
  const address = process.env.BEARER_AUTHORIZER_NO_DOWNLOAD ? undefined : ADOPTIUM;
  return ownJavaIn(LOCAL_FOLDER, address, (line) => screen.err.write(`${line}\n`), showProgress);
}
