import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { FIRST_IMPLAUSIBLE_SECOND } from '../token/numeric-date.ts';
import { isKnownAs } from '../token/trusted-issuer.ts';
import { inspectClock } from './clock-inspection.ts';
import type { Finding, InspectedIssuer, InspectionFacts } from './entry-finding.ts';
import { purgeFloor } from './purge-floor.ts';
import { type Before, ENTRY_ATTRIBUTES, entryRevokes, readBefore } from './revocation-entry.ts';
import { parseTarget, type RevocationTarget, TARGET_PREFIXES } from './revocation-target.ts';
import { inspectRepeatedAlias, inspectTarget } from './target-inspection.ts';

/** DynamoDB's TTL leaves an item alone whose time is more than five years past (developer guide, "Time to Live"). */
const FIRST_AGE_THAT_TTL_IGNORES = 5 * 365 * 86_400;

/**
 * Everything that is wrong with one entry, for the person who wrote it; empty when nothing is.
 *
 * It decides nothing: an entry that is present revokes what it matches, however malformed (`entryRevokes`). A finding on
 * the target says that the entry matches nothing; one on `purgeAt` that it vanishes too soon, or never; one on `revokedAt`
 * that the writer's clock is wrong.
 */
export function inspectEntry(
  item: Readonly<Record<string, AttributeValue>>,
  facts: InspectionFacts,
): readonly Finding[] {
  const text = item[ENTRY_ATTRIBUTES.target]?.S;
  const before = readBefore(item[ENTRY_ATTRIBUTES.before]);
  const flaw = inspectTarget(text, facts);
  if (flaw !== undefined) return [flaw, ...inspectBefore(before)];
  const target = parseTarget(text ?? '');
  const issuer = facts.issuers.find((each) => target !== undefined && isKnownAs(each, target.issuerAlias));
  if (target === undefined || issuer === undefined) return [];
  return [
    ...inspectRepeatedAlias(target, facts),
    ...inspectBefore(before),
    ...inspectFuture(target, before, issuer, facts),
    ...inspectPast(target, before, issuer, facts),
    ...inspectPurgeAt(target, before, item, issuer, facts),
    ...inspectClock(item, facts),
  ];
}

function inspectBefore(before: Before): readonly Finding[] {
  if (before !== 'malformed') return [];
  const sentence = '`before` is no plain number of seconds, so that every token the entry names is revoked.';
  return [{ kind: 'malformed-before', sentence }];
}

/** The clock tolerance spares an entry written a moment ago by a clock that runs ahead. */
function inspectFuture(
  { prefix }: RevocationTarget,
  before: Before,
  { clockTolerance }: InspectedIssuer,
  { now, writtenAt = now }: InspectionFacts,
): readonly Finding[] {
  const sparesLaterTokens = !entryRevokes(prefix, before, Number.POSITIVE_INFINITY);
  if (!sparesLaterTokens || typeof before !== 'number' || before <= writtenAt + clockTolerance) return [];
  const sentence = '`before` is in the future, so that tokens issued until then are rejected, new sign-ins included.';
  return [{ kind: 'before-in-future', sentence }];
}

/**
 * A digit too few, or 0: when the entry was written, every token issued until `before` had ended already. Without the time
 * of writing nothing is certain: every entry ends up like that.
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
 * A missing `purgeAt` is reported only where a purge floor exists. It is right at the key level, at the session level
 * (few know when a session ends), and at the subject, client and issuer levels without a sound `before`.
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
    return [{ kind: 'missing-purge-at', sentence: '`purgeAt` is missing, so that the entry is kept for ever.' }];
  }
  const purgeAt = Number(attribute.N ?? Number.NaN);
  if (!isHeededByTtl(purgeAt, facts.now)) {
    const sentence = '`purgeAt` is no instant in seconds, so that the entry is kept for ever.';
    return [{ kind: 'malformed-purge-at', sentence }];
  }
  return inspectFloor(target, known, purgeAt, issuer, facts);
}

/** Whether DynamoDB deletes an entry with this `purgeAt` some day. Both in seconds since the epoch. */
export function isHeededByTtl(purgeAt: number, now: number): boolean {
  return purgeAt < FIRST_IMPLAUSIBLE_SECOND && purgeAt > now - FIRST_AGE_THAT_TTL_IGNORES;
}

const PURGE_IN_PAST: Finding = {
  kind: 'purge-in-past',
  sentence:
    '`purgeAt` has passed, so that DynamoDB deletes the entry at any moment, and tokens that it names are admitted again.',
};

/**
 * Without the time of writing, an entry whose `purgeAt` has passed may be one that has done its duty and waits for its
 * deletion; it is reported all the same, because nothing tells it from one that vanishes as soon as it is written.
 */
function inspectFloor(
  target: RevocationTarget,
  before: number | undefined,
  purgeAt: number,
  issuer: InspectedIssuer,
  facts: InspectionFacts,
): readonly Finding[] {
  const floor = lowestFloor(target, before, issuer, facts);
  if (purgeAt <= (facts.writtenAt ?? facts.now)) return [PURGE_IN_PAST];
  if (purgeAt >= floor) return [];
  const remedy = Number.isFinite(floor)
    ? 'give it the time that `revocations` computes'
    : `at the ${TARGET_PREFIXES[target.prefix]} level${target.prefix === 'kid' ? '' : ' without a sound `before`'} it must not have one`;
  const sentence = `\`purgeAt\` is too early, so that tokens are admitted again once DynamoDB deletes the entry: ${remedy}.`;
  return [{ kind: 'purge-too-early', sentence }];
}

/**
 * The lowest purge floor that the entry can have; infinite where it must stay for ever.
 *
 * The entry does not say when its token or session ends. Written for one that was still alive, it ends after the
 * writing, which bounds its floor from below; without the time of writing nothing is certain, because every sound entry
 * ends up close to its `purgeAt`. The clock tolerance is granted to the writer's clock.
 */
function lowestFloor(
  target: RevocationTarget,
  before: number | undefined,
  issuer: InspectedIssuer,
  { writtenAt }: InspectionFacts,
): number {
  const earliest = writtenAt === undefined ? Number.NEGATIVE_INFINITY : writtenAt - issuer.clockTolerance;
  return purgeFloor(target, issuer, { now: earliest, endsAt: earliest, before }) ?? Number.POSITIVE_INFINITY;
}
