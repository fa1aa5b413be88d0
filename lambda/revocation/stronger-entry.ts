import {
  BLOCK_ATTRIBUTES,
  type Blocks,
  blockAttributes,
  NO_BLOCKS,
  readBlock,
  type TimeAttributes,
} from './liftable-block.ts';
import { type EntryItem, itemOf, type Revocation, readPurgeAt, timeAttributes } from './revocation.ts';
import { ENTRY_ATTRIBUTES, readBefore } from './revocation-entry.ts';
import { TARGET_PREFIXES, takesBefore } from './revocation-level.ts';
import { parseTarget } from './revocation-target.ts';

/** How much an entry revokes: the things in which one entry can be weaker than another. All instants in seconds since the epoch. */
export interface Strength {
  /**
   * Which tokens nobody's lift readmits. Infinite: every token, as at the levels whose entries have no `before`. Minus infinite: none,
   * if all that the entry holds is blocks.
   */
  readonly before: number;
  /** When DynamoDB may delete what no lift ends. Infinite: never. Minus infinite: there is none of it. */
  readonly purgeAt: number;
  /** Whether the entry flushes API Gateway's cached decisions. */
  readonly flush: boolean;
  /**
   * The sources that block until they lift, with the times of their events: while there is one, the entry revokes every token and is
   * never deleted. Empty beside a `before` and a `purgeAt` that are infinite, because that is stronger.
   */
  readonly blocks: Blocks;
}

/** The strength of an entry of the table; malformed times count as the strongest. @param now - seconds since the epoch */
export function strengthOf(item: EntryItem, now: number): Strength {
  const target = parseTarget(item[ENTRY_ATTRIBUTES.target]?.S ?? '');
  const isBounded = target === undefined || takesBefore(TARGET_PREFIXES[target.prefix]);
  const block = readBlock(item);
  const flush = item[ENTRY_ATTRIBUTES.flush]?.BOOL !== false;
  const times = block === undefined ? item : block.afterLift;
  if (times === undefined) return strength(-Infinity, -Infinity, flush, block?.blocks);
  return strength(latestRevoked(times, isBounded), readPurgeAt(times, now) ?? Infinity, flush, block?.blocks);
}

function latestRevoked(times: TimeAttributes, isBounded: boolean): number {
  const before = readBefore(times[ENTRY_ATTRIBUTES.before]);
  return isBounded && typeof before === 'number' ? before : Infinity;
}

function strength(before: number, purgeAt: number, flush: boolean, blocks: Blocks = NO_BLOCKS): Strength {
  return { before, purgeAt, flush, blocks: isPermanent({ before, purgeAt }) ? NO_BLOCKS : blocks };
}

/** Whether every token is revoked, and no lift and no deletion ends that. */
function isPermanent({ before, purgeAt }: Pick<Strength, 'before' | 'purgeAt'>): boolean {
  return before === Infinity && purgeAt === Infinity;
}

/** The weakest strength that is as strong as both: in each part the stronger one. */
export function joinOf(a: Strength, b: Strength): Strength {
  return strength(
    Math.max(a.before, b.before),
    Math.max(a.purgeAt, b.purgeAt),
    a.flush || b.flush,
    new Map([...a.blocks, ...[...b.blocks].filter(([source, eventAt]) => eventAt > eventOf(a, source))]),
  );
}

/** The event of a source's block; minus infinite: it does not block. */
function eventOf({ blocks }: Strength, source: string): number {
  return blocks.get(source) ?? -Infinity;
}

/** Whether `a` is at least as strong as `b` in each part. */
export function isAsStrong(a: Strength, b: Strength): boolean {
  const blocksAsMuch = isPermanent(a) || [...b.blocks].every(([source, eventAt]) => eventOf(a, source) >= eventAt);
  return blocksAsMuch && a.before >= b.before && a.purgeAt >= b.purgeAt && (a.flush || !b.flush);
}

