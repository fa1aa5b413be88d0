import { apiIdOf, type FlushedStage } from '../configuration/environment.ts';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';
import type { WrittenEntry } from './flush-batch.ts';
import type { ArrivedEntry } from './flush-schedule.ts';
import { FLUSH_INTERVAL, MAX_HOLD, MAX_SILENCE_OF_REJECTION } from './flush-timing.ts';

/** Maximum number of entries remembered: ten full batches. */
const MAX_REMEMBERED = 10_000;

/** An entry of a batch, and what an execution environment remembers of it. */
export interface Arrival extends ArrivedEntry {
  readonly entry: WrittenEntry;
  /** The number of the delivery that brought it first, counted from 1. */
  readonly delivery: number;
  /** Whether this is that delivery. */
  readonly isFirst: boolean;
  /** Whether it is the first one with its `revokedAt`. */
  readonly isFirstOfDate: boolean;
}

/** A flush of one or more stages, while it is under way and after. */
interface Flush {
  readonly beganAt: number;
  /** The latest delivery when it began. */
  readonly delivery: number;
}

/**
 * What a flusher remembers from one delivery to the next, while Lambda keeps its execution environment.
 *
 * Lambda delivers a batch again until the function succeeds, usually to the same environment: without memory each failed
 * delivery would count what was found once more, flush once more the stages that were flushed, and wait once more.
 */
export class FlusherMemory {
  readonly rejections = new FlushRejections();
  readonly #firstArrivals = new Map<string, Pick<Arrival, 'arrivedAt' | 'delivery'>>();
  readonly #dates = new Set<string>();
  readonly #givenUp = new Set<string>();
  readonly #flushes = new Map<string, Flush>();
  readonly #gone = new Set<string>();
  #delivery = 0;
  #lastFlush = Number.NEGATIVE_INFINITY;

  /** The entries of the next delivery. `now`: seconds since the epoch. */
  arrivals(entries: readonly WrittenEntry[], now: number): readonly Arrival[] {
    this.#delivery += 1;
    return entries.map((entry) => this.#arrivalOf(entry, now));
  }

  #arrivalOf(entry: WrittenEntry, now: number): Arrival {
    const { eventId, createdAt, item } = entry;
    const known = eventId === undefined ? undefined : this.#firstArrivals.get(eventId);
    const { arrivedAt, delivery } = known ?? { arrivedAt: now, delivery: this.#delivery };
    if (eventId !== undefined) this.#firstArrivals.set(eventId, { arrivedAt, delivery });
    forgetOldest(this.#firstArrivals);
    return {
      entry,
      createdAt,
      // A clock that was put back must not lengthen any wait.
      arrivedAt: Math.min(arrivedAt, now),
      delivery,
      isFirst: delivery === this.#delivery,
      isFirstOfDate: isAdded(this.#dates, item[ENTRY_ATTRIBUTES.revokedAt]?.S),
    };
  }

  /** Those of the entries that were not given up before. */
  giveUp(arrivals: readonly Arrival[]): readonly Arrival[] {
    return arrivals.filter(({ entry }) => isAdded(this.#givenUp, entry.eventId));
  }

  /** Notes that a flush begins, which delays the next one. @returns what notes a stage for which the flush is done */
  begin(now: number): (stage: FlushedStage) => void {
    this.#lastFlush = now;
    const flush = { beganAt: now, delivery: this.#delivery };
    return (stage) => {
      this.#flushes.set(nameOfStage(stage), flush);
      this.rejections.settle(nameOfStage(stage));
    };
  }

  /** The instant before which no flush may begin. */
  earliestFlush(now: number): number {
    return now < this.#lastFlush ? now : Math.max(now, this.#lastFlush + FLUSH_INTERVAL);
  }

  /** Whether a flush that began at `due` or later, and after the arrivals, was accepted for the stage. */
  isFlushed(stage: FlushedStage, due: number, arrivals: readonly Arrival[]): boolean {
    const flush = this.#flushes.get(nameOfStage(stage));
    return flush !== undefined && flush.beganAt >= due && arrivals.every(({ delivery }) => delivery <= flush.delivery);
  }

  isGone(stage: FlushedStage): boolean {
    return this.#gone.has(nameOfStage(stage));
  }

  /** Notes that a stage is gone. @returns whether that is news */
  noteGone(stage: FlushedStage): boolean {
    return isAdded(this.#gone, nameOfStage(stage));
  }

  /** Notes that a stage exists. */
  noteThere(stage: FlushedStage): void {
    this.#gone.delete(nameOfStage(stage));
  }
}

/** Remembers a name. @returns whether it is new */
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

export function nameOfStage(stage: FlushedStage): string {
  return `${apiIdOf(stage)}/${stage.stageName}`;
}

/** Something that kept a delivery from flushing every stage. */
export interface FlushRejection {
  /** The name of the stage, or one for all stages that could not be read. */
  readonly name: string;
  /** Whether a retry cannot help. */
  readonly isLasting: boolean;
}

interface Spell {
  readonly since: number;
  readonly last: number;
}

/** The stages that reject their flushes, from one delivery to the next. All times in seconds since the epoch. */
export class FlushRejections {
  readonly #spells = new Map<string, Spell>();
  readonly #owed = new Map<string, number>();

  /** Notes a rejection. @returns whether another delivery soon may help, so that later entries wait for it */
  isWorthWaiting({ name, isLasting }: FlushRejection, now: number): boolean {
    const before = this.#spells.get(name);
    const goesOn = before !== undefined && now >= before.last && now - before.last <= MAX_SILENCE_OF_REJECTION;
    const since = goesOn ? before.since : now;
    this.#spells.set(name, { since, last: now });
    return !isLasting && now - since < MAX_HOLD;
  }

  /** Notes that entries were let go without the stage's flush. It is of use to them until `until`. */
  owe(name: string, until: number): void {
    this.#owed.set(name, until);
  }

  isOwed(name: string, now: number): boolean {
    return now <= (this.#owed.get(name) ?? Number.NEGATIVE_INFINITY);
  }

  /** Notes that the stage no longer rejects. */
  settle(name: string): void {
    this.#spells.delete(name);
    this.#owed.delete(name);
  }
}
