import type { WrittenEntry } from './entry-table.ts';
import type { EntryItem, Revocation } from './revocation.ts';
import type { RegionalStack } from './revocation-stack.ts';

/** What is to be written in one Region. */
export interface RegionalPlan {
  readonly region: RegionalStack;
  readonly revocation: Revocation;
}

/** What came of it. */
export interface RegionalResult extends RegionalPlan {
  readonly outcome: WrittenEntry['outcome'] | 'planned' | 'failed';
  readonly confirmed: boolean;
  /** Seconds since the epoch. */
  readonly acknowledgedAt: number | undefined;
  /** The entry that stands now, or would after the write; undefined: nobody knows. */
  readonly item: EntryItem | undefined;
  readonly previous: EntryItem | undefined;
  readonly error: string | undefined;
}

/** Whether the Region holds the entry for certain, or would. */
export function isHeld({ confirmed, outcome }: RegionalResult): boolean {
  return confirmed || outcome === 'planned';
}
