import fc from 'fast-check';
import { expect, it } from 'vitest';
import { settledFlushes } from '../../lambda/flush-schedule.ts';
import { COALESCING_TIME } from '../../lambda/flush-timing.ts';

const now = 1_800_000_000;
const settleTime = 8;

it('an entry written just now is flushed when it is settled', () => {
  expect(settledFlushes([now], settleTime, now)).toEqual([now + settleTime]);
});

it('the second that the stream cuts off counts as youth', () => {
  expect(settledFlushes([now - 5], settleTime, now)).toEqual([now - 5 + 1 + settleTime]);
});

it('entries that settled while they waited behind another batch are flushed at once', () => {
  expect(settledFlushes([now - 60, now - 50], settleTime, now)).toEqual([now]);
});

it('entries that settle soon after each other share the later flush', () => {
  expect(settledFlushes([now - 6, now - 5, now - 4], settleTime, now)).toEqual([now + 5]);
});

it('an old entry does not wait for a young one', () => {
  expect(settledFlushes([now, now - 9], settleTime, now)).toEqual([now, now + settleTime]);
});

it('a record without a time, or from the future, is as young as can be', () => {
  expect(settledFlushes([undefined, now + 3600], settleTime, now)).toEqual([now + settleTime]);
});

it('every entry meets a flush after it settled, and soon after, and flushes are few', () => {
  const ages = fc.array(fc.double({ min: -5, max: 30, noNaN: true }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(ages, (batch) => {
      const writtenAt = batch.map((age) => now - Math.max(0, age));
      const flushes = settledFlushes(writtenAt.map(Math.floor), settleTime, now);
      for (const written of writtenAt) {
        const first = flushes.find((instant) => instant >= written + settleTime) ?? Number.POSITIVE_INFINITY;
        expect(first).toBeLessThanOrEqual(Math.max(now, Math.floor(written) + 1 + settleTime) + COALESCING_TIME);
      }
      expect(Math.max(...flushes)).toBeLessThanOrEqual(now + settleTime);
      expect(flushes.length).toBeLessThanOrEqual(settleTime / COALESCING_TIME + 1);
    }),
  );
});
