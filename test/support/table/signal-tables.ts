import {
  type AttributeValue,
  CreateTableCommand,
  GetItemCommand,
  ScanCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { createRevocationTable, type TestRevocationTable } from './test-table.ts';

type Item = Readonly<Record<string, AttributeValue>>;

/** The two tables of a receiver of signals, new in the test run's DynamoDB Local. */
export interface TestSignalTables {
  readonly revocations: TestRevocationTable;
  /** The name of the table of signals. */
  readonly signals: string;
  /** The entry of a target in the revocation table; undefined: none. */
  entry(target: string): Promise<Item | undefined>;
  /** An item of the table of signals; undefined: none. */
  row(id: string): Promise<Item | undefined>;
  /** The keys of all items of the table of signals. */
  rowIds(): Promise<readonly string[]>;
  /** The targets of all entries. */
  targets(): Promise<readonly string[]>;
}

export async function createSignalTables(): Promise<TestSignalTables> {
  const revocations = await createRevocationTable();
  const { client, name } = revocations;
  const signals = `${name}-signals`;
  await client.send(
    new CreateTableCommand({
      TableName: signals,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName: signals });
  const itemOf = async (table: string, key: string, value: string): Promise<Item | undefined> => {
    const get = new GetItemCommand({ TableName: table, Key: { [key]: { S: value } }, ConsistentRead: true });
    return (await client.send(get)).Item;
  };
  const keysOf = async (table: string, key: string): Promise<readonly string[]> => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: table, ConsistentRead: true }));
    return Items.map((item) => item[key]?.S ?? '');
  };
  return {
    revocations,
    signals,
    entry: (target) => itemOf(name, 'target', target),
    row: (id) => itemOf(signals, 'id', id),
    rowIds: () => keysOf(signals, 'id'),
    targets: () => keysOf(name, 'target'),
  };
}
