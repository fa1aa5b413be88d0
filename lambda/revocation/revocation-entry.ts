import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { FIRST_IMPLAUSIBLE_SECOND } from '../token/numeric-date.ts';
import { TARGET_PREFIXES, type TargetPrefix, takesBefore } from './revocation-level.ts';

/** Names of the table's attributes. `target` is the key; only `before` takes part in a decision. */
export const ENTRY_ATTRIBUTES = {
  target: 'target',
  before: 'before',
  purgeAt: 'purgeAt',
  flush: 'flush',
  reason: 'reason',
  revokedBy: 'revokedBy',
  revokedAt: 'revokedAt',
} as const;

/** Seconds by which `iat` may exceed `before`. Not the clock tolerance: the sign-in after a revocation must work. */
export const BEFORE_SKEW = 2;

/** An entry's `before`: a second up to which issued tokens are revoked, absent (all are), or malformed (all are). */
export type Before = number | 'absent' | 'malformed';

/** Reads `before` as DynamoDB holds it. People type it by hand, so only a plain number of seconds counts. */
export function readBefore(attribute: AttributeValue | undefined): Before {
  if (attribute === undefined) return 'absent';
  const seconds = Number(attribute.N);
  return seconds >= 0 && seconds < FIRST_IMPLAUSIBLE_SECOND ? seconds : 'malformed';
}

/**
 * Whether an entry that is present revokes a token issued at `issuedAt` (seconds since the epoch).
 *
 * Present means revoked, and malformed means revoked. Only a well-formed `before` spares a token, if it was issued later.
 * TTL is not an input: an entry past its `purgeAt` counts until DynamoDB deletes it.
 */
export function entryRevokes(prefix: TargetPrefix, before: Before, issuedAt: number): boolean {
  if (typeof before !== 'number' || !takesBefore(TARGET_PREFIXES[prefix])) return true;
  return Math.floor(issuedAt) <= before + BEFORE_SKEW;
}
