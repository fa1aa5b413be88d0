import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnceFlush, planFlushesOf, settledFlushes } from '../../../lambda/flush/flush-schedule.ts';
import { COALESCING_TIME, FLUSH_INTERVAL, MAX_TURN, SETTLE_MARGIN } from '../../../lambda/flush/flush-timing.ts';

const now = 1_800_000_000;
const settleTime = 8;

const arrived = (createdAt: number | undefined, arrivedAt = now) => ({ createdAt, arrivedAt });
const instantsFor = (...entries: readonly { createdAt: number | undefined; arrivedAt: number }[]) =>
  settledFlushes(entries, settleTime, now).map(({ instant }) => instant);

describe('settled flushes', () => {
  it('an entry written just now is flushed when it is settled', () => {
    expect(settledFlushes([arrived(now)], settleTime, now)).toEqual([{ instant: now + 8, due: now + 8 }]);
  });

  it('an entry may be younger by the second that the stream cuts off', () => {
    expect(instantsFor(arrived(now - 5))).toEqual([now - 5 + 1 + settleTime, now + settleTime]);
  });

  it('an entry that waited behind another batch is flushed at once, and when it is settled by any clock', () => {
    expect(instantsFor(arrived(now - 60), arrived(now - 50))).toEqual([now, now + settleTime]);
  });

  it('an entry that is delivered again counts from its first delivery', () => {
    expect(instantsFor(arrived(now - 60, now - 20))).toEqual([now]);
    expect(instantsFor(arrived(now - 60, now - 4))).toEqual([now, now + 4]);
  });

  it('flushes that come due within two seconds are one', () => {
    const flushes = settledFlushes([arrived(now - 6), arrived(now - 5), arrived(now - 4)], settleTime, now);
    expect(flushes).toEqual([
      { instant: now + 4, due: now + 4 },
      { instant: now + 6, due: now + 5 },
      { instant: now + 8, due: now + 8 },
    ]);
  });

  it('a record without a time, or from the future, counts as written on arrival', () => {
    expect(instantsFor(arrived(undefined), arrived(now + 3600))).toEqual([now + settleTime]);
  });

  it('every entry meets a flush soon after it has settled, and flushes are few', () => {
    const ages = fc.array(fc.double({ min: -5, max: 30, noNaN: true }), { minLength: 1, maxLength: 200 });
    const clocks = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(ages, clocks, fc.double({ min: 0, max: 1, noNaN: true }), (batch, clockError, fraction) => {
        const host = now + fraction;
        const writtenAt = batch.map((age) => host - Math.max(0, age));
        const entries = writtenAt.map((written) => arrived(Math.floor(written + clockError), host));
        const flushes = settledFlushes(entries, settleTime, host).map(({ instant }) => instant);
        for (const written of writtenAt) {
          const first = flushes.find((instant) => instant >= written + settleTime) ?? Number.POSITIVE_INFINITY;
          const counted = clockError === 0 ? Math.max(host, Math.floor(written) + 1 + settleTime) : host + settleTime;
          expect(first).toBeLessThanOrEqual(counted + COALESCING_TIME);
        }
        // Never too early, whatever the clocks say: the last flush finds every entry settled by its arrival.
        expect(flushes.at(-1)).toBeGreaterThanOrEqual(host + settleTime);
        expect(flushes.at(-1)).toBeLessThan(host + settleTime + COALESCING_TIME);
        expect(flushes.length).toBeLessThanOrEqual(settleTime / COALESCING_TIME + 2);
      }),
    );
  });
});

