import type { FlusherConfiguration } from '../configuration/environment.ts';
import { COALESCING_TIME, FLUSH_INTERVAL, MAX_TURN, STREAM_TIME_GRANULARITY } from './flush-timing.ts';

/** An entry that a flusher was given. All times in seconds since the epoch. */
export interface ArrivedEntry {
  /** The time of the write as the stream has it, cut to whole seconds; undefined if it does not say. */
  readonly createdAt: number | undefined;
  /** When the function was first given the entry, by its own clock: never before the write. */
  readonly arrivedAt: number;
}

/** A flush that is to begin at an instant. */
export interface PlannedFlush {
  readonly instant: number;
  /** A flush of a stage that began at this instant or later makes this one unnecessary. */
  readonly due: number;
}

/** Plans the flushes of a batch, ascending and none before `earliest`. `now` and `earliest`: seconds since the epoch. */
export type PlanFlushes = (entries: readonly ArrivedEntry[], now: number, earliest: number) => readonly PlannedFlush[];

export function planFlushesOf({ mode, settleTime }: Pick<FlusherConfiguration, 'mode' | 'settleTime'>): PlanFlushes {
  return mode === 'settled'
    ? (entries, now, earliest) => settledFlushes(entries, settleTime, Math.max(now, earliest))
    : atOncePlan(settleTime);
}

/** Plans one flush as early as it may begin, for entries that have settled by the time they arrive. */
export const planSharedFlush: PlanFlushes = (entries, _now, earliest) => [
  { instant: earliest, due: Math.max(...entries.map(({ arrivedAt }) => arrivedAt)) },
];

/** Plans around the flushes of the `settled` function: it reads the same stream, so the entries tell when it will flush. */
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
 * Plans two flushes for each entry of a batch, ascending: one at which the entry is at least `settleTime` old if the stream's
 * time is right, and one at which it is that old by any clock, counted from its arrival. For an entry that did not wait
 * behind another batch they are the same.
 *
 * Flushes take place at whole multiples of `COALESCING_TIME`: none waits longer than that once it is due, and batches and
 * functions that do not know of each other do not flush more often.
 *
 * @param earliest the instant before which no flush may begin
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

/** An entry cannot be newer than its arrival, so that a wrong clock cannot lengthen the wait. */
function duesOf({ createdAt, arrivedAt }: ArrivedEntry, settleTime: number): readonly number[] {
  const writtenAt = Math.min((createdAt ?? arrivedAt) + STREAM_TIME_GRANULARITY, arrivedAt);
  return [writtenAt + settleTime, arrivedAt + settleTime];
}

function turnAtOrAfter(instant: number): number {
  return Math.ceil(instant / COALESCING_TIME) * COALESCING_TIME;
}

/**
 * When the flush at once may begin: not within `FLUSH_INTERVAL` of an expected settled flush, so that a stage is not flushed
 * twice in that time. It never waits longer than `MAX_TURN`.
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
