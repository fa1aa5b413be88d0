import { expectedLag, guaranteedLag } from '../../../lambda/flush/flush-timing.ts';
import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { formatFromNow } from '../../cli/instant.ts';
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

/** Seconds from the acknowledged write to the last request that may still be allowed. */
export function lagOf(result: RegionalResult) {
  const { region, revocation } = result;
  const { resultTtlSeconds, authorizerTimeoutSeconds, flush } = region.authorizer;
  const guaranteed = guaranteedLag(resultTtlSeconds, authorizerTimeoutSeconds);
  const flushes = flush && revocation.flush && isWrite(result);
  return {
    guaranteed,
    expected: flushes ? expectedLag(resultTtlSeconds, authorizerTimeoutSeconds) : guaranteed,
    flushes,
  };
}

/** By when tokens are rejected in every Region that holds the entry. @param now - seconds since the epoch */
export function lagLines(results: readonly RegionalResult[], now: number): readonly string[] {
  const held = results.filter(isHeld);
  if (held.length === 0) return [];
  const byWhen = Math.max(...held.map((result) => (result.acknowledgedAt ?? now) + lagOf(result).guaranteed));
  return [`Rejected for certain by ${formatFromNow(byWhen, now)}; ${flushText(held)}.`];
}

function flushText(held: readonly HeldResult[]): string {
  const unflushed = held.filter((result) => !lagOf(result).flushes);
  if (unflushed.length === 0) {
    const expected = Math.max(...held.map((result) => lagOf(result).expected));
    return `expected within about ${expected} s, because the entry flushes API Gateway's cached decisions`;
  }
  if (held.every(({ outcome }) => outcome === 'unchanged')) return 'nothing was written, so nothing is flushed now';
  const where = held.length === 1 ? '' : ` in ${unflushed.map(({ region }) => region.region).join(', ')}`;
  return `without a cache flush${where}, cached decisions run out until then`;
}
