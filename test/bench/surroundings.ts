import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchGetItemCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { localClientOptions } from '../../local/dynamodb-endpoint.ts';
import { startDynamoDbLocal } from '../../local/dynamodb-local.ts';
import { ensureTable } from '../../local/table.ts';
import { freePort } from '../support/free-port.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { signingKeys } from './tokens.ts';

/** What every contestant talks to: a key set over HTTP, and DynamoDB Local. Both on loopback. */
export interface Surroundings {
  readonly keySetServer: LoopbackServer;
  readonly dynamoDbEndpoint: string;
  /** @returns the name of a new revocation table without entries */
  createTable(): Promise<string>;
  close(): Promise<void>;
}

export async function prepareSurroundings(): Promise<Surroundings> {
  const keySetServer = await startLoopbackServer(keySet(...Object.values(signingKeys).map((key) => key.publicJwk)));
  const dataFolder = await mkdtemp(join(MEMORY_DISK ?? tmpdir(), 'dynamodb-local-'));
  const dynamoDb = await startDynamoDbLocal({ port: await freePort(), dataFolder });
  return {
    keySetServer,
    dynamoDbEndpoint: dynamoDb.endpoint,
    createTable: async () => {
      const name = `revocations-${randomUUID()}`;
      await ensureTable(dynamoDb.endpoint, { create: { ...TABLE, TableName: name }, timeToLiveAttribute: 'purgeAt' });
      await warmUp(dynamoDb.endpoint, name);
      return name;
    },
    close: async () => {
      await keySetServer.close();
      await dynamoDb.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The first reads of a new Java process take longer than the authorizer waits for DynamoDB. */
async function warmUp(endpoint: string, table: string): Promise<void> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  const RequestItems = { [table]: { Keys: [{ target: { S: 'iss#main' } }], ConsistentRead: true } };
  for (let read = 0; read < 100; read += 1) await client.send(new BatchGetItemCommand({ RequestItems }));
  client.destroy();
}

/** A folder in memory where there is one (Linux): a million entries would wait for the disk forty thousand times. */
const MEMORY_DISK = ['/dev/shm'].find(existsSync);

const TABLE = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'target', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }],
} satisfies Partial<CreateTableCommandInput>;

/** The variables of every contestant's process. Ours reads its own, which the same values are put into. */
export const AWS_VARIABLES = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
} as const;
