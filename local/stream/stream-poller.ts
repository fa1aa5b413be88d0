import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../errors.ts';
import type { EventSourceMapping } from './event-source-mapping.ts';
import type { RecordReader } from './stream-reader.ts';
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
export async function pollStream(mapping: EventSourceMapping, reader: RecordReader, say: Say): Promise<StreamPoller> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const first = await reader.read();
  const polling = new Polling(mapping, reader, say, signal).run(first).catch((error: Error) => {
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

/** The loop that reads the stream and delivers batches, until the signal aborts. */
class Polling {
  readonly #mapping: EventSourceMapping;
  readonly #reader: RecordReader;
  readonly #say: Say;
  readonly #signal: AbortSignal;

  constructor(mapping: EventSourceMapping, reader: RecordReader, say: Say, signal: AbortSignal) {
    this.#mapping = mapping;
    this.#reader = reader;
    this.#say = say;
    this.#signal = signal;
  }

  async run(first: readonly StreamRecord[]): Promise<void> {
    const { batchSize, batchingWindowSeconds } = this.#mapping;
    let waiting = this.#wanted(first);
    let since = performance.now();
    while (!this.#signal.aborted) {
      if (waiting.length === 0) since = performance.now();
      const isDue = performance.now() - since >= batchingWindowSeconds * 1000;
      if (waiting.length >= batchSize || (waiting.length > 0 && isDue)) {
        await this.#deliver(waiting.slice(0, batchSize));
        waiting = waiting.slice(batchSize);
        continue;
      }
      await this.#pause(POLL_INTERVAL);
      // DynamoDB may be down for a while. Its supervisor reports it.
      const records = await this.#reader.read().catch((): readonly StreamRecord[] => []);
      waiting = [...waiting, ...this.#wanted(records)];
    }
  }

  #wanted(records: readonly StreamRecord[]): readonly StreamRecord[] {
    return records.filter(({ event }) => this.#mapping.wants(event));
  }

  /** Invokes the function until it succeeds, its attempts are used up, or the records are too old. */
  async #deliver(batch: readonly StreamRecord[]): Promise<void> {
    const { function: target, retryAttempts, maximumRecordAgeSeconds, bisect } = this.#mapping;
    for (let attempt = 0; attempt <= retryAttempts; attempt += 1) {
      const oldest = Date.now() - maximumRecordAgeSeconds * 1000;
      const fresh = batch.filter(({ createdAt }) => createdAt >= oldest);
      if (fresh.length === 0) break;
      const result = await target.invoke({ Records: fresh.map(({ event }) => event) });
      // A stop ends the invocation, which is then no failure.
      if (!('error' in result) || this.#signal.aborted) return;
      this.#say(`${target.functionName} failed on ${fresh.length} records: ${result.error.errorMessage}`);
      if (bisect && fresh.length > 1) return this.#deliverHalves(fresh);
      await this.#pause(Math.min(MAX_RETRY_DELAY, POLL_INTERVAL * 2 ** attempt));
    }
    this.#say(`${target.functionName} was not given ${batch.length} records again: tried too often, or too old.`);
  }

  async #deliverHalves(batch: readonly StreamRecord[]): Promise<void> {
    const middle = Math.ceil(batch.length / 2);
    await this.#deliver(batch.slice(0, middle));
    await this.#deliver(batch.slice(middle));
  }

  #pause(milliseconds: number): Promise<void> {
    return delay(milliseconds, undefined, { signal: this.#signal });
  }
}
