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

/** When the first flush usually takes effect; it misses decisions in flight. Never longer than the guaranteed lag. */
export function expectedLag(resultTtl: number, authorizerTimeout: number): number {
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), USUAL_STREAM_DELAY + USUAL_FLUSH_EFFECT);
}
