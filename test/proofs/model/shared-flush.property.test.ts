import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEDUPLICATION_INTERVAL,
  decisionTime,
  MAX_SHARED_PERIOD,
  settleTime,
  sharedFlushDelay,
} from '../../../lambda/flush/flush-timing.ts';
import { flushPeriod } from '../../../lambda/signal/flush-request.ts';
import { type SharedFlushTime, type SharedSignal, type SharingRule, sharedFlushes } from './shared-flush.ts';

/** Seconds, as the stack deploys the authorizer. */
const TIMEOUT = 5;

/** Maximum difference of two hosts' clocks for which the bound is claimed, in seconds. */
const CLOCK_DIFFERENCE = 3;

const EPOCH = 1_800_000_000;

/** Half seconds, because the rule is at its limit where they meet, or a millisecond less. */
const timeFrom = (min: number, max: number) =>
  fc
    .tuple(fc.integer({ min: min * 2, max: max * 2 }), fc.boolean())
    .map(([halves, isLess]) => halves / 2 - (isLess ? 0.001 : 0));
/** Receivers answer within seconds; a sender that was not answered comes again much later. */
const delay = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, timeFrom(1, 3), timeFrom(1, 400));
/** Most writes stand near the ends of periods. */
const signalsOf = (every: number, clockDifference: number) =>
  fc.array(
    fc
      .record({
        period: fc.integer({ min: 0, max: 1 }),
        offset: fc.oneof({ weight: 4, arbitrary: timeFrom(-2, 2) }, timeFrom(0, every)),
        acknowledged: delay,
        sent: delay,
        clockError: fc.constantFrom(-clockDifference / 2, clockDifference / 2),
      })
      .map(({ period, offset, ...signal }) => ({
        ...signal,
        writtenAt: (flushPeriod(EPOCH, every) + period) * every + offset,
      })) satisfies fc.Arbitrary<SharedSignal>,
    { minLength: 2, maxLength: 6 },
  );

function ruleOf(every: number): SharingRule {
  return {
    idOf: ({ writtenAt, acknowledged, clockError }) => flushPeriod(writtenAt + acknowledged + clockError, every),
    delay: sharedFlushDelay(every, TIMEOUT),
    deduplicationInterval: DEDUPLICATION_INTERVAL,
  };
}

/** Whether a decision that was made without the entry may land in the cache after the flush of the entry. */
function isTooEarly({ signal, flushedAt }: SharedFlushTime): boolean {
  return flushedAt < signal.writtenAt + decisionTime(TIMEOUT) - ROUNDING;
}

/** Seconds lost in sums of large numbers. */
const ROUNDING = 1e-4;

describe('an entry that shares a flush, whatever its writes, answers and clocks that differ by 3 s', () => {
  const periods = fc.integer({ min: 1, max: MAX_SHARED_PERIOD });
  const schedules = (clockDifference: number) =>
    periods.chain((every) => fc.record({ every: fc.constant(every), signals: signalsOf(every, clockDifference) }));

  it('is flushed when no decision made without it is in flight, and at the latest a delay after the answer', () => {
    fc.assert(
      fc.property(schedules(CLOCK_DIFFERENCE), ({ every, signals }) => {
        for (const flush of sharedFlushes(signals, ruleOf(every))) {
          expect(isTooEarly(flush)).toBe(false);
          expect(flush.flushedAt - flush.answeredAt).toBeLessThanOrEqual(sharedFlushDelay(every, TIMEOUT) + ROUNDING);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('costs at most one flush in a period of a clock that all hosts share', () => {
    fc.assert(
      fc.property(schedules(0), ({ every, signals: slow }) => {
        const signals = slow.map((signal) => ({
          ...signal,
          acknowledged: signal.acknowledged % 3,
          sent: signal.sent % 3,
        }));
        const rule = ruleOf(every);
        const flushes = new Map<number, Set<number>>();
        for (const { signal, flushedAt } of sharedFlushes(signals, rule)) {
          const id = rule.idOf(signal);
          flushes.set(id, (flushes.get(id) ?? new Set()).add(flushedAt));
        }
        expect([...flushes.values()].filter(({ size }) => size > 1)).toEqual([]);
      }),
    );
  });
});

describe('a flush comes too early', () => {
  const every = 30;
  const broken: Readonly<Record<string, SharingRule>> = {
    'with a delay that allows for no difference of the clocks': {
      ...ruleOf(every),
      delay: every + settleTime(TIMEOUT),
    },
    'with a delay of the settle time alone': { ...ruleOf(every), delay: settleTime(TIMEOUT) },
    'with an id that is read before the write': {
      ...ruleOf(every),
      idOf: ({ writtenAt, acknowledged, clockError }) => flushPeriod(writtenAt - acknowledged + clockError, every),
    },
  };
  it.each(Object.entries(broken))('%s', (_name, rule) => {
    const isKept = fc.property(
      signalsOf(every, CLOCK_DIFFERENCE),
      (signals) => !sharedFlushes(signals, rule).some(isTooEarly),
    );
    expect(fc.check(isKept, { numRuns: 20_000, seed: 1 }).failed).toBe(true);
  });

  it('where clocks differ by more than 3 s: the slow host names a period that the fast one began', () => {
    const fast = { writtenAt: EPOCH - 2, acknowledged: 0, sent: 0, clockError: 2 };
    const slow = { writtenAt: EPOCH + 31.9, acknowledged: 0, sent: 0, clockError: -2 };
    expect(sharedFlushes([fast, slow], ruleOf(every)).map(isTooEarly)).toEqual([false, true]);
  });
});
