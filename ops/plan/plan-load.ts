import { expectedLag, guaranteedLag, settledLag, settleTime, sharedLag } from '../../lambda/flush/flush-timing.ts';
import type { ApiKind, CacheKey } from '../../lambda/policy/route.ts';
import type { FlushPace } from '../../lambda/signal/signal-source.ts';
import { type FlusherWork, type FlushWorkload, flusherWorkOf, unflushedOf } from './flush-times.ts';
import { type CacheWorkload, herdInFirstSecond, hitRate } from './hit-rate.ts';

/** A team's knowledge and assumptions about its API. */
export interface Workload {
  /** The kind of the API, which decides the price of its requests. */
  readonly api: ApiKind;
  readonly requestsPerSecond: number;
  readonly activeTokens: number;
  readonly cachePer: CacheKey;
  /** Number of routes that a token calls, each equally often; undefined: not given, for `cachePer: 'token'` only. */
  readonly routesPerToken: number | undefined;
  /** Seconds. */
  readonly resultTtl: number;
  /** Entries that operators write and that flush. */
  readonly revocationsPerHour: number;
  /** Signals of senders that become entries, and how these flush. */
  readonly signalsPerHour: number;
  readonly signalFlush: FlushPace;
  /** Seconds: entries of the pace `shared` flush at most once in this time. */
  readonly flushEvery: number;
  /** Whether entries flush the cache. */
  readonly flush: boolean;
  /** Keys that one decision reads: one for each revocation level that the token can be revoked at. */
  readonly keysPerRead: number;
  /** Milliseconds of a decision in a warm execution environment, and what a new one adds. */
  readonly decisionMs: number;
  readonly coldStartMs: number;
  /** MiB of the authorizer function. */
  readonly memory: number;
  /** Seconds. */
  readonly authorizerTimeout: number;
}

export interface Load {
  readonly hitRate: number;
  readonly invocationsPerSecond: number;
  /** The share of invocations that wait for a new execution environment. */
  readonly coldStartShare: number;
  /** Average number of busy execution environments. */
  readonly concurrency: number;
  readonly readUnitsPerSecond: number;
  readonly writeUnitsPerSecond: number;
  readonly flusher: FlusherWork;
  readonly herd: Herd | undefined;
  /** Seconds from the acknowledged entry to the last Allow. */
  readonly guaranteedLag: number;
  readonly settledLag: number | undefined;
  readonly expectedLag: number;
  /** Seconds from the success response to a signal's sender until the last Allow while flushes work; undefined: there are no signals. */
  readonly signalLag: number | undefined;
}

/** The invocations that follow a flush. */
export interface Herd {
  readonly invocationsInFirstSecond: number;
  /** Number of busy environments in the worst moment, if all are warm and if none is. */
  readonly concurrencyWarm: number;
  readonly concurrencyCold: number;
}

/** Seconds after which Lambda ends an idle environment, and any environment. Both are observed, and AWS promises neither. */
const IDLE_LIFETIME = 300;
const ENVIRONMENT_LIFETIME = 2 * 3600;

/**
 * Write units of a signal: its entry and its record, at two units each, because they are written in one transaction; and the row that
 * counts the signals of its source (Amazon DynamoDB developer guide, "Read and write capacity modes").
 */
const WRITE_UNITS_PER_SIGNAL = 2 * 2 + 1;

export function loadOf(workload: Workload): Load {
  const { requestsPerSecond, resultTtl, authorizerTimeout, flush } = workload;
  const cache = cacheWorkloadOf(workload);
  const rate = hitRate(cache);
  const invocationsPerSecond = requestsPerSecond * (1 - rate);
  const coldStartShare = coldStartShareOf(workload, invocationsPerSecond);
  return {
    hitRate: rate,
    invocationsPerSecond,
    coldStartShare,
    concurrency: (invocationsPerSecond * (workload.decisionMs + coldStartShare * workload.coldStartMs)) / 1000,
    readUnitsPerSecond: invocationsPerSecond * workload.keysPerRead,
    writeUnitsPerSecond: (workload.revocationsPerHour + WRITE_UNITS_PER_SIGNAL * workload.signalsPerHour) / 3600,
    flusher: flusherWorkOf(flushWorkloadOf(workload)),
    herd: flush && resultTtl > 0 ? herdOf(workload, cache) : undefined,
    guaranteedLag: guaranteedLag(resultTtl, authorizerTimeout),
    settledLag: flush ? settledLag(resultTtl, authorizerTimeout) : undefined,
    expectedLag: flush ? Math.min(resultTtl, expectedLag(resultTtl, authorizerTimeout)) : resultTtl,
    signalLag: workload.signalsPerHour > 0 ? signalLagOf(workload) : undefined,
  };
}

