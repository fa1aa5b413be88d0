import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import { localClientOptions } from './dynamodb-endpoint.ts';

/** A table as the template describes it. */
export interface TableSettings {
  readonly create: CreateTableCommandInput & { readonly TableName: string };
  /** undefined: items never expire. */
  readonly timeToLiveAttribute: string | undefined;
}

/** The properties that DynamoDB's CreateTable spells as CloudFormation does. */
const SHARED_PROPERTIES = ['AttributeDefinitions', 'KeySchema', 'BillingMode', 'ProvisionedThroughput'] as const;

/** The properties that CloudFormation spells differently, or that have no use on a laptop. */
const OTHER_PROPERTIES = new Set([
  ...['TableName', 'StreamSpecification', 'DeletionProtectionEnabled', 'TimeToLiveSpecification'],
  ...['PointInTimeRecoverySpecification', 'SSESpecification', 'Tags', 'ContributorInsightsSpecification'],
  ...['ResourcePolicy', 'TableClass', 'OnDemandThroughput', 'WarmThroughput'],
]);

/** The template's tables. */
export function tablesOf(stack: Stack): readonly TableSettings[] {
  return stack
    .resourcesOfType('AWS::DynamoDB::Table')
    .map((resource) => tableSettingsOf(resource, stack.ref(resource.logicalId)));
}

/** @throws LocalRunError for a property that this product does not use */
export function tableSettingsOf({ logicalId, properties }: StackResource, tableName: string): TableSettings {
  const unknown = Object.keys(properties).find(
    (name) => !OTHER_PROPERTIES.has(name) && !SHARED_PROPERTIES.some((shared) => shared === name),
  );
  if (unknown !== undefined) throw new LocalRunError(`${logicalId} has ${unknown}, which the local run does not know.`);
  const shared = SHARED_PROPERTIES.filter((name) => properties[name] !== undefined);
  const streamViewType = objectOf(properties, 'StreamSpecification').StreamViewType;
  return {
    create: {
      ...(Object.fromEntries(shared.map((name) => [name, properties[name]])) as Partial<CreateTableCommandInput>),
      TableName: tableName,
      DeletionProtectionEnabled: properties.DeletionProtectionEnabled === true,
      ...(typeof streamViewType === 'string' && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: streamViewType as 'NEW_IMAGE' },
      }),
    },
    timeToLiveAttribute: timeToLiveAttributeOf(properties),
  };
}

function timeToLiveAttributeOf(properties: JsonObject): string | undefined {
  const specification = properties.TimeToLiveSpecification;
  return isObject(specification) && specification.Enabled === true ? textOf(specification, 'AttributeName') : undefined;
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
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName });
  if (timeToLiveAttribute === undefined) return;
  const TimeToLiveSpecification = { Enabled: true, AttributeName: timeToLiveAttribute };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
}
