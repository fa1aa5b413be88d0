import { ENTRY_ATTRIBUTES, readBefore } from '../lambda/revocation-entry.ts';
import { readPurgeAt } from './purge-at.ts';
import { type EntryItem, hasBefore, itemOf, type Revocation } from './revocation.ts';

/** Seconds since the epoch up to which an entry reaches; infinite: every token, or for ever. */
interface Reach {
  readonly before: number;
  readonly purgeAt: number;
}

/**
 * What the table must hold so that neither the entry that is there nor the new one is weakened: the later `before`, the
 * later `purgeAt`, and where one of them blocks everything, that. Undefined: writing would gain nothing, not even a flush.
 *
 * Attributes that we do not know are kept; malformed times are replaced by what they already mean.
 */
export function strongerEntry(existing: EntryItem, wanted: Revocation): EntryItem | undefined {
  if (suffices(existing, wanted)) return undefined;
  const had = reachOf(existing, wanted.revokedAt);
  const before = Math.max(had.before, wanted.before ?? Infinity);
  const purgeAt = Math.max(had.purgeAt, wanted.purgeAt ?? Infinity);
  const { before: _before, purgeAt: _purgeAt, flush: _flush, ...kept } = existing;
  return {
    ...kept,
    ...itemOf({ ...wanted, before: finite(before), purgeAt: finite(purgeAt) }),
  };
}

/** Whether there is nothing to write: the entry covers what is wanted, and no flush that is wanted was left out with it. */
export function suffices(existing: EntryItem, wanted: Revocation): boolean {
  const hasFlushed = existing[ENTRY_ATTRIBUTES.flush]?.BOOL !== false;
  return covers(existing, wanted) && (hasFlushed || !wanted.flush);
}

/** Whether an entry revokes, for as long, all that another would. One with a malformed time does not: it wants repair. */
export function covers(existing: EntryItem, wanted: Revocation): boolean {
  if (isMalformed(existing, wanted.revokedAt)) return false;
  const { before, purgeAt } = reachOf(existing, wanted.revokedAt);
  const wantedBefore = hasBefore(wanted.target) ? (wanted.before ?? Infinity) : -Infinity;
  return before >= wantedBefore && purgeAt >= (wanted.purgeAt ?? Infinity);
}

function reachOf(item: EntryItem, now: number): Reach {
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  return { before: typeof before === 'number' ? before : Infinity, purgeAt: readPurgeAt(item, now) ?? Infinity };
}

/** A `before` that means nothing at its level is reported all the same, and so must go. */
function isMalformed(item: EntryItem, now: number): boolean {
  const hasBadBefore = readBefore(item[ENTRY_ATTRIBUTES.before]) === 'malformed';
  return hasBadBefore || (item[ENTRY_ATTRIBUTES.purgeAt] !== undefined && readPurgeAt(item, now) === undefined);
}

function finite(seconds: number): number | undefined {
  return Number.isFinite(seconds) ? seconds : undefined;
}
