import { setTimeout as delay } from 'node:timers/promises';
import { BatchGetItemCommand, BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import type { EntryTable } from './entry-table.ts';
import type { ImportedEntry } from './import-line.ts';
import { OperatorError, sentenceOf } from './operator-error.ts';
import { type EntryItem, itemOf } from './revocation.ts';
import { strongerEntry, suffices } from './stronger-entry.ts';

/** Keys of one BatchGetItem, and puts of one BatchWriteItem: DynamoDB's own limits. */
const MOST_KEYS = 100;
const MOST_PUTS = 25;

/** Batches on their way at once. */
const LANES = 8;

/** Times that a batch is read, written and read again before somebody else's changes are called a failure. */
const MOST_ROUNDS = 4;

/** Attempts for what DynamoDB leaves unprocessed; with pauses up to 5 s, a minute of throttling passes. */
const MOST_ATTEMPTS = 16;
const LONGEST_PAUSE = 5_000;

/** What is confirmed; of the others nobody knows, where there is an error. */
export interface WrittenEntries {
  readonly written: number;
  /** Entries that were there already, at least as strong. */
  readonly unchanged: number;
  readonly error: string | null;
}

/**
 * Writes entries in bulk and confirms each with a strong read. Each batch is read first: what is there already is not
 * written again, and what is weaker is strengthened. Unlike a single revocation the write carries no condition
 * (BatchWriteItem takes none), so a batch is read again afterwards, and written again if somebody else got in between.
 */
export async function writeEntries(
  table: EntryTable,
  entries: readonly ImportedEntry[],
  progress: (done: number) => void,
): Promise<WrittenEntries> {
  const batches = chunks(entries, MOST_KEYS);
  const counts = { written: 0, unchanged: 0 };
  let done = 0;
  const lane = async () => {
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const written = await writeBatch(table, batch);
      counts.written += written;
      counts.unchanged += batch.length - written;
      done += batch.length;
      progress(done);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: LANES }, lane));
  const failure = ends.find((end) => end.status === 'rejected');
  return { ...counts, error: failure === undefined ? null : sentenceOf(failure.reason) };
}

/** @returns how many entries had to be written */
async function writeBatch(table: EntryTable, batch: readonly ImportedEntry[]): Promise<number> {
  let first: number | undefined;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = await readBatch(table, batch);
    const puts = batch.map((entry) => putFor(entry, found.get(targetOf(entry)))).filter((put) => put !== undefined);
    first ??= puts.length;
    if (puts.length === 0) return first;
    await Promise.all(chunks(puts, MOST_PUTS).map((chunk) => putAll(table, chunk)));
  }
  throw new OperatorError('A strong read does not find entries that were written: somebody else is deleting them.');
}

function putFor({ revocation, least }: ImportedEntry, existing: EntryItem | undefined): EntryItem | undefined {
  if (existing === undefined) return itemOf(revocation);
  return suffices(existing, least) ? undefined : strongerEntry(existing, revocation);
}

function targetOf({ revocation }: ImportedEntry): string {
  return itemOf(revocation).target?.S ?? '';
}

async function readBatch(
  { client, table }: EntryTable,
  batch: readonly ImportedEntry[],
): Promise<ReadonlyMap<string, EntryItem>> {
  const found = new Map<string, EntryItem>();
  const keys = batch.map((entry) => ({ target: { S: targetOf(entry) } }));
  await untilProcessed(keys, async (left) => {
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [...left], ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await client.send(command);
    for (const item of Responses?.[table] ?? []) found.set(item.target?.S ?? '', item);
    return (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => ({ target: { S: key.target?.S ?? '' } }));
  });
  return found;
}

async function putAll({ client, table }: EntryTable, items: readonly EntryItem[]): Promise<void> {
  await untilProcessed(items, async (left) => {
    const puts = left.map((item) => ({ PutRequest: { Item: { ...item } } }));
    const { UnprocessedItems } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
    const unprocessed = (UnprocessedItems?.[table] ?? []).map(({ PutRequest }) => PutRequest?.Item);
    return unprocessed.filter((item) => item !== undefined);
  });
}

/** Sends what is left until nothing is, with exponential back-off and full jitter. @throws OperatorError */
async function untilProcessed<T>(
  all: readonly T[],
  send: (left: readonly T[]) => Promise<readonly T[]>,
): Promise<void> {
  let left = all;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    if (attempt > 0) await delay(Math.random() * Math.min(LONGEST_PAUSE, 50 * 2 ** attempt));
    left = await send(left);
    if (left.length === 0) return;
  }
  throw new OperatorError(`DynamoDB left ${left.length} items unprocessed ${MOST_ATTEMPTS} times: try again later.`);
}

function chunks<T>(all: readonly T[], size: number): (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
