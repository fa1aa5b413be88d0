import type { FlushMode } from '../configuration/environment.ts';

/**
 * The times behind the bound on the revocation lag, in seconds, for the stack, the flusher and the operator's tool.
 *
 * With T the result TTL and L a decision's longest way from its table read into the cache, the last Allow comes before
 * T + L after the acknowledged write, whatever else fails. A flush that is accepted after L finds every decision landed.
 */

/** From the authorizer's answer to API Gateway's cache. AWS states no number; ours is generous. */
const DELIVERY_SLACK = 2;

/** Between the end of L and the settled flush; the settled lag takes for granted that clocks differ by no more. */
export const SETTLE_MARGIN = 1;

/** `ApproximateCreationDateTime` is cut to whole seconds: an entry may be this much younger than its record says. */
export const STREAM_TIME_GRANULARITY = 1;

/** Settled flushes take place at whole multiples of this time; entries that come due in between share one. */
export const COALESCING_TIME = 2;

/** A function flushes a stage no more often than once in this time. */
export const FLUSH_INTERVAL = 1;

/** How long the flush at once waits at most: for the last one, and for a settled one that comes first. */
export const MAX_TURN = FLUSH_INTERVAL + COALESCING_TIME;

/**
 * How long one flush can take until it is accepted, with its retries: five attempts of two seconds, and pauses of up to
 * 0.5 + 1 + 2 + 4 seconds while API Gateway throttles. The functions' timeouts allow for it.
 */
export const MAX_FLUSH = 20;

/**
 * How long a batch is delivered again for a stage that rejects while other stages do not: the entries behind it wait, and
 * those other stages are not flushed for them.
 */
export const MAX_HOLD = 30;

/** Rejections further apart than this are not one: Lambda delivers a batch again within a minute, and a run takes its time. */
export const MAX_SILENCE_OF_REJECTION = 120;

/** What AWS promises no number for, and what the tool therefore calls expected: stream to function, flush to effect. */
const USUAL_STREAM_DELAY = 1;
const USUAL_FLUSH_EFFECT = 1;

/** L: the longest time from a decision's table read until API Gateway has cached it. */
export function decisionTime(authorizerTimeout: number): number {
  return authorizerTimeout + DELIVERY_SLACK;
}

/** The age at which an entry finds no decision in flight that was made without it. */
export function settleTime(authorizerTimeout: number): number {
  return decisionTime(authorizerTimeout) + SETTLE_MARGIN;
}

/**
 * How long a batch can take: the wait and the flush, and at `settled` one more flush, for entries that came due while an
 * earlier one of the batch took its time. A function that Lambda cut off would forget what it has reported and flushed.
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
 * The age of an entry from which a flush is given up: flushing is pointless then, and somebody is told.
 *
 * No sooner than an entry arrives that waited behind another's settled flush: with a result TTL of a few seconds that is
 * no trouble, although its caches have expired.
 */
export function giveUpAge(resultTtl: number, authorizerTimeout: number): number {
  const waitedBehindAnother = 2 * settleTime(authorizerTimeout) + MAX_FLUSH;
  return Math.max(guaranteedLag(resultTtl, authorizerTimeout), waitedBehindAnother);
}

/**
 * When the settled flush usually has worked: the bound while flushes work, and while the clocks of DynamoDB and of the
 * flusher's host differ by no more than `SETTLE_MARGIN`. Never longer than the guaranteed lag.
 */
export function settledLag(resultTtl: number, authorizerTimeout: number): number {
  const settledFlush = settleTime(authorizerTimeout) + STREAM_TIME_GRANULARITY + COALESCING_TIME;
  const settled = settledFlush + USUAL_STREAM_DELAY + USUAL_FLUSH_EFFECT;
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), settled);
}

/**
 * The bound while flushes work that no clock can break: an entry may wait behind another's settled flush, and its own is
 * then counted from its arrival. Never longer than the guaranteed lag.
 */
export function settledLagByAnyClock(resultTtl: number, authorizerTimeout: number): number {
  const settledFlush = settleTime(authorizerTimeout) + COALESCING_TIME;
  const settled = 2 * settledFlush + USUAL_STREAM_DELAY + 2 * USUAL_FLUSH_EFFECT;
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), settled);
}

/** When the first flush usually has worked; it misses decisions that were in flight. Never longer than the guaranteed lag. */
export function expectedLag(resultTtl: number, authorizerTimeout: number): number {
  return Math.min(guaranteedLag(resultTtl, authorizerTimeout), USUAL_STREAM_DELAY + USUAL_FLUSH_EFFECT);
}
