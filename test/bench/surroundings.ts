import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { BatchGetItemCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { localClientOptions } from '../../local/dynamodb/dynamodb-endpoint.ts';
import { startDynamoDbLocal } from '../../local/dynamodb/dynamodb-local.ts';
import { ensureTables } from '../../local/dynamodb/table.ts';
import { LOCAL_FOLDER } from '../../ops/cli/local-folder.ts';
import { freePort } from '../support/network/free-port.ts';
import { type Answer, keySet, type LoopbackServer, startLoopbackServer } from '../support/network/loopback-server.ts';
import { signingKeys } from './tokens.ts';

/** The servers on loopback that every contestant uses: a key set over HTTP, and DynamoDB Local. */
export interface Surroundings {
  readonly keySetServer: LoopbackServer;
  readonly dynamoDbEndpoint: string;
  /** Delays each response with the key set by this many milliseconds from now on, as a network does. */
  delayKeySet(milliseconds: number): void;
  /** @returns the name of a new revocation table without entries */
  createTable(): Promise<string>;
  close(): Promise<void>;
}

export async function prepareSurroundings(): Promise<Surroundings> {
  const keys = keySet(...Object.values(signingKeys).map((key) => key.publicJwk));
  const keySetServer = await startLoopbackServer(keys);
  await warmUpKeySet(keySetServer.address);
  const dataFolder = mkdtempSync(join(MEMORY_DISK ?? tmpdir(), 'dynamodb-local-'));
  const removeData = () => rmSync(dataFolder, { recursive: true, force: true });
  process.once('exit', removeData);
  // The Java that `npm start` or `npm test` has fetched.
  const ownJava = { folder: LOCAL_FOLDER, site: undefined };
  const dynamoDb = await startDynamoDbLocal({ port: await freePort(), dataFolder, ownJava });
  return {
    keySetServer,
    dynamoDbEndpoint: dynamoDb.endpoint,
    delayKeySet: (milliseconds) => {
      const late: Answer = (...exchange) => void setTimeout(keys, milliseconds, ...exchange);
      keySetServer.answerWith(milliseconds === 0 ? keys : late);
    },
    createTable: async () => {
      const name = `revocations-${randomUUID()}`;
      await ensureTables(dynamoDb.endpoint, [
        { create: { ...TABLE, TableName: name }, timeToLiveAttribute: 'purgeAt' },
      ]);
      await warmUp(dynamoDb.endpoint, name);
      return name;
    },
    close: async () => {
      await keySetServer.close();
      await dynamoDb.stop();
      removeData();
    },
  };
}

/** Warms the server up: unoptimized code adds milliseconds to a cold start, and not the same number to each. */
async function warmUpKeySet(address: string): Promise<void> {
  for (let request = 0; request < 300; request += 1) {
    const [response] = await once(get(address, { agent: false }), 'response');
    await text(response);
  }
}

/** Warms DynamoDB Local up: a new Java process answers too late for the authorizer. */
async function warmUp(endpoint: string, table: string): Promise<void> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  const RequestItems = { [table]: { Keys: [{ target: { S: 'iss#main' } }], ConsistentRead: true } };
  for (let read = 0; read < 2_000; read += 1) await client.send(new BatchGetItemCommand({ RequestItems }));
  client.destroy();
}

/** A folder in memory where there is one (Linux): a million entries would wait for the disk 40,000 times. */
const MEMORY_DISK = ['/dev/shm'].find(existsSync);

const TABLE = {
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [{ AttributeName: 'target', AttributeType: 'S' }],
  KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }],
} satisfies Partial<CreateTableCommandInput>;

/** The AWS variables of every contestant's process. */
export const AWS_VARIABLES = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
} as const;
