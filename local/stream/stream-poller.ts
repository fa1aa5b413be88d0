import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../errors.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { StreamReader } from './stream-reader.ts';
import type { StreamRecord } from './stream-record.ts';

export interface StreamPoller {
  stop(): Promise<void>;
}

/** Milliseconds: Lambda polls a shard four times a second. */
const POLL_INTERVAL = 250;
const MAX_RETRY_DELAY = 5000;

/**
 * Passes a table's changes to a function as Lambda does: in order, in batches, and again when the function fails. Resolves
 * when the position in the stream is fixed, so that no later change is missed.
 */
export async function pollStream(mapping: EventSourceMapping, reader: StreamReader, say: Say): Promise<StreamPoller> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const first = await reader.read();
  const polling = poll(mapping, reader, first, signal, say).catch((error: Error) => {
    if (!signal.aborted) throw error;
  });
  return {
    stop: async () => {
      stopping.abort();
      // Ends an invocation that may otherwise wait for long.
      await mapping.function.recycle();
      await polling;
      reader.close();
    },
  };
}

async function poll(
  mapping: EventSourceMapping,
  reader: StreamReader,
  first: readonly StreamRecord[],
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  let waiting = first.filter(({ event }) => mapping.wants(event));
  let since = performance.now();
  while (!signal.aborted) {
    if (waiting.length === 0) since = performance.now();
    const isDue = performance.now() - since >= mapping.batchingWindowSeconds * 1000;
    if (waiting.length >= mapping.batchSize || (waiting.length > 0 && isDue)) {
      await deliver(mapping, waiting.slice(0, mapping.batchSize), signal, say);
      waiting = waiting.slice(mapping.batchSize);
      continue;
    }
    await delay(POLL_INTERVAL, undefined, { signal });
    // DynamoDB may be down for a while. Its supervisor reports it.
    const records = await reader.read().catch((): readonly StreamRecord[] => []);
    waiting = [...waiting, ...records.filter(({ event }) => mapping.wants(event))];
  }
}

/** Invokes the function until it succeeds, its attempts are used up, or the records are too old. */
async function deliver(
  mapping: EventSourceMapping,
  batch: readonly StreamRecord[],
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  for (let attempt = 0; attempt <= mapping.retryAttempts; attempt += 1) {
    const oldest = Date.now() - mapping.maximumRecordAgeSeconds * 1000;
    const fresh = batch.filter(({ createdAt }) => createdAt >= oldest);
    if (fresh.length === 0) break;
    const result = await mapping.function.invoke({ Records: fresh.map(({ event }) => event) });
    if (!('error' in result)) return;
    say(`${mapping.function.functionName} failed on ${fresh.length} records: ${result.error.errorMessage}`);
    if (mapping.bisect && fresh.length > 1) return deliverHalves(mapping, fresh, signal, say);
    await delay(Math.min(MAX_RETRY_DELAY, POLL_INTERVAL * 2 ** attempt), undefined, { signal });
  }
  say(`${mapping.function.functionName} was not given ${batch.length} records again: tried too often, or too old.`);
}

async function deliverHalves(
  mapping: EventSourceMapping,
  batch: readonly StreamRecord[],
  signal: AbortSignal,
  say: Say,
): Promise<void> {
  const middle = Math.ceil(batch.length / 2);
  await deliver(mapping, batch.slice(0, middle), signal, say);
  await deliver(mapping, batch.slice(middle), signal, say);
}
