import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import { BEFORE_SKEW } from './revocation-entry.ts';
import { type LevelRow, levelRow } from './revocation-level.ts';
import type { RevocationTarget } from './revocation-target.ts';

/** Seconds added to every bound, because the clocks of people, of DynamoDB's TTL and of CloudFormation differ. */
const SAFETY_MARGIN = 3600;

/** What is known when an entry is written. All instants in seconds since the epoch. */
export interface PurgeFloorFacts {
  readonly now: number;
  /** When the token ends for certain, or when its session issues no further token; undefined: unknown. */
  readonly endsAt: number | undefined;
  readonly before: number | undefined;
}

/** When the last token that an entry revokes ends (seconds, by the issuer's clock); infinite: nobody knows. */
export function lastEnd(
  { prefix }: Pick<RevocationTarget, 'prefix'>,
  { maxTokenAge }: Pick<TrustedIssuer, 'maxTokenAge'>,
  { now, endsAt, before = Infinity }: PurgeFloorFacts,
): number {
  const ends: Readonly<Record<LevelRow['boundBy'], number>> = {
    token: endsAt ?? now + maxTokenAge,
    // The session's last token may have been issued in its last second.
    session: (endsAt ?? Infinity) + maxTokenAge,
    before: Math.max(before, now) + BEFORE_SKEW + maxTokenAge,
    nothing: Infinity,
  };
  return ends[levelRow(prefix).boundBy];
}

/**
 * The earliest `purgeAt` (seconds) at which deleting the entry re-admits nothing; undefined: it must never be deleted.
 *
 * Sound only because `maxTokenAge` is always enforced: no token outlives `iat + maxTokenAge`.
 */
export function purgeFloor(
  target: Pick<RevocationTarget, 'prefix'>,
  issuer: Pick<TrustedIssuer, 'maxTokenAge' | 'clockTolerance'>,
  facts: PurgeFloorFacts,
): number | undefined {
  const floor = Math.ceil(lastEnd(target, issuer, facts)) + issuer.clockTolerance + SAFETY_MARGIN;
  return floor === Infinity ? undefined : floor;
}
