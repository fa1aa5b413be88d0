import { COALESCING_TIME, STREAM_TIME_GRANULARITY } from './flush-timing.ts';

/**
 * When to flush for a batch of entries so that each is at least `settleTime` old at one of the flushes, and none waits
 * longer than `COALESCING_TIME` once it is. All times in seconds since the epoch; ascending.
 *
 * A single flush for the youngest would do for the bound of that one, but the oldest of a batch may have waited behind
 * another batch already, and would wait as long again.
 *
 * `createdAt`: what the stream says, cut to whole seconds; undefined where it says nothing.
 */
export function settledFlushes(
  createdAt: readonly (number | undefined)[],
  settleTime: number,
  now: number,
): readonly number[] {
  const due = createdAt.map((created) => Math.max(now, settledAt(created, settleTime, now))).sort((a, b) => a - b);
  const flushes: number[] = [];
  let first = Number.NEGATIVE_INFINITY;
  for (const instant of due) {
    if (instant > first + COALESCING_TIME) {
      first = instant;
      flushes.push(instant);
    }
    flushes[flushes.length - 1] = instant;
  }
  return flushes;
}

/** No entry is younger than the moment at which we hold it, whatever the clocks say: that bounds the wait. */
function settledAt(created: number | undefined, settleTime: number, now: number): number {
  return Math.min((created ?? now) + STREAM_TIME_GRANULARITY, now) + settleTime;
}
