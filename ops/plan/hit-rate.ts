import type { Unflushed } from './flush-cells.ts';

/** The workload of API Gateway's result cache. */
export interface CacheWorkload {
  readonly requestsPerSecond: number;
  /** Number of cache entries in use at a time: tokens, or pairs of a token and a route. */
  readonly activeEntries: number;
  /** Seconds. */
  readonly resultTtl: number;
  /** Seconds from a miss until its decision is cached; meanwhile requests for the same entry miss too. */
  readonly decisionTime: number;
  readonly unflushed: Unflushed;
}

/** Number of ages at which the probability of no flush is taken. */
const AGES = 1000;

/**
 * The share of requests answered from the result cache.
 *
 * Model: every cache entry is used equally often, at random times (Poisson). A request hits if its decision was cached since
 * the last flush and less than the result TTL ago; the time since the last flush is what a random moment sees. Skewed use of
 * tokens or routes hits more often, so the model errs on the safe side.
 */
export function hitRate(workload: CacheWorkload): number {
  const { resultTtl, decisionTime, unflushed } = workload;
  if (resultTtl === 0) return 0;
  const rate = entryRate(workload);
  // The share of cache entries that are requested again within the result TTL.
  const requested = 1 - Math.exp(-rate * resultTtl);
  const unflushedTtl = unflushed(decisionTime + resultTtl);
  const sinceFlush = requested * (averageUnflushed(workload, requested) - unflushedTtl);
  return sinceFlush + unflushedTtl * undisturbedHitRate(workload);
}

/** The hit rate without flushes: in each life of a cache entry, one request and those during its decision miss. */
function undisturbedHitRate(workload: CacheWorkload): number {
  const { resultTtl, decisionTime } = workload;
  const rate = entryRate(workload);
  return (rate * resultTtl) / (1 + rate * (decisionTime + resultTtl));
}

/** The average probability of no flush since a cache entry's last request, which is at most a result TTL ago. */
function averageUnflushed(workload: CacheWorkload, requested: number): number {
  const { decisionTime, unflushed } = workload;
  const rate = entryRate(workload);
  let sum = 0;
  for (let index = 0; index < AGES; index += 1) {
    const share = ((index + 0.5) / AGES) * requested;
    sum += unflushed(decisionTime - Math.log1p(-share) / rate);
  }
  return sum / AGES;
}

function entryRate({ requestsPerSecond, activeEntries }: CacheWorkload): number {
  return requestsPerSecond / activeEntries;
}

/** Authorizer invocations in the second after a flush: the first request for each cache entry, and those during its decision. */
export function herdInFirstSecond(workload: Omit<CacheWorkload, 'unflushed'>): number {
  const { requestsPerSecond, activeEntries, decisionTime } = workload;
  const rate = requestsPerSecond / activeEntries;
  if (workload.resultTtl === 0 || decisionTime >= 1) return requestsPerSecond;
  const whileDeciding = requestsPerSecond * decisionTime;
  return whileDeciding + activeEntries * (1 - Math.exp(-rate * (1 - decisionTime)));
}
