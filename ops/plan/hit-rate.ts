/** The workload of API Gateway's result cache. */
export interface CacheWorkload {
  readonly requestsPerSecond: number;
  /** Number of cache entries in use at a time: tokens, or pairs of a token and a route. */
  readonly activeEntries: number;
  /** Seconds. */
  readonly resultTtl: number;
  /** Seconds from a miss until its decision is cached; meanwhile requests for the same entry miss too. */
  readonly decisionTime: number;
  /** Revocation entries that flush, each twice. */
  readonly flushedEntriesPerSecond: number;
  /** Seconds between the two flushes of an entry. */
  readonly flushGap: number;
}

/**
 * The share of requests answered from the result cache.
 *
 * Model: every cache entry is used equally often, at random times (Poisson). Revocation entries are written at random times
 * too. A request hits if its decision was cached since the last flush and less than the result TTL ago; the time since the
 * last flush is what a random moment sees. Skewed use of tokens or routes hits more often, so the model errs on the safe side.
 */
export function hitRate(workload: CacheWorkload): number {
  const { resultTtl, decisionTime } = workload;
  if (resultTtl === 0) return 0;
  const firstExpiry = decisionTime + resultTtl;
  return hitsBeforeFirstExpiry(workload, firstExpiry) + unflushed(workload, firstExpiry) * undisturbedHitRate(workload);
}

/** The hit rate without flushes: in each life of a cache entry, one request and those during its decision miss. */
function undisturbedHitRate(workload: CacheWorkload): number {
  const { resultTtl, decisionTime } = workload;
  const rate = entryRate(workload);
  return (rate * resultTtl) / (1 + rate * (decisionTime + resultTtl));
}

/** The probability of no flush in the last `seconds`. An entry's two flushes count once inside the gap. */
function unflushed({ flushedEntriesPerSecond, flushGap }: CacheWorkload, seconds: number): number {
  return Math.exp(-flushedEntriesPerSecond * (seconds + Math.min(seconds, flushGap)));
}

/** The share of requests that hit before the first expiry after a flush: their entry was requested since that flush. */
function hitsBeforeFirstExpiry(workload: CacheWorkload, firstExpiry: number): number {
  const { decisionTime, flushedEntriesPerSecond, flushGap } = workload;
  if (flushedEntriesPerSecond === 0) return 0;
  const bend = Math.min(Math.max(flushGap, decisionTime), firstExpiry);
  const early = integral(workload, decisionTime, bend, 2 * flushedEntriesPerSecond, 1);
  const late = Math.exp(-flushedEntriesPerSecond * flushGap);
  return early + integral(workload, bend, firstExpiry, flushedEntriesPerSecond, late);
}

/** ∫ scale · density · e^(-density·u) · (1 - e^(-rate·(u - decisionTime))) du from `from` to `to`. */
function integral(workload: CacheWorkload, from: number, to: number, density: number, scale: number): number {
  const rate = entryRate(workload);
  const flushed = Math.exp(-density * from) - Math.exp(-density * to);
  const unused = (at: number) => Math.exp(-density * at - rate * (at - workload.decisionTime));
  return scale * (flushed - (density / (rate + density)) * (unused(from) - unused(to)));
}

function entryRate({ requestsPerSecond, activeEntries }: CacheWorkload): number {
  return requestsPerSecond / activeEntries;
}

/** Authorizer invocations in the second after a flush: the first request for each cache entry, and those during its decision. */
export function herdInFirstSecond(workload: CacheWorkload): number {
  const { requestsPerSecond, activeEntries, decisionTime } = workload;
  const rate = entryRate(workload);
  if (workload.resultTtl === 0 || decisionTime >= 1) return requestsPerSecond;
  const whileDeciding = requestsPerSecond * decisionTime;
  return whileDeciding + activeEntries * (1 - Math.exp(-rate * (1 - decisionTime)));
}
