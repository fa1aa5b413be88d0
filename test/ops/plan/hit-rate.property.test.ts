import { describe, expect, it } from 'vitest';
import { settleTime } from '../../../lambda/flush/flush-timing.ts';
import { flusherWorkOf } from '../../../ops/plan/flush-times.ts';
import { type CacheWorkload, hitRate } from '../../../ops/plan/hit-rate.ts';
import { loadOf } from '../../../ops/plan/plan-load.ts';
import { seededRandom, waitFor } from './random-times.ts';
import { cacheWith, NO_ENTRIES, PER_ROUTE, SAMPLE_CACHE } from './sample-workloads.ts';
import { type FlushingEntries, simulatedFlushes } from './simulated-flushes.ts';

/** The hit rate of simulated requests: a decision is cached when it is made, until its TTL or a later flush. */
function simulatedHitRate(
  workload: Omit<CacheWorkload, 'unflushed'>,
  flushes: readonly number[],
  requests: number,
  random: () => number,
  randomKey: () => string | number = () => Math.floor(random() * workload.activeEntries),
): number {
  const { requestsPerSecond, resultTtl, decisionTime } = workload;
  let next = 0;
  let lastFlush = Number.NEGATIVE_INFINITY;
  const cachedAt = new Map<string | number, readonly number[]>();
  let now = 0;
  let hits = 0;
  for (let request = 0; request < requests; request += 1) {
    now += waitFor(requestsPerSecond, random);
    for (let at = flushes[next]; at !== undefined && at <= now; at = flushes[next]) {
      lastFlush = at;
      next += 1;
    }
    const key = randomKey();
    const decisions = cachedAt.get(key) ?? [];
    const live = decisions.filter((at) => at > now || (at > lastFlush && now < at + resultTtl));
    const isHit = live.some((at) => at <= now);
    cachedAt.set(key, isHit ? live : [...live, now + decisionTime]);
    if (isHit && request >= requests / 10) hits += 1;
  }
  return hits / (requests * 0.9);
}

/** The simulated time, in seconds: long for rare entries, short where the flusher runs often. */
const durationFor = ({ atOncePerSecond, sharedPerSecond }: FlushingEntries) =>
  Math.min(50_000, 10_000 / (atOncePerSecond + sharedPerSecond));

async function simulated(entries: Partial<FlushingEntries>, more: Partial<typeof SAMPLE_CACHE> = {}): Promise<number> {
  const all = { ...NO_ENTRIES, ...entries };
  const cache = { ...SAMPLE_CACHE, ...more };
  const random = seededRandom(1);
  const flushes = await simulatedFlushes(all, durationFor(all), random);
  return simulatedHitRate(cache, flushes, durationFor(all) * cache.requestsPerSecond, random);
}

