import { expectedLag, guaranteedLag } from '../../../lambda/flush/flush-timing.ts';
import { formatFromNow } from '../../cli/instant.ts';
import { type HeldResult, isHeld, isWrite, type RegionalResult } from './regional-result.ts';

/** Seconds from the acknowledged write to the last request that may still be allowed. */
export function lagOf(result: RegionalResult) {
  const { region, revocation } = result;
  const { resultTtlSeconds, authorizerTimeoutSeconds, flush } = region.authorizer;
  const guaranteed = guaranteedLag(resultTtlSeconds, authorizerTimeoutSeconds);
  const flushes = flush && revocation.flush && isWrite(result);
  return {
    guaranteed,
    expected: flushes ? expectedLag(resultTtlSeconds, authorizerTimeoutSeconds) : guaranteed,
    flushes,
  };
}

/** By when tokens are rejected in every Region that holds the entry. @param now - seconds since the epoch */
export function lagLines(results: readonly RegionalResult[], now: number): readonly string[] {
  const held = results.filter(isHeld);
  if (held.length === 0) return [];
  const byWhen = Math.max(...held.map((result) => (result.acknowledgedAt ?? now) + lagOf(result).guaranteed));
  return [`Rejected for certain by ${formatFromNow(byWhen, now)}; ${flushText(held)}.`];
}

function flushText(held: readonly HeldResult[]): string {
  const unflushed = held.filter((result) => !lagOf(result).flushes);
  if (unflushed.length === 0) {
    const expected = Math.max(...held.map((result) => lagOf(result).expected));
    return `expected within about ${expected} s, because the entry flushes API Gateway's cached decisions`;
  }
  if (held.every(({ outcome }) => outcome === 'unchanged')) return 'nothing was written, so nothing is flushed now';
  const where = held.length === 1 ? '' : ` in ${unflushed.map(({ region }) => region.region).join(', ')}`;
  return `without a cache flush${where}, cached decisions run out until then`;
}
