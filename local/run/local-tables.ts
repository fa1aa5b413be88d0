import { join } from 'node:path';
import { STACK_OUTPUTS } from '../../lambda/configuration/authorizer-description.ts';
import { superviseDynamoDb } from '../dynamodb/dynamodb-supervisor.ts';
import { ensureTables, tablesOf } from '../dynamodb/table.ts';
import { LocalRunError, type Say } from '../errors.ts';
import type { LocalServices } from './local-services.ts';
import type { Teardown } from './teardown.ts';

/** The template's tables in a supervised DynamoDB, which evaluates no roles: every function may read and write each of them. */
export interface LocalTables {
  /** The table of the revocation entries. */
  readonly tableName: string;
  /** The id of DynamoDB Local's process. undefined: another DynamoDB answers. */
  pid(): number | undefined;
}

export async function startLocalTables(
  { synthesized, dynamodb, dynamoDbLocal }: LocalServices,
  folder: string,
  port: number,
  say: Say,
  undo: Teardown,
): Promise<LocalTables> {
  const { [STACK_OUTPUTS.table]: tableName } = synthesized.stack.outputs();
  if (tableName === undefined) throw new LocalRunError(`The stack has no output ${STACK_OUTPUTS.table}.`);
  const tables = tablesOf(synthesized.stack);
  await ensureTables(dynamodb, tables);
  const supervisor = superviseDynamoDb({
    endpoint: dynamodb,
    own: dynamoDbLocal && { port, dataFolder: join(folder, 'dynamodb'), running: dynamoDbLocal },
    ensureTables: () => ensureTables(dynamodb, tables),
    say,
  });
  await undo.add(supervisor.stop);
  return { tableName, pid: supervisor.pid };
}
