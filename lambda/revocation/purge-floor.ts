import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import { BEFORE_SKEW } from './revocation-entry.ts';
import { type RevocationTarget, TARGET_PREFIXES } from './revocation-target.ts';

/** Seconds kept on top of every bound: clocks of people, of DynamoDB's TTL and of CloudFormation updates differ. */
const SAFETY_MARGIN = 3600;

/** What is known when an entry is written. All instants in seconds since the epoch. */
export interface PurgeFloorFacts {
  readonly now: number;
  /** When the revoked token ends for certain, or when its session can bear no further token; undefined: nobody knows. */
  readonly endsAt: number | undefined;
  readonly before: number | undefined;
}

/**
 * The earliest `purgeAt` (seconds) at which deleting the entry re-admits nothing; undefined: it must stay for ever.
 *
 * Sound only because `maxTokenAge` is always enforced: no token outlives `iat + maxTokenAge`.
 */
export function purgeFloor(
  { prefix }: Pick<RevocationTarget, 'prefix'>,
  issuer: Pick<TrustedIssuer, 'maxTokenAge' | 'clockTolerance'>,
  { now, endsAt, before }: PurgeFloorFacts,
): number | undefined {
  const afterExpiry = issuer.clockTolerance + SAFETY_MARGIN;
  switch (TARGET_PREFIXES[prefix]) {
    case 'token':
      return Math.ceil(endsAt ?? now + issuer.maxTokenAge) + afterExpiry;
    case 'session':
      // The session's last token may have been issued in its last second.
      return endsAt === undefined ? undefined : Math.ceil(endsAt) + issuer.maxTokenAge + afterExpiry;
    case 'key':
      return undefined;
    default:
      return before === undefined
        ? undefined
        : Math.ceil(Math.max(before, now)) + BEFORE_SKEW + issuer.maxTokenAge + afterExpiry;
  }
}
