import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type Json, type JsonObject, listOf, objectOf, textOrEmpty } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import { localClientOptions } from './dynamodb-endpoint.ts';

/** A table as the template describes it. */
export interface TableSettings {
  readonly create: CreateTableCommandInput & { readonly TableName: string };
  /** undefined: items never expire. */
  readonly timeToLiveAttribute: string | undefined;
}

/** The properties that DynamoDB's CreateTable spells as CloudFormation does. */
const SHARED_PROPERTIES = ['AttributeDefinitions', 'KeySchema'] as const;
const INDEX_PROPERTIES = ['IndexName', 'KeySchema', 'Projection'] as const;
const INDEXES = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'] as const;

/** The template's tables. */
export function tablesOf(
  stack: Stack,
  resources: readonly StackResource[] = TABLE_TYPES.flatMap((type) => stack.resourcesOfType(type)),
): readonly TableSettings[] {
  return resources.map((resource) => tableSettingsOf(resource, stack.ref(resource.logicalId)));
}

export const TABLE_TYPES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'] as const;

/** A table of revocation entries that none of the templates makes. */
export function revocationTableNamed(TableName: string): TableSettings {
  const { target, purgeAt } = ENTRY_ATTRIBUTES;
  return {
    create: {
      TableName,
      AttributeDefinitions: [{ AttributeName: target, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: target, KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
    },
    timeToLiveAttribute: purgeAt,
  };
}

/** A local table has no capacity to provision, no replica and no protection but that against its deletion. */
export function tableSettingsOf({ properties }: StackResource, tableName: string): TableSettings {
  const streamViewType = objectOf(properties, 'StreamSpecification').StreamViewType;
  return {
    create: {
      ...(chosen(properties, SHARED_PROPERTIES) as Partial<CreateTableCommandInput>),
      ...(indexesOf(properties) as Partial<CreateTableCommandInput>),
      BillingMode: 'PAY_PER_REQUEST',
      TableName: tableName,
      DeletionProtectionEnabled: properties.DeletionProtectionEnabled === true,
      ...(typeof streamViewType === 'string' && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: streamViewType as 'NEW_IMAGE' },
      }),
    },
    timeToLiveAttribute: timeToLiveAttributeOf(properties),
  };
}

function chosen(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => names.includes(name)));
}

function indexesOf(properties: JsonObject): JsonObject {
  const declared = INDEXES.filter((name) => listOf(properties, name).length > 0);
  const withoutCapacity = (index: Json) => (isObject(index) ? chosen(index, INDEX_PROPERTIES) : index);
  return Object.fromEntries(declared.map((name) => [name, listOf(properties, name).map(withoutCapacity)]));
}

function timeToLiveAttributeOf(properties: JsonObject): string | undefined {
  const specification = properties.TimeToLiveSpecification;
  if (!isObject(specification) || specification.Enabled !== true) return undefined;
  return textOrEmpty(specification, 'AttributeName') || undefined;
}

/** Creates the tables that are missing. An existing table keeps its settings and items. */
export async function ensureTables(endpoint: string, tables: readonly TableSettings[]): Promise<void> {
  const client = new DynamoDBClient(localClientOptions(endpoint));
  try {
    for (const settings of tables) {
      if (!(await exists(client, settings.create.TableName))) await create(client, settings);
    }
  } finally {
    client.destroy();
  }
}

async function exists(client: DynamoDBClient, TableName: string): Promise<boolean> {
  try {
    await client.send(new DescribeTableCommand({ TableName }));
    return true;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return false;
    throw error;
  }
}

async function create(client: DynamoDBClient, { create: input, timeToLiveAttribute }: TableSettings): Promise<void> {
  const { TableName } = input;
  try {
    await client.send(new CreateTableCommand(input));
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw rejectedTable(TableName, error);
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
  if (timeToLiveAttribute === undefined) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: timeToLiveAttribute };
  try {
    await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  } catch (error) {
    // Another run on the same DynamoDB has been faster.
    if (!(error instanceof DynamoDBServiceException && /already enabled/i.test(error.message))) throw error;
  }
}

/** What DynamoDB says of a table that it does not make. Another error, as of a connection, stays as it is. */
function rejectedTable(name: string, error: unknown): unknown {
  if (!(error instanceof DynamoDBServiceException)) return error;
  return new LocalRunError(`DynamoDB does not make the table ${name} as the template describes it: ${error.message}`);
}
