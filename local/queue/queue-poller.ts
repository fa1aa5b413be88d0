import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../errors.ts';
import type { QueuedMessage } from './queue.ts';
import { failedMessages, queueEvent } from './queue-event.ts';
import type { QueueMapping } from './queue-mapping.ts';

export interface QueuePoller {
  stop(): Promise<void>;
}

/** Milliseconds between looks at an empty queue. */
const POLL_INTERVAL = 100;

/**
 * Passes a queue's messages to a function as Lambda does: in batches, and again after the visibility timeout when they failed. One batch
 * at a time, where Lambda runs several.
 */
export function pollQueue(mapping: QueueMapping, say: Say): QueuePoller {
  const stopping = new AbortController();
  const { signal } = stopping;
  const polling = poll(mapping, say, signal).catch((error: Error) => {
    if (!signal.aborted) throw error;
  });
  return {
    stop: async () => {
      stopping.abort();
      // Ends an invocation that may otherwise wait for long.
      await mapping.function.recycle();
      await polling;
    },
  };
}

async function poll(mapping: QueueMapping, say: Say, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const messages = mapping.queue.receive(mapping.batchSize, Date.now());
    if (messages.length === 0) await delay(POLL_INTERVAL, undefined, { signal });
    else await deliver(messages, mapping, say, signal);
  }
}

/** Messages that failed stay in the queue, hidden until their visibility timeout. */
async function deliver(
  messages: readonly QueuedMessage[],
  { queue, function: target, reportsFailures }: QueueMapping,
  say: Say,
  signal: AbortSignal,
): Promise<void> {
  const { name, arn } = queue.settings;
  const result = await target.invoke(queueEvent(messages, arn));
  // A stop ends the invocation, which is then no failure.
  if (signal.aborted) return;
  const failed = failedMessages(result, messages, reportsFailures);
  for (const { messageId } of messages) if (!failed.has(messageId)) queue.delete(messageId);
  if (failed.size === 0) return;
  const reason = 'error' in result ? `: ${result.error.errorMessage}` : '.';
  say(`${target.functionName} failed on ${failed.size} of ${messages.length} messages of ${name}${reason}`);
}
