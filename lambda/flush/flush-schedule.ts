import type { FlusherConfiguration } from '../configuration/environment.ts';
import { COALESCING_TIME, FLUSH_INTERVAL, MAX_TURN, STREAM_TIME_GRANULARITY } from './flush-timing.ts';

/** An entry that a flusher holds. All times in seconds since the epoch. */
export interface ArrivedEntry {
  /** What the stream says, cut to whole seconds; undefined where it says nothing. */
  readonly createdAt: number | undefined;
  /** When the function was first given the entry, by its own clock: never before it was written. */
  readonly arrivedAt: number;
}

/** A flush that is to begin at an instant. */
export interface PlannedFlush {
  readonly instant: number;
  /** A flush of a stage that began at this instant, or later, has done what this one is for. */
  readonly due: number;
}

/** The flushes of a batch, ascending. `now` and `earliest`: seconds since the epoch. No flush comes before `earliest`. */
export type PlanFlushes = (entries: readonly ArrivedEntry[], now: number, earliest: number) => readonly PlannedFlush[];

export function planFlushesOf({ mode, settleTime }: Pick<FlusherConfiguration, 'mode' | 'settleTime'>): PlanFlushes {
  return mode === 'settled'
    ? (entries, now, earliest) => settledFlushes(entries, settleTime, Math.max(now, earliest))
    : atOncePlan(settleTime);
}

/** The other function reads the same stream: when it will flush can be told from the entries. */
function atOncePlan(settleTime: number): PlanFlushes {
  let expected: readonly number[] = [];
  return (entries, now, earliest) => {
    const due = Math.max(...entries.map(({ arrivedAt }) => arrivedAt));
    const flush = { instant: atOnceFlush(expected, now, earliest), due };
    const added = settledFlushes(entries, settleTime, now).map(({ instant }) => instant);
    expected = [...new Set([...expected.filter((instant) => instant > now - FLUSH_INTERVAL), ...added])];
    return [flush];
  };
}

/**
 * When to flush for a batch of entries so that each meets two flushes: one at which it is at least `settleTime` old if
 * the stream's time is right, and one at which it is that old whatever the clocks say, counted from its arrival. For an
 * entry that did not wait behind another batch they are the same. Ascending.
 *
 * Flushes take place at whole multiples of `COALESCING_TIME`, so that none waits longer than that once it is due, and
 * batches and functions that know nothing of each other do not flush more often.
 *
 * @param earliest no flush before it
 */
export function settledFlushes(
  entries: readonly ArrivedEntry[],
  settleTime: number,
  earliest: number,
): readonly PlannedFlush[] {
  const dues = entries.flatMap((entry) => duesOf(entry, settleTime)).sort((a, b) => a - b);
  const lastDues = new Map(dues.map((due) => [turnAtOrAfter(Math.max(due, earliest)), due]));
  return [...lastDues].map(([instant, due]) => ({ instant, due }));
}

function duesOf({ createdAt, arrivedAt }: ArrivedEntry, settleTime: number): readonly number[] {
  const writtenAt = Math.min((createdAt ?? arrivedAt) + STREAM_TIME_GRANULARITY, arrivedAt);
  return [writtenAt + settleTime, arrivedAt + settleTime];
}

function turnAtOrAfter(instant: number): number {
  return Math.ceil(instant / COALESCING_TIME) * COALESCING_TIME;
}

/**
 * When the flush at once may begin: not within `FLUSH_INTERVAL` of a settled flush that is to be expected, so that a stage
 * is not flushed twice in that time. It never waits longer than `MAX_TURN`.
 *
 * @param settled instants of settled flushes
 */
export function atOnceFlush(settled: readonly number[], now: number, earliest: number): number {
  const instant = settled.reduce(
    (turn, other) => (Math.abs(turn - other) < FLUSH_INTERVAL ? other + FLUSH_INTERVAL : turn),
    Math.max(now, earliest),
  );
  return Math.min(instant, now + MAX_TURN);
}
