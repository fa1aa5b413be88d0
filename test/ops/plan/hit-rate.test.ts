import { describe, expect, it } from 'vitest';
import { type CacheWorkload, herdInFirstSecond, hitRate } from '../../../ops/plan/hit-rate.ts';
import { loadOf, type Workload } from '../../../ops/plan/plan-load.ts';

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The time to the next event of a Poisson process. */
function waitFor(rate: number, random: () => number): number {
  return rate === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - random()) / rate;
}

/** Random entries flush, each twice. @returns a function that gives the time of the last flush up to `now` */
function flushClock({ flushedEntriesPerSecond, flushGap }: CacheWorkload, random: () => number) {
  let nextEntry = waitFor(flushedEntriesPerSecond, random);
  let pending: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  return (now: number): number => {
    for (; nextEntry <= now; nextEntry += waitFor(flushedEntriesPerSecond, random)) {
      pending.push(nextEntry, nextEntry + flushGap);
    }
    last = Math.max(last, ...pending.filter((at) => at <= now));
    pending = pending.filter((at) => at > now);
    return last;
  };
}

/** The hit rate of simulated requests and flushes: a decision is cached when it is made, until its TTL or a later flush. */
function simulatedHitRate(
  workload: CacheWorkload,
  requests: number,
  random: () => number,
  randomKey: () => string | number = () => Math.floor(random() * workload.activeEntries),
): number {
  const { requestsPerSecond, resultTtl, decisionTime } = workload;
  const lastFlushAt = flushClock(workload, random);
  const cachedAt = new Map<string | number, readonly number[]>();
  let now = 0;
  let hits = 0;
  for (let request = 0; request < requests; request += 1) {
    now += waitFor(requestsPerSecond, random);
    const lastFlush = lastFlushAt(now);
    const key = randomKey();
    const decisions = cachedAt.get(key) ?? [];
    const live = decisions.filter((at) => at > now || (at > lastFlush && now < at + resultTtl));
    const isHit = live.some((at) => at <= now);
    cachedAt.set(key, isHit ? live : [...live, now + decisionTime]);
    if (isHit && request >= requests / 10) hits += 1;
  }
  return hits / (requests * 0.9);
}

/** The average number of misses in the second after a flush. */
function simulatedHerd(
  { requestsPerSecond, activeEntries, decisionTime }: CacheWorkload,
  random: () => number,
): number {
  const rounds = 200;
  let misses = 0;
  for (let round = 0; round < rounds; round += 1) {
    const cachedAt = new Map<number, number>();
    for (let now = waitFor(requestsPerSecond, random); now < 1; now += waitFor(requestsPerSecond, random)) {
      const entry = Math.floor(random() * activeEntries);
      const cached = cachedAt.get(entry);
      if (cached !== undefined && cached <= now) continue;
      misses += 1;
      cachedAt.set(entry, cached ?? now + decisionTime);
    }
  }
  return misses / rounds;
}

const base: CacheWorkload = {
  requestsPerSecond: 10,
  activeEntries: 50,
  resultTtl: 60,
  decisionTime: 0.02,
  flushedEntriesPerSecond: 0,
  flushGap: 9,
};

describe('the hit rate of the model', () => {
  const workloads: readonly (readonly [name: string, workload: Partial<CacheWorkload>])[] = [
    ['busy tokens, no flush', {}],
    ['rare tokens, no flush', { activeEntries: 500, resultTtl: 30 }],
    ['one machine client, no flush', { activeEntries: 1, resultTtl: 5, decisionTime: 0.1 }],
    ['ten entries an hour', { flushedEntriesPerSecond: 10 / 3600, resultTtl: 300 }],
    ['an entry a minute', { flushedEntriesPerSecond: 1 / 60 }],
    ['an entry a minute, a long TTL', { flushedEntriesPerSecond: 1 / 60, resultTtl: 3600 }],
    ['an entry every six seconds', { flushedEntriesPerSecond: 1 / 6, resultTtl: 300 }],
    ['rare tokens, an entry a minute', { activeEntries: 500, flushedEntriesPerSecond: 1 / 60 }],
    ['a TTL shorter than the gap of the flushes', { flushedEntriesPerSecond: 1 / 60, resultTtl: 5 }],
    ['no cache', { resultTtl: 0 }],
  ];
  it.each(workloads)('agrees with a discrete-event simulation: %s', (_name, more) => {
    const workload = { ...base, ...more };
    expect(Math.abs(hitRate(workload) - simulatedHitRate(workload, 500_000, seededRandom(1)))).toBeLessThan(0.02);
  });

  it('grows with the result TTL and falls with flushes', () => {
    const at = (resultTtl: number, perHour: number) =>
      hitRate({ ...base, resultTtl, flushedEntriesPerSecond: perHour / 3600 });
    for (const [shorter, longer] of [
      [1, 10],
      [10, 60],
      [60, 3600],
    ] as const) {
      expect(at(shorter, 20)).toBeLessThan(at(longer, 20));
      expect(at(longer, 100)).toBeLessThan(at(longer, 20));
    }
  });
});

describe('the hit rate of a cache per token and route', () => {
  const perRoute: Workload = {
    ...{ requestsPerSecond: 10, activeTokens: 50, cachePer: 'route', routesPerToken: 8, resultTtl: 60 },
    ...{ revocationsPerHour: 60, flush: true, keysPerRead: 6, decisionMs: 20, coldStartMs: 350, memory: 512 },
    authorizerTimeout: 5,
  };
  const routeFor = { 'each equally often': 1, 'some of them more often': 3 };

  it.each(Object.entries(routeFor))('is at most that of simulated tokens that call 8 routes, %s', (_use, power) => {
    const random = seededRandom(3);
    const key = () => `${Math.floor(random() * 50)} ${Math.floor(random() ** power * 8)}`;
    const cache = { ...base, flushedEntriesPerSecond: 1 / 60 };
    const simulated = simulatedHitRate(cache, 500_000, random, key);
    const planned = loadOf(perRoute).hitRate;
    expect(planned).toBeLessThan(simulated + 0.02);
    if (power === 1) expect(planned).toBeGreaterThan(simulated - 0.02);
  });

  it('equals the one per token when a token calls one route, and falls with every further route', () => {
    const rateFor = (routesPerToken: number) => loadOf({ ...perRoute, routesPerToken }).hitRate;
    expect(rateFor(1)).toBe(loadOf({ ...perRoute, cachePer: 'token' }).hitRate);
    expect(rateFor(2)).toBeLessThan(rateFor(1));
    expect(rateFor(20)).toBeLessThan(rateFor(2));
  });
});

describe('the herd after a flush', () => {
  it.each([20, 100, 2000])('agrees with simulated seconds of %d requests', (requestsPerSecond) => {
    const workload = { ...base, requestsPerSecond, activeEntries: 500 };
    const herd = herdInFirstSecond(workload);
    expect(Math.abs(herd - simulatedHerd(workload, seededRandom(7))) / herd).toBeLessThan(0.05);
  });
});
