import type { FlushedStage } from '../configuration/environment.ts';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';
import type { WrittenEntry } from './flush-batch.ts';
import type { ArrivedEntry } from './flush-schedule.ts';
import { FLUSH_INTERVAL, MAX_HOLD, MAX_SILENCE_OF_REJECTION } from './flush-timing.ts';

/** Ten full batches. */
const MAX_REMEMBERED = 10_000;

/** An entry of a batch, and what an execution environment remembers of it. */
export interface Arrival extends ArrivedEntry {
  readonly entry: WrittenEntry;
  /** Which delivery brought it first, counted from 1. */
  readonly delivery: number;
  /** Whether this is that delivery. */
  readonly isFirst: boolean;
  /** Whether it is the first one with its `revokedAt`. */
  readonly isFirstOfDate: boolean;
}

/** What a flusher remembers from one delivery to the next, while Lambda keeps its execution environment. */
export interface FlusherMemory {
  /** The entries of the next delivery. `now`: seconds since the epoch. */
  arrivals(entries: readonly WrittenEntry[], now: number): readonly Arrival[];
  /** Of these entries, those that were not given up before. */
  giveUp(arrivals: readonly Arrival[]): readonly Arrival[];
  /** Notes that a flush begins, by which the next one may not come yet. The answer notes a stage for which it is done. */
  begin(now: number): (stage: FlushedStage) => void;
  /** No flush before it. */
  earliestFlush(now: number): number;
  /** Whether a flush that began at `due` or later, and after the arrivals, was accepted for the stage. */
  isFlushed(stage: FlushedStage, due: number, arrivals: readonly Arrival[]): boolean;
  isGone(stage: FlushedStage): boolean;
  /** Notes that a stage is gone; whether that is news. */
  isNewlyGone(stage: FlushedStage): boolean;
  /** Notes that a stage is there. */
  isThere(stage: FlushedStage): void;
  readonly rejections: FlushRejections;
}

interface Flush {
  readonly beganAt: number;
  readonly delivery: number;
}

/**
 * Lambda delivers a batch again until the function succeeds, usually to the same environment: without memory each failed
 * delivery would count what was found once more, flush once more the stages that were flushed, and wait once more.
 */
export function createFlusherMemory(): FlusherMemory {
  const firstArrivals = new Map<string, Pick<Arrival, 'arrivedAt' | 'delivery'>>();
  const dates = new Set<string>();
  const givenUp = new Set<string>();
  const done = new Map<string, Flush>();
  const gone = new Set<string>();
  const rejections = createFlushRejections();
  let delivery = 0;
  let lastFlush = Number.NEGATIVE_INFINITY;
  return {
    arrivals: (entries, now) => {
      delivery += 1;
      return entries.map((entry) => {
        const { eventId } = entry;
        const first = (eventId === undefined ? undefined : firstArrivals.get(eventId)) ?? { arrivedAt: now, delivery };
        if (eventId !== undefined) firstArrivals.set(eventId, first);
        const isFirstOfDate = isAdded(dates, entry.item[ENTRY_ATTRIBUTES.revokedAt]?.S);
        forgetOldest(firstArrivals);
        // A clock that was put back must not make anybody wait.
        const arrivedAt = Math.min(first.arrivedAt, now);
        const isFirst = first.delivery === delivery;
        return { entry, createdAt: entry.createdAt, arrivedAt, delivery: first.delivery, isFirst, isFirstOfDate };
      });
    },
    giveUp: (arrivals) => arrivals.filter(({ entry }) => isAdded(givenUp, entry.eventId)),
    begin: (now) => {
      lastFlush = now;
      const flush = { beganAt: now, delivery };
      return (stage) => {
        done.set(nameOfStage(stage), flush);
        rejections.settle(nameOfStage(stage));
      };
    },
    earliestFlush: (now) => (now < lastFlush ? now : Math.max(now, lastFlush + FLUSH_INTERVAL)),
    isFlushed: (stage, due, arrivals) => {
      const flush = done.get(nameOfStage(stage));
      return flush !== undefined && flush.beganAt >= due && arrivals.every((each) => each.delivery <= flush.delivery);
    },
    isGone: (stage) => gone.has(nameOfStage(stage)),
    isNewlyGone: (stage) => isAdded(gone, nameOfStage(stage)),
    isThere: (stage) => void gone.delete(nameOfStage(stage)),
    rejections,
  };
}

/** Whether the name was not among those remembered. */
function isAdded(names: Set<string>, name: string | undefined): boolean {
  if (name === undefined) return true;
  const isNew = !names.has(name);
  names.add(name);
  forgetOldest(names);
  return isNew;
}

function forgetOldest(remembered: Map<string, unknown> | Set<string>): void {
  if (remembered.size <= MAX_REMEMBERED) return;
  for (const name of remembered.keys()) {
    remembered.delete(name);
    return;
  }
}

export function nameOfStage({ restApiId, stageName }: FlushedStage): string {
  return `${restApiId}/${stageName}`;
}

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