describe('the hit rate of the model', () => {
  const workloads: readonly (readonly [string, Partial<FlushingEntries>, Partial<typeof SAMPLE_CACHE>])[] = [
    ['busy tokens, no flush', {}, {}],
    ['rare tokens, no flush', {}, { activeEntries: 500, resultTtl: 30 }],
    ['one machine client, no flush', {}, { activeEntries: 1, resultTtl: 5, decisionTime: 0.1 }],
    ['ten entries an hour', { atOncePerSecond: 10 / 3600 }, { resultTtl: 300 }],
    ['an entry a minute', { atOncePerSecond: 1 / 60 }, {}],
    ['an entry a minute, a long TTL', { atOncePerSecond: 1 / 60 }, { resultTtl: 3600 }],
    ['rare tokens, an entry a minute', { atOncePerSecond: 1 / 60 }, { activeEntries: 500 }],
    ['a TTL shorter than the gap of the flushes', { atOncePerSecond: 1 / 60 }, { resultTtl: 5 }],
    ['an entry every six seconds', { atOncePerSecond: 1 / 6 }, { resultTtl: 300 }],
    ['an entry every three seconds', { atOncePerSecond: 1 / 3 }, { resultTtl: 300 }],
    ['an entry every two seconds, busy tokens', { atOncePerSecond: 0.5 }, { requestsPerSecond: 50, resultTtl: 300 }],
    ['an entry a second, busy tokens', { atOncePerSecond: 1 }, { requestsPerSecond: 100 }],
    ['ten entries a second', { atOncePerSecond: 10 }, { requestsPerSecond: 100 }],
    ['ten entries a second, ten requests per token and second', { atOncePerSecond: 10 }, { requestsPerSecond: 500 }],
    ['shared flushes, ten signals an hour', { sharedPerSecond: 10 / 3600 }, { resultTtl: 300 }],
    ['shared flushes, a signal a minute', { sharedPerSecond: 1 / 60 }, { resultTtl: 300 }],
    ['shared flushes, ten signals a second', { sharedPerSecond: 10 }, { requestsPerSecond: 100, resultTtl: 300 }],
    ['shared flushes in four minutes', { sharedPerSecond: 1, every: 240 }, { requestsPerSecond: 100, resultTtl: 3600 }],
    ['shared flushes in a second', { sharedPerSecond: 1, every: 1 }, { requestsPerSecond: 100 }],
    ['entries and signals', { atOncePerSecond: 1 / 60, sharedPerSecond: 1 / 10 }, { resultTtl: 300 }],
  ];
  it.each(workloads)(
    'agrees within 0.015 with the real flusher and simulated requests: %s',
    async (_name, entries, more) => {
      expect(Math.abs(hitRate(cacheWith(entries, more)) - (await simulated(entries, more)))).toBeLessThan(0.015);
    },
  );
});

describe('the hit rate of a cache per token and route', () => {
  const routeFor = { 'each equally often': 1, 'some of them more often': 3 };

  it.each(Object.entries(routeFor))(
    'is at most that of simulated tokens that call 8 routes, %s',
    async (_use, power) => {
      const random = seededRandom(3);
      const key = () => `${Math.floor(random() * 50)} ${Math.floor(random() ** power * 8)}`;
      const flushes = await simulatedFlushes({ ...NO_ENTRIES, atOncePerSecond: 1 / 60 }, 50_000, random);
      const simulated = simulatedHitRate(SAMPLE_CACHE, flushes, 500_000, random, key);
      const planned = loadOf(PER_ROUTE).hitRate;
      expect(planned).toBeLessThan(simulated + 0.02);
      if (power === 1) expect(planned).toBeGreaterThan(simulated - 0.02);
    },
  );
});

it('the hit rate of a large API with ten signals a second agrees with a simulated thousandth of it', async () => {
  const large = { ...PER_ROUTE, cachePer: 'token', requestsPerSecond: 100_000, activeTokens: 1_000_000 } as const;
  for (const signalFlush of ['at-once', 'shared'] as const) {
    const planned = loadOf({ ...large, revocationsPerHour: 0, signalsPerHour: 36_000, signalFlush, resultTtl: 300 });
    const entries = signalFlush === 'shared' ? { sharedPerSecond: 10 } : { atOncePerSecond: 10 };
    const cache = { requestsPerSecond: 100, activeEntries: 1000, resultTtl: 300 };
    expect(Math.abs(planned.hitRate - (await simulated(entries, cache)))).toBeLessThan(0.015);
  }
});

describe('the flushes a second', () => {
  const rates = [1 / 360, 1 / 60, 1 / 10, 1 / 3, 1, 10];
  it.each(rates)('agree within a tenth with the real flusher at %d entries a second', async (perSecond) => {
    const workload = { atOncePerSecond: perSecond, sharedPerSecond: perSecond, every: 30 };
    const duration = Math.min(200_000, 10_000 / perSecond);
    const flushes = await simulatedFlushes({ ...workload, authorizerTimeout: 5 }, duration, seededRandom(5));
    const { flushesPerSecond } = flusherWorkOf({ ...workload, settleTime: settleTime(5) });
    expect(Math.abs(flushesPerSecond / (flushes.length / duration) - 1)).toBeLessThan(0.1);
  });
});
