import { randomUUID } from 'node:crypto';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { inject } from 'vitest';

/** A new revocation table in the test run's DynamoDB Local. Entries are written attribute by attribute, as in a console. */
export interface TestRevocationTable {
  readonly name: string;
  readonly client: DynamoDBClient;
  put(entry: Readonly<Record<string, AttributeValue>> & { readonly target: AttributeValue }): Promise<void>;
  remove(target: string): Promise<void>;
}

export const testCredentials = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

export async function createRevocationTable(): Promise<TestRevocationTable> {
  const name = `revocations-${randomUUID()}`;
  const client = new DynamoDBClient({
    endpoint: inject('dynamoDbEndpoint'),
    region: 'eu-west-1',
    credentials: testCredentials,
  });
  await client.send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'target', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: name });
  return {
    name,
    client,
    put: async (entry) => void (await client.send(new PutItemCommand({ TableName: name, Item: entry }))),
    remove: async (target) =>
      void (await client.send(new DeleteItemCommand({ TableName: name, Key: { target: { S: target } } }))),
  };
}
