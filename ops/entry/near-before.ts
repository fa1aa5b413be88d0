import { formatInstant } from '../cli/instant.ts';
import { UsageError } from '../cli/operator-error.ts';
import type { BeforeOption } from './revocation.ts';

/** Seconds. An instant further ahead than a day is likelier a typing error than a wish. */
const FURTHEST_BEFORE = 86_400;

/** @throws UsageError */
export function requireNearBefore(before: BeforeOption, now: number, force: boolean): void {
  if (typeof before !== 'number' || force || before <= now + FURTHEST_BEFORE) return;
  throw new UsageError(
    `\`before\` is ${formatInstant(before)}, more than 24 h ahead: sign-ins until then would fail; add --force if that is meant.`,
  );
}
