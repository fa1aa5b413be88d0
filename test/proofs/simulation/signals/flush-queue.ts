import { DEDUPLICATION_INTERVAL } from '../../../../lambda/flush/flush-timing.ts';
import { FlushRequestError } from '../../../../lambda/signal/flush-request.ts';
import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import type { Execution } from '../time/execution.ts';
import type { World } from '../time/world.ts';

/** The FIFO queue whose messages flush. It has one message group, so that messages arrive one after another. */
export interface FlushQueue {
  /** Resolves when SQS has the message. @throws FlushRequestError */
  send(execution: Execution, deduplicationId: number): Promise<void>;
}

/** Maximum milliseconds of a call, and from the end of a message's delay to the function. */
const MAX_CALL = 500;
const MAX_DELIVERY = 1000;

/** Milliseconds until a message on which the function failed is visible again. */
const VISIBILITY = 60_000;
const MAX_DELIVERIES = 20;

/** @param delay in seconds */
export function flushQueue(delay: number, flusher: LambdaFunction | undefined, world: World): FlushQueue {
  const { time, chance, strikes, note } = world;
  const sentAt = new Map<number, number>();
  let lastDelivery: Promise<void> = Promise.resolve();
  const deliver = async (messageId: string): Promise<void> => {
    const event = { Records: [{ eventSource: 'aws:sqs', messageId, body: 'flush' }] };
    for (let left = MAX_DELIVERIES; left > 0; left -= 1) {
      const result = await flusher?.invoke(event);
      if (result === undefined || !('error' in result)) return;
      await time.sleep(VISIBILITY);
    }
  };
  return {
    async send(execution, id) {
      await execution.sleep(chance.delayUpTo(MAX_CALL));
      if (strikes('queue-unavailable')) throw new FlushRequestError('ServiceUnavailable');
      const before = sentAt.get(id) ?? Number.NEGATIVE_INFINITY;
      if (time.now() >= before + DEDUPLICATION_INTERVAL * 1000) {
        sentAt.set(id, time.now());
        note(`a message of the period ${id} is queued`);
        time.at(time.now() + delay * 1000 + chance.delayUpTo(MAX_DELIVERY), () => {
          lastDelivery = lastDelivery.then(() => deliver(`${id}-${before}`));
        });
      }
      if (strikes('queue-answer-lost')) throw new FlushRequestError('timeout');
      await execution.sleep(chance.delayUpTo(MAX_CALL));
    },
  };
}
