import { lastEnd } from '../../lambda/revocation/purge-floor.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { formatInstant } from '../cli/instant.ts';
import { UsageError } from '../cli/operator-error.ts';

import { type BeforeOption, itemOf, type Revocation } from './revocation.ts';

/** What an operator said of an entry's time. Seconds since the epoch. */
export interface SaidTimes {
  readonly before: number | undefined;
  readonly endsAt: number | undefined;
}

/** The time by which every token that an entry would revoke has ended. */
export interface Ended {
  readonly by: keyof SaidTimes;
  /** Seconds since the epoch. */
  readonly at: number;
}

/**
 * Why an entry would revoke nothing: all its tokens have ended. Likely a typing error in a date, and a dangerous one,
 * since the entry looks right, and vanishes. Undefined: some of them may be alive.
 *
 * @param now - seconds since the epoch
 */
export function endedTokens(
  target: RevocationTarget,
  issuer: TrustedIssuer,
  said: SaidTimes,
  now: number,
): Ended | undefined {
  const by = said.before === undefined ? 'endsAt' : 'before';
  const at = said[by];
  if (at === undefined) return undefined;
  return lastEnd(target, issuer, { ...said, now: -Infinity }) + issuer.clockTolerance < now ? { by, at } : undefined;
}

/** Seconds. An instant further ahead than a day is likelier a typing error than a wish. */
const FURTHEST_BEFORE = 86_400;

/** @throws UsageError */
export function requireNearBefore(before: BeforeOption, now: number, force: boolean): void {
  if (typeof before !== 'number' || force || before <= now + FURTHEST_BEFORE) return;
  throw new UsageError(
    `\`before\` is ${formatInstant(before)}, more than 24 h ahead: sign-ins until then would fail; add --force if that is meant.`,
  );
}

/** Bytes of an item, names of its attributes included (DynamoDB developer guide, "Service, account, and table quotas"). */
const MAX_BYTES = 400 * 1024;

/** What keeps DynamoDB from holding an entry; undefined: nothing. */
export function problemWithSize(revocation: Revocation): string | undefined {
  const sizes = Object.entries(itemOf(revocation)).map(([name, { S, N }]) => {
    const value = S === undefined ? numberSize(N ?? '') : Buffer.byteLength(S);
    return { name, bytes: name.length + value };
  });
  const bytes = sizes.reduce((sum, size) => sum + size.bytes, 0);
  if (bytes <= MAX_BYTES) return undefined;
  const sizeOf = (name: string) => sizes.find((size) => size.name === name)?.bytes ?? 0;
  const { reason, revokedBy } = ENTRY_ATTRIBUTES;
  const longest = sizeOf(reason) > sizeOf(revokedBy) ? reason : revokedBy;
  const found = `${bytes.toLocaleString('en')} bytes, and DynamoDB holds ${MAX_BYTES.toLocaleString('en')}`;
  return `the entry would take ${found}: shorten its ${longest}`;
}

/** Two digits a byte, and one byte more; a Boolean takes one. */
function numberSize(digits: string): number {
  return Math.ceil(digits.length / 2) + 1;
}
