import { type Chance, chanceFrom } from './chance.ts';
import { type VirtualTime, virtualTime } from './virtual-time.ts';

/** Faults that occur at random, as often as a schedule's budget allows. */
export const FAULTS = [
  'table-throttled',
  'table-answers-in-part',
  'key-set-unavailable',
  'authorizer-throttled',
  'authorizer-hangs',
  'record-dropped',
  'flush-rejected',
  'flush-lost',
  'flush-late',
] as const;

/** Faults that strike signals only. */
export const SIGNAL_FAULTS = [
  'transaction-throttled',
  'transaction-answer-lost',
  'transaction-stalls',
  'sender-key-set-unavailable',
  'queue-unavailable',
  'queue-answer-lost',
  'receiver-hangs',
  'receiver-throttled',
  'receiver-answer-lost',
] as const;

export type Fault = (typeof FAULTS)[number] | (typeof SIGNAL_FAULTS)[number];

/** Faults after which a flush bounds nothing. */
const FAULTS_OF_FLUSHES: readonly Fault[] = ['record-dropped', 'flush-rejected', 'flush-lost', 'flush-late'];

const FAULT_PROBABILITY = 0.12;

/** The time, chance and faults that all parts of a schedule share. */
export interface World {
  readonly time: VirtualTime;
  readonly chance: Chance;
  /** Whether no fault strikes flushes, so that the settled bound must hold. */
  readonly flushesWork: boolean;
  /** Whether DynamoDB's clock and the clocks of the flusher's hosts differ by at most the settle margin. */
  readonly clocksAgree: boolean;
  readonly faultBudget: number;
  readonly struck: ReadonlySet<Fault>;
  /** Decides whether a fault strikes now. */
  strikes(fault: Fault): boolean;
  /** Records an event for the report of a failing schedule. */
  note(what: string): void;
  readonly notes: readonly string[];
}

/** Seconds since the epoch at which every schedule begins, give or take a second. */
export const EPOCH = 1_800_000_000;

export function worldFrom(seed: number): World {
  const chance = chanceFrom(seed);
  const start = EPOCH * 1000 + chance.between(0, 999);
  const time = virtualTime(start, chance);
  const flushesWork = chance.happens(0.5);
  const clocksAgree = chance.happens(0.5);
  const faultBudget = chance.between(0, 6);
  const struck = new Set<Fault>();
  const notes: string[] = [];
  let faultsLeft = faultBudget;
  const note = (what: string) => void notes.push(`${((time.now() - start) / 1000).toFixed(3).padStart(9)} s  ${what}`);
  return {
    time,
    chance,
    flushesWork,
    clocksAgree,
    faultBudget,
    struck,
    strikes: (fault) => {
      if (faultsLeft === 0 || (flushesWork && FAULTS_OF_FLUSHES.includes(fault))) return false;
      if (!chance.happens(FAULT_PROBABILITY)) return false;
      faultsLeft -= 1;
      struck.add(fault);
      note(`fault: ${fault}`);
      return true;
    },
    note,
    notes,
  };
}
