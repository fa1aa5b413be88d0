import { authorizerOf } from '../app/function-descriptions.ts';
import { superviseDynamoDb } from '../dynamodb/dynamodb-supervisor.ts';
import { ensureTables } from '../dynamodb/table.ts';
import type { Say } from '../errors.ts';
import type { LocalServices } from './local-services.ts';
import { runPlanOf } from './run-plan.ts';
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
  say: Say,
  undo: Teardown,
): Promise<LocalTables> {
  const { revocationTable: tableName } = authorizerOf(synthesized.stack).description.configuration;
  const { tables } = runPlanOf(synthesized.stack);
  await ensureTables(dynamodb, tables);
  const supervisor = superviseDynamoDb({
    endpoint: dynamodb,
    own: dynamoDbLocal,
    ensureTables: () => ensureTables(dynamodb, tables),
    say,
  });
  await undo.add(supervisor.stop);
  return { tableName, pid: supervisor.pid };
}
