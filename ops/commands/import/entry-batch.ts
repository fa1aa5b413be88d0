import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import type { EntryItem, Revocation } from '../../../lambda/revocation/revocation.ts';
import { formatTarget } from '../../../lambda/revocation/revocation-target.ts';
import { covers, suffices } from '../../../lambda/revocation/stronger-entry.ts';
import { OperatorError, sentenceOf } from '../../cli/operator-error.ts';
import { printable } from '../../cli/terminal-text.ts';
import { type EntryTable, writeEntry } from '../../entry/entry-table.ts';
import { hasWrittenNothing } from '../../entry/lost-answer.ts';
import { counted } from '../../text/counted.ts';
import type { ImportedEntry } from './import-line.ts';
import { retryThrottled, untilProcessed } from './throttling.ts';

/** Maximum number of keys of one BatchGetItem: DynamoDB's limit. */
const MAX_KEYS = 100;

/** Batches in progress at once, and writes at once of each batch: together fewer than the SDK's 50 connections. */
const BATCHES_AT_ONCE = 8;
const WRITES_AT_ONCE = 6;

/** Number of failed entries after which the import stops: the cause is not the entries then. */
const MAX_FAILURES = 50;

/** The failure of the entries that are left then. */
const UNSENT = new OperatorError('the others were not sent either');

/** Maximum number of targets that an error names. */
const MAX_NAMES = 3;

/** The numbers of entries that strong reads confirm, or do not. All other entries were not written. */
export interface WrittenEntries {
  readonly written: number;
  /** Entries that were there already, at least as strong. */
  readonly unchanged: number;
  /** Entries that may or may not have been written, or that somebody else removed. */
  readonly unconfirmed: number;
  /** Why some entries are not confirmed; null: all are. */
  readonly error: string | null;
}

/** What is told while entries are written. */
export interface Follow {
  /** Entries that are there already, or whose write has ended. */
  readonly done: (count: number) => void;
  /** Entries that strong reads confirm. */
  readonly confirmed: (count: number) => void;
}

/** Counts the entries of which the table lacks as much. Writes nothing. */
export async function missingEntries(table: EntryTable, entries: readonly ImportedEntry[]): Promise<number> {
  let missing = 0;
  await withConcurrency(BATCHES_AT_ONCE, chunks(entries, MAX_KEYS), async (batch) => {
    const seen = await readBatch(table, batch);
    missing += batch.filter((entry) => !isIn(seen, entry, suffices)).length;
  });
  return missing;
}

/** The entries that could not be written, with the errors. */
type Failures = Map<ImportedEntry, unknown>;

/** The entries of one batch. */
interface Batch {
  readonly all: readonly ImportedEntry[];
  readonly missing: readonly ImportedEntry[];
  readonly failures: Failures;
}

/**
 * Writes entries in bulk and confirms each with a strong read. Each batch is read first: an entry that suffices is not
 * written again. Every write carries the condition of a single revocation, so that no entry of another writer is weakened.
 *
 * Not by BatchWriteItem, which takes no conditions. Not by TransactWriteItems, which costs twice as much and makes other writes
 * to the same entries fail meanwhile. Every entry flushes by itself, and the flusher joins the flushes. If only the last entry
 * flushed, a stopped import would not flush at all.
 */
export async function writeEntries(
  table: EntryTable,
  entries: readonly ImportedEntry[],
  follow: Follow,
): Promise<WrittenEntries> {
  const sum = { written: 0, unchanged: 0, unconfirmed: 0 };
  const errors: string[] = [];
  const failures: Failures = new Map();
  await withConcurrency(BATCHES_AT_ONCE, chunks(entries, MAX_KEYS), async (all) => {
    if (failures.size >= MAX_FAILURES) return;
    const batch = await writeBatch(table, all, failures, follow);
    sum.written += batch.written;
    sum.unchanged += batch.unchanged;
    sum.unconfirmed += batch.unconfirmed;
    if (batch.error !== null) errors.push(batch.error);
    follow.confirmed(batch.written + batch.unchanged);
  });
  return { ...sum, error: errors[0] ?? null };
}

