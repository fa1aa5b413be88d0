import { type EntryItem, itemOf, type Revocation, readPurgeAt } from './revocation.ts';
import { ENTRY_ATTRIBUTES, readBefore } from './revocation-entry.ts';
import { TARGET_PREFIXES, takesBefore } from './revocation-level.ts';
import { parseTarget } from './revocation-target.ts';

/** How much an entry revokes: the three things in which one entry can be weaker than another. */
export interface Strength {
  /** Seconds since the epoch; infinite: every token, as at the levels whose entries have no `before`. */
  readonly before: number;
  /** Seconds since the epoch; infinite: DynamoDB never deletes the entry. */
  readonly purgeAt: number;
  /** Whether the entry flushes API Gateway's cached decisions. */
  readonly flush: boolean;
}

/** The strength of an entry of the table; malformed times count as the strongest. @param now - seconds since the epoch */
export function strengthOf(item: EntryItem, now: number): Strength {
  const target = parseTarget(item[ENTRY_ATTRIBUTES.target]?.S ?? '');
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  const isBounded = typeof before === 'number' && (target === undefined || takesBefore(TARGET_PREFIXES[target.prefix]));
  return {
    before: isBounded ? before : Infinity,
    purgeAt: readPurgeAt(item, now) ?? Infinity,
    flush: item[ENTRY_ATTRIBUTES.flush]?.BOOL !== false,
  };
}

/** The weakest strength that is as strong as both: in each part the stronger one. */
export function joinOf(a: Strength, b: Strength): Strength {
  return {
    before: Math.max(a.before, b.before),
    purgeAt: Math.max(a.purgeAt, b.purgeAt),
    flush: a.flush || b.flush,
  };
}

/** Whether `a` is at least as strong as `b` in each part. */
export function isAsStrong(a: Strength, b: Strength): boolean {
  return a.before >= b.before && a.purgeAt >= b.purgeAt && (a.flush || !b.flush);
}

/**
 * What the table must hold so that neither the existing entry nor the wanted one is weakened: the join of both.
 * Undefined: the existing entry suffices.
 *
 * Unknown attributes are kept; malformed times are replaced by what they already mean.
 */
export function strongerEntry(existing: EntryItem, wanted: Revocation): EntryItem | undefined {
  if (suffices(existing, wanted)) return undefined;
  const strength = joinOf(strengthOf(existing, wanted.revokedAt), strengthWanted(wanted));
  const { before: _before, purgeAt: _purgeAt, flush: _flush, ...kept } = existing;
  return { ...kept, ...itemOf({ ...wanted, ...revocationTimes(strength) }) };
}

/** One revocation as strong as two of the same target, with the second one's reason and author. */
export function strongerRevocation(a: Revocation, b: Revocation): Revocation {
  return { ...b, ...revocationTimes(joinOf(strengthWanted(a), strengthWanted(b))) };
}

/** Whether there is nothing to write: `existing` covers what is wanted, and flushes if that is wanted. */
export function suffices(existing: EntryItem, wanted: Revocation): boolean {
  return covers(existing, wanted) && (strengthOf(existing, wanted.revokedAt).flush || !wanted.flush);
}

/** Whether `existing` revokes all that is wanted, for as long. Never true for malformed times, so that they are rewritten. */
export function covers(existing: EntryItem, wanted: Revocation): boolean {
  if (isMalformed(existing, wanted.revokedAt)) return false;
  return isAsStrong(strengthOf(existing, wanted.revokedAt), { ...strengthWanted(wanted), flush: false });
}

function strengthWanted({ before, purgeAt, flush }: Revocation): Strength {
  return { before: before ?? Infinity, purgeAt: purgeAt ?? Infinity, flush };
}

/** A malformed `before` counts at every level: the flusher reports it even where it is ignored. */
function isMalformed(item: EntryItem, now: number): boolean {
  const hasBadBefore = readBefore(item[ENTRY_ATTRIBUTES.before]) === 'malformed';
  return hasBadBefore || (item[ENTRY_ATTRIBUTES.purgeAt] !== undefined && readPurgeAt(item, now) === undefined);
}

function revocationTimes({ before, purgeAt, flush }: Strength): Pick<Revocation, 'before' | 'purgeAt' | 'flush'> {
  return { before: finite(before), purgeAt: finite(purgeAt), flush };
}

function finite(seconds: number): number | undefined {
  return Number.isFinite(seconds) ? seconds : undefined;
}
