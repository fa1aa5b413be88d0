import type { FlushedStage } from '../configuration/flusher-environment.ts';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';
import type { WrittenEntry } from './flush-batch.ts';
import { createFlushRejections, type FlushRejections } from './flush-rejections.ts';
import type { ArrivedEntry } from './flush-schedule.ts';
import { FLUSH_INTERVAL } from './flush-timing.ts';

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