async function writeBatch(
  table: EntryTable,
  all: readonly ImportedEntry[],
  failures: Failures,
  { done }: Follow,
): Promise<WrittenEntries> {
  try {
    const seen = await readBatch(table, all);
    const missing = all.filter((entry) => !isIn(seen, entry, suffices));
    done(all.length - missing.length);
    await writeEach(table, { all, missing, failures }, seen, done);
    return await confirmBatch(table, { all, missing, failures });
  } catch (error) {
    for (const entry of all) failures.set(entry, error);
    return { written: 0, unchanged: 0, unconfirmed: 0, error: sentenceOf(error) };
  }
}

async function writeEach(
  table: EntryTable,
  { missing, failures }: Batch,
  seen: ReadonlyMap<string, EntryItem>,
  done: Follow['done'],
): Promise<void> {
  await withConcurrency(WRITES_AT_ONCE, missing, async (entry) => {
    if (failures.size >= MAX_FAILURES) return void failures.set(entry, UNSENT);
    const writing = retryThrottled(() => writeEntry(table, entry, seen.get(targetOf(entry))));
    await writing.catch((error: unknown) => failures.set(entry, error));
    done(1);
  });
}

/** Reads back the entries that were written. */
async function confirmBatch(table: EntryTable, batch: Batch): Promise<WrittenEntries> {
  const { all, missing, failures } = batch;
  const unchanged = all.length - missing.length;
  const uncertain = (entries: readonly ImportedEntry[]) => entries.filter((entry) => mayBeWritten(entry, batch)).length;
  try {
    const found = await readBatch(table, missing);
    // If the write failed, the entry may be another writer's and lack our flush.
    const absent = missing.filter((entry) => !isIn(found, entry, failures.has(entry) ? suffices : covers));
    const written = missing.length - absent.length;
    return { written, unchanged, unconfirmed: uncertain(absent), error: errorOf(absent, failures) };
  } catch (error) {
    return { written: 0, unchanged, unconfirmed: uncertain(missing), error: sentenceOf(error) };
  }
}

function mayBeWritten(entry: ImportedEntry, { failures }: Batch): boolean {
  return !failures.has(entry) || !hasWrittenNothing(failures.get(entry));
}

/** Why entries are missing: they could not be written, or somebody else removed or changed them. */
function errorOf(absent: readonly ImportedEntry[], failures: Failures): string | null {
  const failed = absent.find((entry) => failures.has(entry));
  if (failed !== undefined) return sentenceOf(failures.get(failed));
  if (absent.length === 0) return null;
  const names = absent.slice(0, MAX_NAMES).map((entry) => printable(targetOf(entry)));
  const more = absent.length > MAX_NAMES ? ` and ${absent.length - MAX_NAMES} more` : '';
  return `a strong read does not find ${names.join(', ')}${more} as written: somebody else removed or changed them`;
}

function isIn(
  found: ReadonlyMap<string, EntryItem>,
  entry: ImportedEntry,
  isEnough: (item: EntryItem, least: Revocation) => boolean,
): boolean {
  const item = found.get(targetOf(entry));
  return item !== undefined && isEnough(item, entry.least);
}

function targetOf({ revocation }: ImportedEntry): string {
  return formatTarget(revocation.target);
}

/** Reads entries by target, strongly consistent. @throws OperatorError when DynamoDB leaves keys unprocessed for too long */
async function readBatch(
  { client, table }: EntryTable,
  batch: readonly ImportedEntry[],
): Promise<ReadonlyMap<string, EntryItem>> {
  const found = new Map<string, EntryItem>();
  if (batch.length === 0) return found;
  const keys = batch.map((entry) => ({ target: { S: targetOf(entry) } }));
  const left = await untilProcessed(keys, async (asked) => {
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: [...asked], ConsistentRead: true } } });
    const { Responses, UnprocessedKeys } = await retryThrottled(() => client.send(command));
    for (const item of Responses?.[table] ?? []) found.set(item.target?.S ?? '', item);
    return (UnprocessedKeys?.[table]?.Keys ?? []).map((key) => ({ target: { S: key.target?.S ?? '' } }));
  });
  if (left.length > 0) throw new OperatorError(`DynamoDB left ${counted(left.length, 'key')} unread: try again later`);
  return found;
}

/** Does the work for all things, at most `limit` at once. */
async function withConcurrency<T>(
  limit: number,
  things: readonly T[],
  work: (thing: T) => Promise<void>,
): Promise<void> {
  const left = [...things].reverse();
  const lane = async () => {
    for (let thing = left.pop(); thing !== undefined; thing = left.pop()) await work(thing);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
    all.slice(index * size, (index + 1) * size),
  );
}