function signalLagOf({ resultTtl, authorizerTimeout, flush, signalFlush, flushEvery }: Workload): number {
  const pace = flush ? signalFlush : 'never';
  if (pace === 'at-once') return settledLag(resultTtl, authorizerTimeout);
  return pace === 'shared'
    ? sharedLag(resultTtl, authorizerTimeout, flushEvery)
    : guaranteedLag(resultTtl, authorizerTimeout);
}

function cacheWorkloadOf(workload: Workload): CacheWorkload {
  return {
    requestsPerSecond: workload.requestsPerSecond,
    activeEntries: activeEntriesOf(workload),
    resultTtl: workload.resultTtl,
    decisionTime: workload.decisionMs / 1000,
    unflushed: unflushedOf(flushWorkloadOf(workload)),
  };
}

function flushWorkloadOf(workload: Workload): FlushWorkload {
  const { flush, revocationsPerHour, signalsPerHour, signalFlush, flushEvery, authorizerTimeout } = workload;
  const signalsOf = (pace: FlushPace) => (signalFlush === pace ? signalsPerHour / 3600 : 0);
  return {
    atOncePerSecond: flush ? revocationsPerHour / 3600 + signalsOf('at-once') : 0,
    sharedPerSecond: flush ? signalsOf('shared') : 0,
    every: flushEvery,
    settleTime: settleTime(authorizerTimeout),
  };
}

function activeEntriesOf({ activeTokens, cachePer, routesPerToken = 1 }: Workload): number {
  return cachePer === 'route' ? activeTokens * routesPerToken : activeTokens;
}

/** The herd of one flush: at that moment every request misses. */
function herdOf({ requestsPerSecond, decisionMs, coldStartMs }: Workload, cache: CacheWorkload): Herd {
  return {
    invocationsInFirstSecond: herdInFirstSecond(cache),
    concurrencyWarm: (requestsPerSecond * decisionMs) / 1000,
    concurrencyCold: (requestsPerSecond * (decisionMs + coldStartMs)) / 1000,
  };
}

/** Estimates the share of cold starts: rare calls find nothing warm, environments age, and a herd needs more of them. */
function coldStartShareOf(workload: Workload, invocationsPerSecond: number): number {
  if (invocationsPerSecond === 0) return 0;
  const calm = environmentsFor(invocationsPerSecond, workload);
  const stormy = environmentsFor(workload.requestsPerSecond, workload);
  const { atOncePerSecond, sharedPerSecond, every } = flushWorkloadOf(workload);
  // The two flushes of an entry are one storm: the second finds the environments of the first.
  const storms = atOncePerSecond + (1 - Math.exp(-sharedPerSecond * every)) / every;
  const rare = invocationsPerSecond * Math.exp(-invocationsPerSecond * IDLE_LIFETIME);
  const aged = calm / ENVIRONMENT_LIFETIME;
  const herded = storms * (stormy - calm) * Math.exp(-storms * IDLE_LIFETIME);
  return Math.min(1, (rare + aged + herded) / invocationsPerSecond);
}

/** The number of environments that nearly always suffices: the mean and three standard deviations (Poisson). */
function environmentsFor(callsPerSecond: number, { decisionMs }: Workload): number {
  const mean = (callsPerSecond * decisionMs) / 1000;
  return Math.ceil(mean + 3 * Math.sqrt(mean));
}
