import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { FIRST_IMPLAUSIBLE_SECOND } from '../token/numeric-date.ts';
import { isKnownAs } from '../token/trusted-issuer.ts';
import { inspectClock } from './clock-inspection.ts';
import type { Finding, InspectedIssuer, InspectionFacts } from './entry-finding.ts';
import { purgeFloor } from './purge-floor.ts';
import { type Before, ENTRY_ATTRIBUTES, entryRevokes, readBefore } from './revocation-entry.ts';
import { TARGET_PREFIXES, takesBefore } from './revocation-level.ts';
import { parseTarget, type RevocationTarget } from './revocation-target.ts';
import { inspectCapitals, inspectRepeatedAlias, inspectTarget } from './target-inspection.ts';

/** Seconds. TTL does not delete an item whose time is more than five years past (DynamoDB developer guide, "Time to Live"). */
const FIRST_AGE_THAT_TTL_IGNORES = 5 * 365 * 86_400;

/**
 * Finds everything that is wrong with one entry, for the person who wrote it.
 *
 * Findings decide nothing: an entry that is present revokes what it matches, however malformed (`entryRevokes`). A finding
 * on the target says that the entry matches nothing; one on `purgeAt` that it is deleted too soon, or never; one on
 * `revokedAt` that the writer's clock is wrong.
 */
export function inspectEntry(
  item: Readonly<Record<string, AttributeValue>>,
  facts: InspectionFacts,
): readonly Finding[] {
  const text = item[ENTRY_ATTRIBUTES.target]?.S;
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  const useless = inspectTarget(text, facts);
  if (useless !== undefined) return [useless, ...inspectBefore(before)];
  const target = parseTarget(text ?? '');
  const issuer = facts.issuers.find((each) => target !== undefined && isKnownAs(each, target.issuerAlias));
  if (target === undefined || issuer === undefined) return [];
  return [
    ...inspectRepeatedAlias(target, facts),
    ...inspectCapitals(target, issuer),
    ...inspectBefore(before),
    ...inspectFuture(target, before, issuer, facts),
    ...inspectPast(target, before, issuer, facts),
    ...inspectPurgeAt(target, before, item, issuer, facts),
    ...inspectClock(item, facts),
  ];
}

function inspectBefore(before: Before): readonly Finding[] {
  if (before !== 'malformed') return [];
  const sentence = '`before` is not a plain number of seconds, so every token that the entry names is revoked.';
  return [{ kind: 'malformed-before', sentence }];
}

/** A `before` within the clock tolerance is not reported: the writer's clock may run ahead. */
function inspectFuture(
  { prefix }: RevocationTarget,
  before: Before,
  { clockTolerance }: InspectedIssuer,
  { now, writtenAt = now }: InspectionFacts,
): readonly Finding[] {
  const sparesLaterTokens = !entryRevokes(prefix, before, Infinity);
  if (!sparesLaterTokens || typeof before !== 'number' || before <= writtenAt + clockTolerance) return [];
  const sentence = '`before` is in the future, so tokens issued until then are rejected, new sign-ins included.';
  return [{ kind: 'before-in-future', sentence }];
}

/**
 * Finds a `before` with a digit too few, or 0: every token issued until then had ended when the entry was written. Without
 * the time of writing nothing is reported, because every entry ends up like that.
 */
function inspectPast(
  { prefix }: RevocationTarget,
  before: Before,
  { clockTolerance, maxTokenAge }: InspectedIssuer,
  { writtenAt }: InspectionFacts,
): readonly Finding[] {
  if (writtenAt === undefined || typeof before !== 'number') return [];
  const oldestToken = writtenAt - maxTokenAge - 2 * clockTolerance;
  if (entryRevokes(prefix, before, oldestToken)) return [];
  const sentence = '`before` is so long ago that every token issued until then has ended: the entry revokes nothing.';
  return [{ kind: 'before-too-old', sentence }];
}

/**
 * Reports a missing `purgeAt` only where a purge floor exists. An entry without one is right at the key level, at the
 * session level (the end of a session is rarely known), and without a sound `before` at the levels that take it.
 */
function inspectPurgeAt(
  target: RevocationTarget,
  before: Before,
  item: Readonly<Record<string, AttributeValue>>,
  issuer: InspectedIssuer,
  facts: InspectionFacts,
): readonly Finding[] {
  const attribute = item[ENTRY_ATTRIBUTES.purgeAt];
  const known = typeof before === 'number' ? before : undefined;
  if (attribute === undefined) {
    if (purgeFloor(target, issuer, { now: facts.now, endsAt: undefined, before: known }) === undefined) return [];
    return [{ kind: 'missing-purge-at', sentence: '`purgeAt` is missing, so the entry is never deleted.' }];
  }
  const purgeAt = Number(attribute.N);
  if (!isHeededByTtl(purgeAt, facts.now)) {
    const sentence = '`purgeAt` is not an instant in seconds, so the entry is never deleted.';
    return [{ kind: 'malformed-purge-at', sentence }];
  }
  return inspectFloor(target, known, purgeAt, issuer, facts);
}

/** Whether DynamoDB's TTL ever deletes an entry with this `purgeAt`. Both in seconds since the epoch. */
export function isHeededByTtl(purgeAt: number, now: number): boolean {
  return purgeAt < FIRST_IMPLAUSIBLE_SECOND && purgeAt > now - FIRST_AGE_THAT_TTL_IGNORES;
}

const PURGE_IN_PAST: Finding = {
  kind: 'purge-in-past',
  sentence: '`purgeAt` has passed, so DynamoDB may delete the entry at any moment, and its tokens are admitted again.',
};

/**
 * Compares `purgeAt` with the lowest floor that the entry can have. The entry does not say when its token or session ends,
 * but that is after the writing, less the tolerance for the writer's clock.
 *
 * Without the time of writing no floor is certain, because every sound entry comes close to its `purgeAt`. A `purgeAt` that
 * has passed is reported all the same: the entry may wait for its deletion, or have been written with too early a time.
 */
function inspectFloor(
  target: RevocationTarget,
  before: number | undefined,
  purgeAt: number,
  issuer: InspectedIssuer,
  { now, writtenAt }: InspectionFacts,
): readonly Finding[] {
  if (purgeAt <= (writtenAt ?? now)) return [PURGE_IN_PAST];
  const earliest = (writtenAt ?? -Infinity) - issuer.clockTolerance;
  const floor = purgeFloor(target, issuer, { now: earliest, endsAt: earliest, before });
  if (floor !== undefined && purgeAt >= floor) return [];
  const level = TARGET_PREFIXES[target.prefix];
  const remedy =
    floor === undefined
      ? `at the ${level} level${takesBefore(level) ? ' without a sound `before`' : ''} it must not have one`
      : 'give it the time that `revocations` computes';
  const sentence = `\`purgeAt\` is too early, so tokens are admitted again once DynamoDB deletes the entry: ${remedy}.`;
  return [{ kind: 'purge-too-early', sentence }];
}
