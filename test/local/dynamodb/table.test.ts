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
import { stackOf } from '../../../local/cloudformation/stack.ts';
import type { Template } from '../../../local/cloudformation/template.ts';
import { localClientOptions } from '../../../local/dynamodb/dynamodb-endpoint.ts';
import { ensureTables, revocationTableNamed, tableSettingsOf, tablesOf } from '../../../local/dynamodb/table.ts';
import { changed, smallTemplate, tableIn, templateWith } from '../../support/gateway/small-template.ts';

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

test('runs that make the same table at once make one', async () => {
  const settings = settingsOf(smallTemplate());
  const { TableName } = settings.create;
  await Promise.all(Array.from({ length: 6 }, () => ensureTables(endpoint, [settings])));
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED' });
  await client.send(new DeleteTableCommand({ TableName }));
});

test('a table of a team has its indexes, without capacity and whatever else DynamoDB Local does not have', async () => {
  const key = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType });
  const capacity = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };
  const Projection = { ProjectionType: 'ALL' };
  const settings = settingsOf(
    changed('Table', {
      AttributeDefinitions: ['target', 'sort', 'state'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [key('target', 'HASH'), key('sort', 'RANGE')],
      BillingMode: 'PROVISIONED',
      ProvisionedThroughput: capacity,
      GlobalSecondaryIndexes: [
        { IndexName: 'byState', KeySchema: [key('state', 'HASH')], Projection, ProvisionedThroughput: capacity },
      ],
      LocalSecondaryIndexes: [
        { IndexName: 'byOwnState', KeySchema: [key('target', 'HASH'), key('state', 'RANGE')], Projection },
      ],
      KinesisStreamSpecification: { StreamArn: 'arn:aws:kinesis:::stream/x' },
    }),
  );
  await ensureTables(endpoint, [settings]);
  const { TableName } = settings.create;
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  expect(Table?.GlobalSecondaryIndexes).toMatchObject([{ IndexName: 'byState' }]);
  expect(Table?.LocalSecondaryIndexes).toMatchObject([{ IndexName: 'byOwnState' }]);
  await client.send(new DeleteTableCommand({ TableName }));
});

test('a global table is a table, and a revocation table that no template makes has the key of entries', async () => {
  const type = { ...smallTemplate().Resources.Table, Type: 'AWS::DynamoDB::GlobalTable' };
  const [settings] = tablesOf(
    stackOf('small', templateWith({ Table: { ...type, Properties: { ...type.Properties, Replicas: [] } } })),
  );
  const given = revocationTableNamed('given');
  expect(given.create).toEqual({
    ...settings?.create,
    TableName: 'given',
    DeletionProtectionEnabled: undefined,
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
  });
});
