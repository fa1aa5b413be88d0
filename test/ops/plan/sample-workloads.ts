import { settleTime } from '../../../lambda/flush/flush-timing.ts';
import { unflushedOf } from '../../../ops/plan/flush-times.ts';
import type { CacheWorkload } from '../../../ops/plan/hit-rate.ts';
import type { Workload } from '../../../ops/plan/plan-load.ts';
import type { FlushingEntries } from './simulated-flushes.ts';

export const SAMPLE_CACHE = { requestsPerSecond: 10, activeEntries: 50, resultTtl: 60, decisionTime: 0.02 };
export const NO_ENTRIES: FlushingEntries = { atOncePerSecond: 0, sharedPerSecond: 0, every: 30, authorizerTimeout: 5 };

export function cacheWith(entries: Partial<FlushingEntries>, more: Partial<typeof SAMPLE_CACHE> = {}): CacheWorkload {
  const { authorizerTimeout, ...flushing } = { ...NO_ENTRIES, ...entries };
  return {
    ...SAMPLE_CACHE,
    ...more,
    unflushed: unflushedOf({ ...flushing, settleTime: settleTime(authorizerTimeout) }),
  };
}

/** The same API, with eight routes that a token calls. */
export const PER_ROUTE: Workload = {
  api: 'rest',
  requestsPerSecond: 10,
  activeTokens: 50,
  cachePer: 'route',
  routesPerToken: 8,
  resultTtl: 60,
  revocationsPerHour: 60,
  signalsPerHour: 0,
  signalFlush: 'shared',
  flushEvery: 30,
  flush: true,
  keysPerRead: 6,
  decisionMs: 20,
  coldStartMs: 350,
  memory: 512,
  authorizerTimeout: 5,
};

/** An API with a hundred requests a second. */
export const SAMPLE_API: Workload = {
  api: 'rest',
  requestsPerSecond: 100,
  activeTokens: 2000,
  cachePer: 'token',
  routesPerToken: undefined,
  resultTtl: 60,
  revocationsPerHour: 6,
  signalsPerHour: 0,
  signalFlush: 'shared',
  flushEvery: 30,
  flush: true,
  keysPerRead: 6,
  decisionMs: 15,
  coldStartMs: 350,
  memory: 512,
  authorizerTimeout: 5,
};