describe('an entry that waited behind another batch', () => {
  const decision = settleTime - SETTLE_MARGIN;
  /** The flushes for an entry that was written at `now` and came ten seconds later, to a host whose clock is ahead. */
  const lagsWith = (clockError: number) => {
    const host = now + 10 + clockError;
    return settledFlushes([arrived(now, host)], settleTime, host).map(({ instant }) => instant - clockError - now);
  };

  it('meets its first flush after every decision that was in flight has landed, while clocks agree', () => {
    fc.assert(
      fc.property(fc.double({ min: -SETTLE_MARGIN, max: SETTLE_MARGIN, noNaN: true }), (clockError) => {
        expect(lagsWith(clockError)[0]).toBeGreaterThanOrEqual(decision);
        expect(lagsWith(clockError)[0]).toBeLessThanOrEqual(10 + COALESCING_TIME);
      }),
    );
  });

  it('meets its last flush then, whatever the clocks say', () => {
    fc.assert(
      fc.property(fc.double({ min: -3600, max: 3600, noNaN: true }), (clockError) => {
        expect(lagsWith(clockError).at(-1)).toBeGreaterThanOrEqual(10 + settleTime - 1e-6);
        expect(lagsWith(clockError).at(-1)).toBeLessThanOrEqual(10 + settleTime + COALESCING_TIME + 1e-6);
      }),
    );
  });

  it('meets its first flush too early where it came soon, and the clock of the host is five seconds ahead', () => {
    const host = now + 2 + 5;
    const [first] = settledFlushes([arrived(now, host)], settleTime, host);
    expect((first?.instant ?? 0) - 5 - now).toBeLessThan(decision);
  });
});

describe('the flush at once', () => {
  it('comes at once', () => {
    expect(atOnceFlush([], now, now)).toBe(now);
    expect(atOnceFlush([now - 1, now + 1], now, now)).toBe(now);
  });

  it('comes no earlier than it may', () => {
    expect(atOnceFlush([], now, now + 0.5)).toBe(now + 0.5);
  });

  it('gives way to a settled flush', () => {
    expect(atOnceFlush([now + 0.5], now, now)).toBe(now + 1.5);
    expect(atOnceFlush([now - 0.5], now, now)).toBe(now + 0.5);
    expect(atOnceFlush([now + 0.5, now + 2], now, now)).toBe(now + 3);
    expect(atOnceFlush([now, now + 2], now, now)).toBe(now + 1);
  });

  it('never waits long, whatever settled flushes are expected', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -20, max: 20 })),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (slots, wait) => {
          const settled = slots.map((slot) => now + slot * COALESCING_TIME).sort((a, b) => a - b);
          const instant = atOnceFlush(settled, now, now + wait);
          expect(instant).toBeLessThanOrEqual(now + MAX_TURN);
          if (wait <= FLUSH_INTERVAL) {
            for (const other of settled) expect(Math.abs(instant - other)).toBeGreaterThanOrEqual(FLUSH_INTERVAL);
          }
        },
      ),
    );
  });
});

describe('the plan of a function', () => {
  const plan = (mode: 'at-once' | 'settled') => planFlushesOf({ mode, settleTime });

  it('settled: follows the schedule, with no flush before the earliest instant', () => {
    expect(plan('settled')([arrived(now)], now, now)).toEqual([{ instant: now + 8, due: now + 8 }]);
    expect(plan('settled')([arrived(now - 60, now - 20)], now, now + 1)).toEqual([{ instant: now + 2, due: now - 12 }]);
    expect(plan('settled')([arrived(now - 60, now - 20)], now, now - 1)).toEqual([{ instant: now, due: now - 12 }]);
  });

  it('at once: has one flush for all that have arrived', () => {
    expect(plan('at-once')([arrived(now, now - 3), arrived(now)], now, now)).toEqual([{ instant: now, due: now }]);
  });

  it('at once: gives way to the settled flush of an entry that was held before', () => {
    const atOnce = plan('at-once');
    atOnce([arrived(now)], now, now);
    expect(atOnce([arrived(now + 7.2, now + 7.2)], now + 7.2, now)).toMatchObject([{ instant: now + 9 }]);
    expect(atOnce([arrived(now + 7.5, now + 7.5)], now + 7.5, now)).toMatchObject([{ instant: now + 9 }]);
    expect(atOnce([arrived(now + 12, now + 12)], now + 12, now)).toMatchObject([{ instant: now + 12 }]);
  });
});
