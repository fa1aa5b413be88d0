/** The source of all randomness in a schedule: the same seed gives the same schedule. */
export interface Chance {
  happens(probability: number): boolean;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  oneOf<Item>(items: readonly [Item, ...Item[]]): Item;
  /** A delay that is usually short, often zero, and sometimes anything up to `most`, or `most` itself. */
  delayUpTo(most: number): number;
}

const USUAL_DELAY = 30;

/** A Mulberry32 generator: 32 bits of state suffice for schedules that differ by their seed. */
export function chanceFrom(seed: number): Chance {
  let state = seed | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  // Some schedules are slow throughout, because a race may need several maximum delays together.
  const worstShare = [0.02, 0.1, 0.4][between(0, 2)] ?? 0;
  return {
    happens: (probability) => fraction() < probability,
    between,
    oneOf: (items) => items[between(0, items.length - 1)] ?? items[0],
    delayUpTo: (most) => {
      if (fraction() < worstShare) return most;
      const kind = fraction();
      if (kind < 0.25) return 0;
      return between(0, kind < 0.7 ? Math.min(USUAL_DELAY, most) : most);
    },
  };
}
