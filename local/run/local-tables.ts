import type { Stack } from '../cloudformation/stack.ts';
import { superviseDynamoDb } from '../dynamodb/dynamodb-supervisor.ts';
import { ensureTables } from '../dynamodb/table.ts';
import type { Say } from '../errors.ts';
import type { LocalServices } from './local-services.ts';
import { runPlanOf } from './run-plan.ts';
import type { Teardown } from './teardown.ts';

/** The template's tables in a supervised DynamoDB, which evaluates no roles: every function may read and write each of them. */
export interface LocalTables {
  /** Makes the tables of another synthesis that are not there yet. Those that are there stay, with what is in them. */
  ensure(stack: Stack): Promise<void>;
  /** The id of DynamoDB Local's process. undefined: another DynamoDB answers. */
  pid(): number | undefined;
}

export async function startLocalTables(
  { synthesized, dynamodb, dynamoDbLocal }: LocalServices,
  say: Say,
  undo: Teardown,
): Promise<LocalTables> {
  let tables = runPlanOf(synthesized.stack).tables;
  const ensure = () => ensureTables(dynamodb, tables);
  await ensure();
  const supervisor = superviseDynamoDb({ endpoint: dynamodb, own: dynamoDbLocal, ensureTables: ensure, say });
  await undo.add(supervisor.stop);
  return {
    ensure: async (stack) => {
      ({ tables } = runPlanOf(stack));
      await ensure();
    },
    pid: supervisor.pid,
  };
}
