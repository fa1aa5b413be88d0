import { COALESCING_TIME, FLUSH_INTERVAL, STREAM_TIME_GRANULARITY } from '../../lambda/flush/flush-timing.ts';
import { type FlushCells, type Unflushed, unflushedIn } from './flush-cells.ts';

/** Entries that are written at random times (Poisson), by how they flush. */
export interface FlushWorkload {
  /** Entries that flush when they arrive, and again when they are settled. */
  readonly atOncePerSecond: number;
  /** Entries that share a flush, at most one in `every` seconds. */
  readonly sharedPerSecond: number;
  readonly every: number;
  /** Seconds. */
  readonly settleTime: number;
}

/** What the two flusher functions do on average. */
export interface FlusherWork {
  readonly flushesPerSecond: number;
  /** Runs of the function that flushes at once, of the settled one for batches of the stream, and for messages of the queue. */
  readonly atOnceRunsPerSecond: number;
  readonly settledRunsPerSecond: number;
  readonly sharedRunsPerSecond: number;
  /** Environments of the settled function that wait or flush for the stream: at most one, because its shard is read in order. */
  readonly settledBusy: number;
}

/**
 * The average number of turns of the settled function at which an entry flushes, if it does not wait behind another. It has two due
 * times less than a second apart: with a delay of the stream of up to a second, they are on both sides of a turn for every third entry.
 */
const TURNS_PER_ENTRY = 4 / 3;

/**
 * Model of both functions of the flusher, as `lambda/flush/flush-schedule.ts` plans and for a table with one shard. A settled flush
 * takes place at a turn, in the middle of a cell here, if an entry came due since the turn before. The flush at once keeps away from
 * it: it moves to the end of the cell. In a cell without one it follows the entry, and no sooner than `FLUSH_INTERVAL` after the one
 * before. So there is at most one flush a second, however many entries there are.
 */
export function unflushedOf(workload: FlushWorkload): Unflushed {
  const own = unflushedIn(ownCells(workload));
  const shared = unflushedIn(sharedCells(workload));
  const gap = workload.settleTime + STREAM_TIME_GRANULARITY;
  return (seconds) => {
    // Before that, an entry's two flushes are one event.
    const twice = Math.min(seconds, gap);
    return own(twice) * Math.exp(-workload.atOncePerSecond * (seconds - twice)) * shared(seconds);
  };
}

export function flusherWorkOf(workload: FlushWorkload): FlusherWork {
  const { atOncePerSecond: rate, sharedPerSecond, every } = workload;
  const settled = 1 - unsettledTurn(workload);
  const written = 1 - Math.exp(-rate * COALESCING_TIME);
  const free = COALESCING_TIME / meanInterval(rate);
  const atOnceRunsPerSecond = (settled * written + (1 - settled) * free) / COALESCING_TIME;
  const sharedRunsPerSecond = (1 - Math.exp(-sharedPerSecond * every)) / every;
  const { runsPerSecond, busy } = settledBatches(workload);
  return {
    flushesPerSecond: settled / COALESCING_TIME + atOnceRunsPerSecond + sharedRunsPerSecond,
    atOnceRunsPerSecond,
    settledRunsPerSecond: runsPerSecond,
    sharedRunsPerSecond,
    settledBusy: busy,
  };
}

function ownCells(workload: FlushWorkload): FlushCells {
  const rate = workload.atOncePerSecond;
  const unsettled = unsettledTurn(workload);
  const unwritten = Math.exp(-rate * COALESCING_TIME);
  const turn = COALESCING_TIME / 2;
  return {
    length: COALESCING_TIME,
    unflushedBetween: (from, to) => {
      const atEnd = to < COALESCING_TIME ? 1 : unwritten;
      const settled = from <= turn && turn <= to ? 0 : atEnd;
      return unsettled * unflushedAtOnce(rate, to - from) + (1 - unsettled) * settled;
    },
    unflushedCell: unwritten ** 2 * (1 - COALESCING_TIME * settledBatches(workload).chainedPerSecond),
  };
}

/** The probability of no flush at once in the last `seconds`, without settled ones. After each the next waits a `FLUSH_INTERVAL`. */
function unflushedAtOnce(rate: number, seconds: number): number {
  if (rate === 0) return 1;
  const waiting = Math.max(0, FLUSH_INTERVAL - seconds);
  return (waiting + Math.exp(-rate * Math.max(seconds, FLUSH_INTERVAL)) / rate) / meanInterval(rate);
}

/** The mean time between two flushes at once, without settled ones; Infinity: there are none. */
function meanInterval(rate: number): number {
  return FLUSH_INTERVAL + Math.exp(-rate * FLUSH_INTERVAL) / rate;
}

/** The probability that no entry is due at a turn of the settled function. */
function unsettledTurn(workload: FlushWorkload): number {
  const chained = COALESCING_TIME * settledBatches(workload).chainedPerSecond;
  return Math.exp(-workload.atOncePerSecond * COALESCING_TIME * TURNS_PER_ENTRY) * (1 - chained);
}

/**
 * The batches of the settled function. While it waits for the flushes of one, entries gather for the next, which follows at once
 * (chained). Its entries flush by their own time, and once more a settle time after it arrived.
 */
function settledBatches({ atOncePerSecond: rate, settleTime }: FlushWorkload) {
  if (rate === 0) return { runsPerSecond: 0, chainedPerSecond: 0, busy: 0 };
  const fresh = settleTime + COALESCING_TIME / 2;
  // It arrives just after a turn, so that it waits for the turn after its due time.
  const chained = COALESCING_TIME * Math.ceil((settleTime + COALESCING_TIME / 4) / COALESCING_TIME);
  const follow = 1 - Math.exp(-rate * fresh);
  const end = Math.exp(-rate * chained);
  // Of one round: from an entry that finds the function idle to the next such entry. All terms are multiplied by `end`.
  const round = end * (1 / rate + fresh) + chained * follow;
  return {
    runsPerSecond: (end + follow) / round,
    chainedPerSecond: follow / round,
    busy: (end * fresh + chained * follow) / round,
  };
}

/** The flush of a period follows its first entry by a fixed delay: here the cell is the period, and the flush is the entry. */
function sharedCells({ sharedPerSecond: rate, every }: FlushWorkload): FlushCells {
  return {
    length: every,
    unflushedBetween: (from, to) => 1 - Math.exp(-rate * from) + Math.exp(-rate * to),
    unflushedCell: Math.exp(-rate * every),
  };
}
