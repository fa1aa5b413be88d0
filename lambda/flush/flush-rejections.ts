import { MAX_HOLD, MAX_SILENCE_OF_REJECTION } from './flush-timing.ts';

/** Something that kept a delivery from flushing every stage. */
export interface FlushRejection {
  /** The stage's, or what stands for the stages that could not be read. */
  readonly name: string;
  /** Whether the same request is rejected however soon it is made again. */
  readonly isLasting: boolean;
}

/** What rejects, from one delivery to the next. All times in seconds since the epoch. */
export interface FlushRejections {
  /** Notes a rejection. Whether another delivery soon may help, so that later entries wait for it. */
  isWorthWaiting(rejection: FlushRejection, now: number): boolean;
  /** Notes that entries were let go without the stage's flush, which is of use to them until then. */
  owe(name: string, until: number): void;
  isOwed(name: string, now: number): boolean;
  /** Notes that nothing is rejected any more. */
  settle(name: string): void;
}

interface Spell {
  readonly since: number;
  readonly last: number;
}

export function createFlushRejections(): FlushRejections {
  const spells = new Map<string, Spell>();
  const owed = new Map<string, number>();
  return {
    isWorthWaiting: ({ name, isLasting }, now) => {
      const before = spells.get(name);
      const goesOn = before !== undefined && now >= before.last && now - before.last <= MAX_SILENCE_OF_REJECTION;
      const since = goesOn ? before.since : now;
      spells.set(name, { since, last: now });
      return !isLasting && now - since < MAX_HOLD;
    },
    owe: (name, until) => void owed.set(name, until),
    isOwed: (name, now) => now <= (owed.get(name) ?? Number.NEGATIVE_INFINITY),
    settle: (name) => {
      spells.delete(name);
      owed.delete(name);
    },
  };
}
