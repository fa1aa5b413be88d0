/** Everything that is random in a schedule, from one seed: the same seed gives the same schedule. */
export interface Chance {
  happens(probability: number): boolean;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  oneOf<Item>(items: readonly [Item, ...Item[]]): Item;
  /** A delay that is usually short, often zero, and now and then anything up to `most`, or `most` itself. */
  delayUpTo(most: number): number;
}

const USUAL_DELAY = 30;

/** Mulberry32: 32 bits of state are plenty for schedules that are told apart by their seed. */
export function chanceFrom(seed: number): Chance {
  let state = seed | 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  // Some schedules are sluggish as a whole: a race may need several of the longest delays at once.
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
