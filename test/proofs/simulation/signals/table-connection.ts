import { type CallDynamoDb, DynamoDbError } from '../../../../lambda/network/dynamodb-call.ts';
import { DynamoDbTransactionError } from '../../../../lambda/network/dynamodb-transaction.ts';
import type { JsonObject } from '../../../../lambda/token/json-object.ts';
import type { SimulatedTable } from '../parts/simulated-table.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';
import type { Transact, TransactionOutcome } from './transactions.ts';

/** Milliseconds of one attempt and between two, and attempts, as `lambda/network/dynamodb-call.ts` has them. */
const REQUEST_TIMEOUT = 500;
const PAUSE = 100;
const ATTEMPTS = 3;

export interface ConnectionSurroundings {
  readonly table: SimulatedTable;
  readonly execution: Execution;
  readonly world: World;
  /** The signal that the execution environment is working on. */
  readonly handling: () => string;
}

/** An attempt that another one may follow. */
const LOST = Symbol('lost');

/** DynamoDB as the receiver of signals calls it: each attempt may be throttled, stall, or be carried out without an answer. */
export function connectionTo(surroundings: ConnectionSurroundings): CallDynamoDb {
  return async (operation, input, attempts = ATTEMPTS) => {
    // Rows of heard signals decide nothing, and the receiver does not wait for them.
    if (operation !== 'TransactWriteItems') return {};
    const isStalling = surroundings.world.strikes('transaction-stalls');
    for (let left = attempts; left > 0; left -= 1) {
      const answer = await attempt(input as Parameters<Transact>[0], isStalling, surroundings);
      if (answer !== LOST) return answer;
      await surroundings.execution.sleep(PAUSE);
    }
    throw new DynamoDbError('timeout', true);
  };
}

async function attempt(
  input: Parameters<Transact>[0],
  isStalling: boolean,
  { table, execution, world, handling }: ConnectionSurroundings,
): Promise<JsonObject | typeof LOST> {
  const { chance, strikes } = world;
  await execution.sleep(chance.delayUpTo(REQUEST_TIMEOUT / 2));
  if (strikes('transaction-throttled')) return LOST;
  // A stalling table may carry out what it does not answer.
  const outcome = isStalling && chance.happens(0.5) ? undefined : table.transact(handling(), structuredClone(input));
  if (isStalling || strikes('transaction-answer-lost')) {
    await execution.sleep(REQUEST_TIMEOUT / 2);
    return LOST;
  }
  await execution.sleep(chance.delayUpTo(REQUEST_TIMEOUT / 2));
  if (outcome?.kind === 'failed') throw failureOf(outcome);
  return {};
}

function failureOf({ name, reasons }: Extract<TransactionOutcome, { kind: 'failed' }>): DynamoDbError {
  return reasons === undefined ? new DynamoDbError(name, false) : new DynamoDbTransactionError(name, reasons);
}
