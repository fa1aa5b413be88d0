import { setTimeout as delay } from 'node:timers/promises';
import { TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import { parseTarget } from '../../lambda/revocation/revocation-target.ts';
import { isObject, type JsonObject, objectOf } from '../cloudformation/template.ts';
import type { EntryEvent, ReportRunEvent } from '../log/run-event.ts';
import type { RecordReader } from './stream-reader.ts';
import type { StreamRecord } from './stream-record.ts';

/** Reports what happens to the revocation table's entries, by the command line as by a signal or another program. */
export interface EntryWatch {
  /** Reports every change that the stream shows by now. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds between two looks at the stream. */
const WATCH_INTERVAL = 100;

/**
 * Watches the revocation table by its stream. Resolves when earlier changes are skipped, so that no later one is missed.
 * @param reader - from the stream's horizon on: one that starts after the latest record would start again when a read fails
 * @param aliases - of the deployment's issuers, the former ones too
 */
export async function watchEntries(
  reader: RecordReader,
  aliases: ReadonlySet<string>,
  log: ReportRunEvent,
): Promise<EntryWatch> {
  const stopping = new AbortController();
  const report = (records: readonly StreamRecord[]): void => {
    for (const { event } of records) log(entryEventOf(event, aliases, Date.now()));
  };
  await skipEarlier(reader);
  let reading = Promise.resolve();
  const catchUp = (): Promise<void> => {
    // One after another: the reader has one position. DynamoDB may be down for a while: its supervisor reports it, and nothing is lost.
    reading = reading.then(() => reader.read().then(report, () => {}));
    return reading;
  };
  const watching = watch(catchUp, stopping.signal);
  return {
    catchUp,
    stop: async () => {
      stopping.abort();
      await watching;
      await reading;
      reader.close();
    },
  };
}

/** Reads what was written before, and may be more than one answer of DynamoDB holds. */
async function skipEarlier(reader: RecordReader): Promise<void> {
  for (let records = await reader.read(); records.length > 0; ) records = await reader.read();
}

async function watch(catchUp: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await catchUp();
    // Ends early by the signal.
    await delay(WATCH_INTERVAL, undefined, { signal }).catch(() => {});
  }
}

/** Reads for a function, which gets an entry after the log: it flushes because of it. */
export function afterEntries(reader: RecordReader, entries: Pick<EntryWatch, 'catchUp'>): RecordReader {
  return {
    read: async () => {
      const records = await reader.read();
      if (records.length > 0) await entries.catchUp();
      return records;
    },
    close: () => reader.close(),
  };
}

/** An alias that is no issuer's is not told: by a slip it could be the value of a claim. @param record - as Lambda passes it on */
export function entryEventOf(record: JsonObject, aliases: ReadonlySet<string>, at: number): EntryEvent {
  const [key] = Object.values(objectOf(objectOf(record, 'dynamodb'), 'Keys'));
  const target = isObject(key) && typeof key.S === 'string' ? parseTarget(key.S) : undefined;
  return {
    event: 'entry',
    at,
    change: record.eventName === 'REMOVE' ? 'removed' : 'written',
    level: target === undefined ? 'unknown' : TARGET_PREFIXES[target.prefix],
    issuer: target !== undefined && aliases.has(target.issuerAlias) ? target.issuerAlias : '',
  };
}
