import { describe, expect, it } from 'vitest';
import {
  DEDUPLICATION_INTERVAL,
  decisionTime,
  expectedLag,
  giveUpAge,
  guaranteedLag,
  longestRun,
  MAX_QUEUE_DELAY,
  MAX_SHARED_PERIOD,
  settledLag,
  settledLagByAnyClock,
  settleTime,
  sharedFlushDelay,
  sharedLag,
} from '../../../lambda/flush/flush-timing.ts';

/** Seconds, as the stack deploys the authorizer. */
const TIMEOUT = 5;

describe('with an authorizer that has five seconds', () => {
  it('a decision lands within seven, and an entry is settled after eight', () => {
    expect(decisionTime(TIMEOUT)).toBe(7);
    expect(settleTime(TIMEOUT)).toBe(8);
  });

  const bounds: readonly (readonly [resultTtl: number, bounds: readonly [number, number, number, number]])[] = [
    [0, [2, 7, 7, 7]],
    [5, [2, 12, 12, 12]],
    [10, [2, 13, 17, 17]],
    [60, [2, 13, 23, 67]],
    [3600, [2, 13, 23, 3607]],
  ];
  it.each(bounds)(
    'and a result TTL of %i s, the lag is expected, settled, settled by any clock, guaranteed: %j',
    (resultTtl, lags) => {
      expect([
        expectedLag(resultTtl, TIMEOUT),
        settledLag(resultTtl, TIMEOUT),
        settledLagByAnyClock(resultTtl, TIMEOUT),
        guaranteedLag(resultTtl, TIMEOUT),
      ]).toEqual(lags);
    },
  );

  it.each([
    [0, 36],
    [29, 36],
    [30, 37],
    [3600, 3607],
  ])('and a result TTL of %i s, flushes are given up after %i s', (resultTtl, age) => {
    expect(giveUpAge(resultTtl, TIMEOUT)).toBe(age);
  });

  it('a run at once takes a wait and a flush, and a settled one a longer wait and two flushes', () => {
    expect(longestRun('at-once', TIMEOUT)).toBe(23);
    expect(longestRun('settled', TIMEOUT)).toBe(50);
  });
});

describe('a shared flush', () => {
  it.each([
    [1, 11, 14],
    [30, 40, 43],
    [240, 250, 253],
  ])('in every %i s is delayed by %i s and bounds the lag to %i s', (every, delay, lag) => {
    expect(sharedFlushDelay(every, TIMEOUT)).toBe(delay);
    expect(sharedLag(3600, TIMEOUT, every)).toBe(lag);
  });

  it('bounds the lag no further than the result TTL does', () => {
    expect(sharedLag(10, TIMEOUT, 30)).toBe(guaranteedLag(10, TIMEOUT));
  });

  it('keeps the limits of SQS with the longest period and the longest timeout of an authorizer', () => {
    expect(sharedFlushDelay(MAX_SHARED_PERIOD, 29)).toBeLessThanOrEqual(MAX_QUEUE_DELAY);
    expect(MAX_SHARED_PERIOD).toBeLessThan(DEDUPLICATION_INTERVAL);
  });
});

it('with an authorizer that has no time, the expected lag is no longer than the guaranteed one', () => {
  expect(expectedLag(0, -1)).toBe(1);
});