/**
 * What the table must hold so that neither the existing entry nor the wanted one is weakened: the join of both.
 * Undefined: the existing entry suffices.
 *
 * Unknown attributes are kept; malformed times are replaced by what they already mean.
 */
export function strongerEntry(existing: EntryItem, wanted: Revocation): EntryItem | undefined {
  if (suffices(existing, wanted)) return undefined;
  return entryWith(existing, wanted, joinOf(strengthOf(existing, wanted.revokedAt), strengthWanted(wanted)));
}

/** What a source lifts. All instants in seconds since the epoch. */
export interface Lift extends Omit<Revocation, 'before' | 'purgeAt' | 'flush' | 'blocks'> {
  readonly source: string;
  /** When it was lifted: only an older block ends. */
  readonly eventAt: number;
  /** Tokens issued at or before it stay revoked: not before `eventAt`. */
  readonly before: number;
  /** When the last of those tokens has ended for certain. */
  readonly purgeAt: number;
}

/**
 * The entry without the block of a source; undefined: the source has none that is older than the lift. At the same second the block
 * wins. What others wrote is never weakened, and an entry always remains, because tokens from before the lift stay revoked.
 */
export function liftedEntry(existing: EntryItem, lift: Lift): EntryItem | undefined {
  const { source, eventAt, before, purgeAt } = lift;
  const found = strengthOf(existing, lift.revokedAt);
  if (!found.blocks.has(source) || eventOf(found, source) >= eventAt) return undefined;
  const blocks = new Map([...found.blocks].filter(([name]) => name !== source));
  const remaining = { before, purgeAt, flush: found.flush, blocks: NO_BLOCKS };
  return entryWith(existing, { ...lift, flush: found.flush }, joinOf({ ...found, blocks }, remaining));
}

/** The existing entry with another strength, and with the reason and the author of the change. */
function entryWith(
  existing: EntryItem,
  text: Omit<Revocation, 'before' | 'blocks' | 'purgeAt'>,
  { flush, blocks, ...reach }: Strength,
): EntryItem {
  const own: readonly string[] = ['before', 'purgeAt', 'flush', ...Object.values(BLOCK_ATTRIBUTES)];
  const kept = Object.fromEntries(Object.entries(existing).filter(([name]) => !own.includes(name)));
  const times = reach.before === -Infinity ? undefined : revocationTimes(reach);
  const plain = itemOf({ ...text, before: undefined, purgeAt: undefined, ...(blocks.size === 0 && times), flush });
  const afterLift = times && timeAttributes(times);
  return { ...kept, ...plain, ...(blocks.size > 0 && blockAttributes({ blocks, afterLift })) };
}

/** One revocation as strong as two of the same target that nobody lifts, with the second one's reason and author. */
export function strongerRevocation(a: Revocation, b: Revocation): Revocation {
  const { flush, ...reach } = joinOf(strengthWanted(a), strengthWanted(b));
  return { ...b, ...revocationTimes(reach), flush };
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

function strengthWanted({ before, purgeAt, flush, blocks = NO_BLOCKS }: Revocation): Strength {
  if (blocks.size > 0) return strength(-Infinity, -Infinity, flush, blocks);
  return strength(before ?? Infinity, purgeAt ?? Infinity, flush);
}

/** A malformed `before` counts at every level: the flusher reports it even where it is ignored. */
function isMalformed(item: EntryItem, now: number): boolean {
  const hasBadBefore = readBefore(item[ENTRY_ATTRIBUTES.before]) === 'malformed';
  return hasBadBefore || (item[ENTRY_ATTRIBUTES.purgeAt] !== undefined && readPurgeAt(item, now) === undefined);
}

function revocationTimes({
  before,
  purgeAt,
}: Pick<Strength, 'before' | 'purgeAt'>): Pick<Revocation, 'before' | 'purgeAt'> {
  return { before: finite(before), purgeAt: finite(purgeAt) };
}

function finite(seconds: number): number | undefined {
  return Number.isFinite(seconds) ? seconds : undefined;
}
