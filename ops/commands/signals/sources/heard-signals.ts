import { type AttributeValue, BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import {
  SIGNAL_OUTCOMES,
  SIGNAL_TYPES,
  type SignalOutcome,
  type SignalType,
} from '../../../../lambda/signal/signal.ts';
import { heardId, SIGNAL_ATTRIBUTES } from '../../../../lambda/signal/store/signal-table.ts';
import { OperatorError } from '../../../cli/operator-error.ts';
import type { SignalsStack } from '../../../stack/signals-stack.ts';

/** What the table of signals says about one type of a source's signals. */
export interface HeardSignals {
  readonly type: SignalType;
  /** Seconds since the epoch. */
  readonly lastAt: number;
  /** How often each outcome came; an outcome that never came is left out. */
  readonly counts: ReadonlyMap<SignalOutcome, number>;
}

/** Attempts at keys that DynamoDB leaves unprocessed. */
const ATTEMPTS = 3;

/** What has been heard from a source, by type, in the order of the types. @throws OperatorError when the table cannot be read */
export async function readHeard(stack: SignalsStack, source: string): Promise<readonly HeardSignals[]> {
  const ids = new Map(SIGNAL_TYPES.map((type) => [heardId(source, type), type]));
  const items = await itemsOf(stack, [...ids.keys()]);
  return [...ids].flatMap(([id, type]) => {
    const item = items.find((each) => each[SIGNAL_ATTRIBUTES.id]?.S === id);
    return item === undefined ? [] : [heardIn(item, type)];
  });
}

async function itemsOf(
  { region, signals }: SignalsStack,
  ids: readonly string[],
  attempts = ATTEMPTS,
): Promise<readonly Item[]> {
  const table = signals.configuration.signalTable;
  const keys = ids.map((id) => ({ [SIGNAL_ATTRIBUTES.id]: { S: id } }));
  const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } });
  const { Responses = {}, UnprocessedKeys = {} } = await region.client.send(command);
  const left = (UnprocessedKeys[table]?.Keys ?? []).flatMap((key) => key[SIGNAL_ATTRIBUTES.id]?.S ?? []);
  const read = Responses[table] ?? [];
  if (left.length === 0) return read;
  if (attempts > 1) return [...read, ...(await itemsOf({ region, signals }, left, attempts - 1))];
  throw new OperatorError(`The table ${table} in ${region.region} answers in part only: try again in a minute.`);
}

type Item = Readonly<Record<string, AttributeValue>>;

function heardIn(item: Item, type: SignalType): HeardSignals {
  const counts = SIGNAL_OUTCOMES.flatMap((outcome) => {
    const count = numberIn(item[outcome]);
    return count > 0 ? [[outcome, count] as const] : [];
  });
  return { type, lastAt: numberIn(item[SIGNAL_ATTRIBUTES.lastAt]), counts: new Map(counts) };
}

function numberIn(attribute: AttributeValue | undefined): number {
  return Number(attribute?.N ?? 0);
}

/** When a source was last heard, in seconds since the epoch; undefined: never. */
export function lastHeard(heard: readonly HeardSignals[]): number | undefined {
  return heard.length === 0 ? undefined : Math.max(...heard.map(({ lastAt }) => lastAt));
}
