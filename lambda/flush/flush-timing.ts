import type { FlushMode } from '../configuration/environment.ts';

/**
 * The times behind the bound on the revocation lag, in seconds, for the stack, the flusher and the operator's tool.
 *
 * With T the result TTL and L a decision's longest way from its table read into the cache, the last Allow comes before
 * T + L after the acknowledged write, whatever else fails. A flush that is accepted after L finds every decision landed.
 */

/** From the authorizer's answer to API Gateway's cache. AWS states no number; this one is generous. */
const DELIVERY_SLACK = 2;

/** Between the end of L and the settled flush. The settled lag holds while clocks differ by no more than this. */
export const SETTLE_MARGIN = 1;

/** `ApproximateCreationDateTime` is cut to whole seconds: an entry may be this much younger than its record says. */
export const STREAM_TIME_GRANULARITY = 1;

/** Settled flushes take place at whole multiples of this time; entries that come due in between share one. */
export const COALESCING_TIME = 2;

/** A function flushes a stage no more often than once in this time. */
export const FLUSH_INTERVAL = 1;

/** Maximum wait of the flush at once: for the flush before it, and for a settled one that comes first. */
export const MAX_TURN = FLUSH_INTERVAL + COALESCING_TIME;

/**
 * Maximum time until a flush is accepted, with its retries: five attempts of two seconds, and pauses of up to
 * 0.5 + 1 + 2 + 4 seconds while API Gateway throttles. The functions' timeouts allow for it.
 */
export const MAX_FLUSH = 20;

/**
 * Maximum time for which a batch is delivered again because one stage rejects and others do not. Meanwhile the entries behind
 * it wait, and the other stages are not flushed for them.
 */
export const MAX_HOLD = 30;

/** Maximum time between two rejections of one spell: Lambda delivers a batch again within a minute, and a run takes a while. */
export const MAX_SILENCE_OF_REJECTION = 120;

/** Usual times from stream to function and from flush to effect. AWS promises no number, so the tool calls them expected. */
const USUAL_STREAM_DELAY = 1;
const USUAL_FLUSH_EFFECT = 1;

/**
 * The period of a shared flush is read from the clock of the receiver's host. A slow host names a period that another host, a fast one,
 * began earlier: its flush would come that much too early. Together with `SETTLE_MARGIN` this allows for clocks that differ by 3 s.
 */
const PERIOD_MARGIN = 2;

/** Maximum delay of a queue (Amazon SQS API reference, CreateQueue, `DelaySeconds`). A FIFO queue has no delay for each message. */
export const MAX_QUEUE_DELAY = 900;

/** The time for which SQS drops messages with the same deduplication id (Amazon SQS developer guide, "Exactly-once processing"). */
export const DEDUPLICATION_INTERVAL = 300;

/**
 * Maximum period of shared flushes. A message that is sent late in its period, and then retried, must still be in the deduplication
 * interval of the first. Otherwise the period would have two flushes.
 */
export const MAX_SHARED_PERIOD = 240;

/** Usual time from the end of a message's delay to the function. AWS promises no number. */
const USUAL_QUEUE_DELAY = 1;

/** L: the longest time from a decision's table read until API Gateway has cached it. */
export function decisionTime(authorizerTimeout: number): number {
  return authorizerTimeout + DELIVERY_SLACK;
}

/** The age of an entry from which no decision that was made without it is in flight. */
export function settleTime(authorizerTimeout: number): number {
  return decisionTime(authorizerTimeout) + SETTLE_MARGIN;
}

/**
 * Maximum time of a batch: the wait and the flush, and for `settled` one more flush, for entries that came due during an
 * earlier one of the batch. A function that Lambda cut off would forget what it has reported and flushed.
 */
export function longestRun(mode: FlushMode, authorizerTimeout: number): number {
  if (mode === 'at-once') return MAX_TURN + MAX_FLUSH;
  return settleTime(authorizerTimeout) + COALESCING_TIME + 2 * MAX_FLUSH;
}

/** T + L: the bound that needs no flush. */
export function guaranteedLag(resultTtl: number, authorizerTimeout: number): number {
  return resultTtl + decisionTime(authorizerTimeout);
}

/**
 * The age of an entry from which its flush is given up and reported as abandoned: flushing is pointless then.
 *
 * Never below the delay of an entry queued behind another's settled flush: otherwise a result TTL of a few seconds would
 * raise false alarms.
 */
export function giveUpAge(resultTtl: number, authorizerTimeout: number): number {
  const waitedBehindAnother = 2 * settleTime(authorizerTimeout) + MAX_FLUSH;
  return Math.max(guaranteedLag(resultTtl, authorizerTimeout), waitedBehindAnother);
}

/**
 * The bound while flushes work and the clocks of DynamoDB and of the flusher's host differ by no more than `SETTLE_MARGIN`:
 * the settled flush has taken effect. Never longer than the guaranteed lag.
 */
export function settledLag(resultTtl: number, authorizerTimeout: number): number {
  const settledFlush = settleTime(authorizerTimeout) + STREAM_TIME_GRANULARITY + COALESCING_TIME;
  const settled = settledFlush + USUAL_STREAM_DELAY + USUAL_FLUSH_EFFECT;
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), settled);
}

/**
 * The bound while flushes work, by any clock: an entry may wait behind another's settled flush, and its own is then counted
 * from its arrival. Never longer than the guaranteed lag.
 */
export function settledLagByAnyClock(resultTtl: number, authorizerTimeout: number): number {
  const settledFlush = settleTime(authorizerTimeout) + COALESCING_TIME;
  const settled = 2 * settledFlush + USUAL_STREAM_DELAY + 2 * USUAL_FLUSH_EFFECT;
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), settled);
}

/**
 * The delay of the queue, from the first message of a period to its flush. The period's last entry is written `every` after that message,
 * and its decisions in flight must have landed.
 */
export function sharedFlushDelay(every: number, authorizerTimeout: number): number {
  return every + PERIOD_MARGIN + settleTime(authorizerTimeout);
}

/**
 * The bound for entries that share a flush, counted from the receiver's success response: SQS has the message of the entry's period then.
 * It holds while flushes work and the clocks of the receiver's hosts differ by no more than `PERIOD_MARGIN` and `SETTLE_MARGIN` together.
 * Never longer than the guaranteed lag.
 */
export function sharedLag(resultTtl: number, authorizerTimeout: number, every: number): number {
  const flush = sharedFlushDelay(every, authorizerTimeout) + USUAL_QUEUE_DELAY + FLUSH_INTERVAL;
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), flush + USUAL_FLUSH_EFFECT);
}

/** When the first flush usually takes effect; it misses decisions in flight. Never longer than the guaranteed lag. */
export function expectedLag(resultTtl: number, authorizerTimeout: number): number {
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), USUAL_STREAM_DELAY + USUAL_FLUSH_EFFECT);
}
