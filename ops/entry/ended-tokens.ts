import { lastEnd } from '../../lambda/revocation/purge-floor.ts';
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
