import { randomUUID } from 'node:crypto';
import {
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, inject, test } from 'vitest';
import type { Template } from '../../../local/cloudformation/template.ts';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ensureTables, tableSettingsOf } from '../../../local/dynamodb/table.ts';
import { changed, smallTemplate, tableIn } from '../../support/gateway/small-template.ts';

const endpoint = inject('dynamoDbEndpoint');
const client = new DynamoDBClient(localClientOptions(endpoint));

const settingsOf = (template: Template) => tableSettingsOf(tableIn(template), `table-${randomUUID()}`);

test('the table has the key, the stream and the TTL attribute of the template, and keeps its items', async () => {
  const settings = settingsOf(smallTemplate());
  const { TableName } = settings.create;
  await ensureTables(endpoint, [settings]);
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  expect(Table).toMatchObject({
    KeySchema: [{ AttributeName: 'target', KeyType: 'HASH' }],
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  expect(TimeToLiveDescription).toMatchObject({ AttributeName: 'purgeAt', TimeToLiveStatus: 'ENABLED' });

  await client.send(new PutItemCommand({ TableName, Item: { target: { S: 'x' } } }));
  await ensureTables(endpoint, [settings]);
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: { target: { S: 'x' } } }));
  expect(Item).toBeDefined();
  await client.send(new DeleteTableCommand({ TableName }));
});

test('an unknown property is rejected by name', () => {
  expect(() => settingsOf(changed('Table', { GlobalSecondaryIndexes: [] }))).toThrow('GlobalSecondaryIndexes');
});
