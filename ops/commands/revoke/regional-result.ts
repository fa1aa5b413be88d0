import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import type { WrittenEntry } from '../../entry/entry-table.ts';
import type { EntryItem, Revocation } from '../../entry/revocation.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';

/** What is to be written in one Region. */
export interface RegionalPlan {
  readonly region: RegionalStack;
  readonly revocation: Revocation;
  readonly issuer: TrustedIssuer;
}

/** What writing did; a write that takes long is followed by a second one. */
export interface MovedEntry extends WrittenEntry {
  /** What the second write met in place of the first one's entry: somebody else came in between; undefined: nobody did. */
  readonly met?: EntryItem | 'nothing';
}

/** What came of it. */
export type RegionalResult = FailedResult | UnconfirmedResult | HeldResult;

export interface FailedResult extends RegionalPlan {
  /** `failed`: nothing was written for certain; `unknown`: the answer was lost, and the entry may stand. */
  readonly state: 'failed' | 'unknown';
  readonly error: string;
}

/** DynamoDB has acknowledged the entry, and no strong read has found it. */
export interface UnconfirmedResult extends RegionalPlan, Pick<MovedEntry, 'outcome' | 'previous' | 'met'> {
  readonly state: 'unconfirmed';
  /** What was written; undefined where a strong read did not find it. */
  readonly item: EntryItem | undefined;
  /** On DynamoDB's clock, at the latest; seconds since the epoch. */
  readonly acknowledgedAt: number;
  readonly error: string;
}

/** The entry stands for certain, or would. */
export interface HeldResult extends RegionalPlan, MovedEntry {
  /** `planned`: a dry run, after which the `outcome` is still to come. */
  readonly state: 'confirmed' | 'planned';
  /** On DynamoDB's clock, at the latest; seconds since the epoch; undefined in a dry run. */
  readonly acknowledgedAt: number | undefined;
  /** The same moment on a clock that never jumps, in seconds; undefined in a dry run. */
  readonly acknowledgedTick: number | undefined;
}

export function isHeld(result: RegionalResult): result is HeldResult {
  return result.state === 'confirmed' || result.state === 'planned';
}

/** Whether the table's stream tells of it, now or after the dry run: only a write makes a record there. */
export function isWrite(result: RegionalResult): boolean {
  return 'outcome' in result && result.outcome !== 'unchanged';
}
