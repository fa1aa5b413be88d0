import { join } from 'node:path';
import { superviseDynamoDb } from '../dynamodb/dynamodb-supervisor.ts';
import { ensureTable, tableSettingsOf } from '../dynamodb/table.ts';
import type { Say } from '../errors.ts';
import type { LocalServices } from './local-services.ts';
import type { Teardown } from './teardown.ts';

/** The template's table in a supervised DynamoDB. */
export interface LocalTable {
  readonly tableName: string;
  /** The id of DynamoDB Local's process. undefined: another DynamoDB answers. */
  pid(): number | undefined;
}

export async function startLocalTable(
  { synthesized, dynamodb, dynamoDbLocal }: LocalServices,
  folder: string,
  port: number,
  say: Say,
  undo: Teardown,
): Promise<LocalTable> {
  const resource = synthesized.stack.onlyResource('AWS::DynamoDB::Table');
  const tableName = synthesized.stack.ref(resource.logicalId);
  const settings = tableSettingsOf(resource, tableName);
  await ensureTable(dynamodb, settings);
  const supervisor = superviseDynamoDb({
    endpoint: dynamodb,
    own: dynamoDbLocal && { port, dataFolder: join(folder, 'dynamodb'), running: dynamoDbLocal },
    ensureTable: () => ensureTable(dynamodb, settings),
    say,
  });
  await undo.add(supervisor.stop);
  return { tableName, pid: supervisor.pid };
}
