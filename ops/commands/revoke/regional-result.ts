import { expectedLag, guaranteedLag } from '../../../lambda/flush/flush-timing.ts';
import type { EntryItem, Revocation } from '../../../lambda/revocation/revocation.ts';
import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { formatFromNow } from '../../cli/instant.ts';
import type { WrittenEntry } from '../../entry/entry-table.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';

/** A revocation to write in one Region. */
export interface RegionalPlan {
  readonly region: RegionalStack;
  readonly revocation: Revocation;
  readonly issuer: TrustedIssuer;
}

/** A written entry. A slow write is followed by a second one, which moves its `before`. */
export interface MovedEntry extends WrittenEntry {
  /** What another operator left for the second write, or for the strong read, to find; `nothing`: no entry; undefined: nobody intervened. */
  readonly met?: EntryItem | 'nothing';
}

/** The result of a revocation in one Region. */
export type RegionalResult = FailedResult | UnconfirmedResult | HeldResult;

export interface FailedResult extends RegionalPlan {
  /** `failed`: certainly nothing was written; `unknown`: the answer was lost, and the entry may be written. */
  readonly state: 'failed' | 'unknown';
  readonly error: string;
}

/** DynamoDB has acknowledged the entry, and no strong read has found it. */
export interface UnconfirmedResult extends RegionalPlan, Pick<MovedEntry, 'outcome' | 'previous' | 'met'> {
  readonly state: 'unconfirmed';
  /** The written entry; undefined: a strong read did not find it. */
  readonly item: EntryItem | undefined;
  /** The latest time that DynamoDB's clock could show; seconds since the epoch. */
  readonly acknowledgedAt: number;
  readonly error: string;
}

/** A strong read found the entry, or the dry run foresees it. */
export interface HeldResult extends RegionalPlan, MovedEntry {
  /** `planned`: a dry run, whose `outcome` is what a write would do. */
  readonly state: 'confirmed' | 'planned';
  /** The latest time that DynamoDB's clock could show; seconds since the epoch; undefined in a dry run. */
  readonly acknowledgedAt: number | undefined;
  /** The same moment on a monotonic clock, in seconds; undefined in a dry run. */
  readonly acknowledgedTick: number | undefined;
}

export function isHeld(result: RegionalResult): result is HeldResult {
  return result.state === 'confirmed' || result.state === 'planned';
}

/** Whether the entry is written, or would be: only a write makes a record in the table's stream. */
export function isWrite(result: RegionalResult): boolean {
  return 'outcome' in result && result.outcome !== 'unchanged';
}

/** The guaranteed and the expected lag: seconds from the acknowledged write to the last request that may be allowed. */
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

/** A line with the time by which every Region that holds the entry rejects its tokens. @param now - seconds since the epoch */
export function lagLines(results: readonly RegionalResult[], now: number): readonly string[] {
  const held = results.filter(isHeld);
  if (held.length === 0) return [];
  const byWhen = Math.max(...held.map((result) => (result.acknowledgedAt ?? now) + lagOf(result).guaranteed));
  const rejected = held.every(({ state }) => state === 'planned')
    ? 'Would be rejected, if it were written now,'
    : 'Rejected';
  return [`${rejected} for certain by ${formatFromNow(byWhen, now)}; ${flushText(held)}.`];
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
