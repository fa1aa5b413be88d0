import { describe, expect, it } from 'vitest';
import { type CacheWorkload, herdInFirstSecond, hitRate } from '../../../ops/plan/hit-rate.ts';
import { loadOf } from '../../../ops/plan/plan-load.ts';
import { seededRandom, waitFor } from './random-times.ts';
import { cacheWith, PER_ROUTE, SAMPLE_CACHE } from './sample-workloads.ts';

/** The average number of misses in the second after a flush. */
function simulatedHerd(
  { requestsPerSecond, activeEntries, decisionTime }: Omit<CacheWorkload, 'unflushed'>,
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

describe('the hit rate of the model', () => {
  it('grows with the result TTL and falls with flushes', () => {
    const at = (resultTtl: number, perHour: number) =>
      hitRate(cacheWith({ atOncePerSecond: perHour / 3600 }, { resultTtl }));
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
  it('equals the one per token when a token calls one route, and falls with every further route', () => {
    const rateFor = (routesPerToken: number) => loadOf({ ...PER_ROUTE, routesPerToken }).hitRate;
    expect(rateFor(1)).toBe(loadOf({ ...PER_ROUTE, cachePer: 'token' }).hitRate);
    expect(rateFor(2)).toBeLessThan(rateFor(1));
    expect(rateFor(20)).toBeLessThan(rateFor(2));
  });
});

describe('the herd after a flush', () => {
  it.each([20, 100, 2000])('agrees with simulated seconds of %d requests', (requestsPerSecond) => {
    const workload = { ...SAMPLE_CACHE, requestsPerSecond, activeEntries: 500 };
    const herd = herdInFirstSecond(workload);
    expect(Math.abs(herd - simulatedHerd(workload, seededRandom(7))) / herd).toBeLessThan(0.05);
  });
});
