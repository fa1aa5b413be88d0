import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { CallDynamoDb } from '../../network/dynamodb-call.ts';
import type { Signal, SignalOutcome } from '../signal.ts';
import { heardId, SIGNAL_ATTRIBUTES } from './signal-table.ts';

/** Milliseconds for which a signal's answer waits for its row at most. */
const LIMIT = 200;

export interface HeardRowParts {
  readonly call: CallDynamoDb;
  readonly signalTable: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Counts a valid signal in the row of its source and type, for people who ask when a source was last heard. It never fails, and what the
 * table does not take in time is lost: nothing is decided by it.
 */
export async function noteHeard(
  { source, type }: Pick<Signal, 'source' | 'type'>,
  outcome: SignalOutcome,
  { call, signalTable, now }: HeardRowParts,
): Promise<void> {
  const { id, lastAt } = SIGNAL_ATTRIBUTES;
  const update: UpdateItemCommandInput = {
    TableName: signalTable,
    Key: { [id]: { S: heardId(source.name, type) } },
    UpdateExpression: 'SET #lastAt = :now ADD #outcome :one',
    ExpressionAttributeNames: { '#lastAt': lastAt, '#outcome': outcome },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(now() / 1000)) }, ':one': { N: '1' } },
  };
  const noted = call('UpdateItem', update, 1).catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, LIMIT);
  });
  await Promise.race([noted, limit]);
  clearTimeout(timer);
}
