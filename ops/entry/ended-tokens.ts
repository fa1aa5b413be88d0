import { BEFORE_SKEW } from '../../lambda/revocation/revocation-entry.ts';
import { TARGET_PREFIXES } from '../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';

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
  { prefix }: RevocationTarget,
  { maxTokenAge, clockTolerance }: TrustedIssuer,
  { before, endsAt }: SaidTimes,
  now: number,
): Ended | undefined {
  const isPast = (lastEnd: number) => lastEnd + clockTolerance < now;
  if (before !== undefined)
    return isPast(before + BEFORE_SKEW + maxTokenAge) ? { by: 'before', at: before } : undefined;
  if (endsAt === undefined) return undefined;
  // A session's last token may have been issued in its last second.
  const lastEnd = TARGET_PREFIXES[prefix] === 'session' ? endsAt + maxTokenAge : endsAt;
  return isPast(lastEnd) ? { by: 'endsAt', at: endsAt } : undefined;
}
