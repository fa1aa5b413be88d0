/**
 * Flushes that belong to cells of time of equal length, each cell independent of the others. A random moment sees some part of its own
 * cell, whole cells before it, and a part of the first.
 */
export interface FlushCells {
  /** Seconds. */
  readonly length: number;
  /** The probability that no flush takes place from one moment of a cell to a later one, in seconds from its beginning. */
  readonly unflushedBetween: (from: number, to: number) => number;
  /** The probability that a whole cell in the middle has no flush, where the one before it had none. */
  readonly unflushedCell: number;
}

/** The probability that no flush took place in the last `seconds`, as a random moment sees it. */
export type Unflushed = (seconds: number) => number;

/** The numbers of parts into which a cell is cut, for its ages and for the moments of which the average is taken. */
const AGES = 50;
const MOMENTS = 50;

export function unflushedIn(cells: FlushCells): Unflushed {
  const table = Array.from({ length: 2 * AGES + 1 }, (_, age) => averageOf(cells, (age * cells.length) / AGES));
  return (seconds) => {
    // From one cell's length on, each further length is one whole cell more.
    const whole = Math.max(0, Math.floor(seconds / cells.length) - 1);
    const age = ((seconds - whole * cells.length) / cells.length) * AGES;
    const [before = 0, after = before] = [table[Math.floor(age)], table[Math.floor(age) + 1]];
    return cells.unflushedCell ** whole * (before + (after - before) * (age - Math.floor(age)));
  };
}

/** The average over the moments of a cell at which the last `seconds` may end. */
function averageOf(cells: FlushCells, seconds: number): number {
  let sum = 0;
  for (let index = 0; index < MOMENTS; index += 1) {
    sum += unflushedBefore(cells, ((index + 0.5) / MOMENTS) * cells.length, seconds);
  }
  return sum / MOMENTS;
}

function unflushedBefore({ length, unflushedBetween, unflushedCell }: FlushCells, moment: number, seconds: number) {
  if (seconds <= moment) return unflushedBetween(moment - seconds, moment);
  const whole = Math.floor((seconds - moment) / length);
  const rest = seconds - moment - whole * length;
  return unflushedBetween(0, moment) * unflushedCell ** whole * unflushedBetween(length - rest, length);
}
