import { lastEnd } from '../../lambda/revocation/purge-floor.ts';
import { itemOf, type Revocation } from '../../lambda/revocation/revocation.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { formatInstant } from '../../lambda/token/numeric-date.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { BeforeOption } from './revocation.ts';

/** The times of an entry that an operator gave. Seconds since the epoch. */
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
 * Whether all tokens of an entry have ended, so that it would revoke nothing; undefined: some may be alive. It is likely a
 * typing error in a date, and a dangerous one, since the entry looks right, and vanishes.
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

/** Seconds: an instant more than a day ahead is probably a typing error. */
const FURTHEST_BEFORE = 86_400;

/** @throws UsageError for a `before` that is further ahead, unless it is forced */
export function requireNearBefore(before: BeforeOption, now: number, force: boolean): void {
  if (typeof before !== 'number' || force || before <= now + FURTHEST_BEFORE) return;
  throw new UsageError(
    `\`before\` is ${formatInstant(before)}, more than 24 h ahead: sign-ins until then would fail; add --force if that is meant.`,
  );
}

/** Maximum bytes of an item, attribute names included (DynamoDB developer guide, "Service, account, and table quotas"). */
const MAX_BYTES = 400 * 1024;

/** Why an entry is too large for DynamoDB; undefined: it is not. */
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

/** DynamoDB stores two digits in a byte, and one byte more; a Boolean takes one. */
function numberSize(digits: string): number {
  return Math.ceil(digits.length / 2) + 1;
}
