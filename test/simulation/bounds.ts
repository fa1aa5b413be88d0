import { guaranteedLag, settledLag } from '../../lambda/flush-timing.ts';
import type { Plan } from './plan.ts';
import { LONGEST_FLUSH_EFFECT } from './simulated-api.ts';
import { AUTHORIZER_TIMEOUT } from './simulated-authorizer.ts';

/** Milliseconds after the acknowledgement by which the last Allow has come, whatever fails: T + L. */
export function guaranteedBound({ resultTtl }: Plan): number {
  return guaranteedLag(resultTtl, AUTHORIZER_TIMEOUT) * 1000;
}

/**
 * Milliseconds after the acknowledgement by which the last Allow has come while flushes work: what the tool calls the
 * settled lag, with the longest effect of a flush that a schedule can have.
 */
export function settledBound(plan: Plan): number {
  const settled = settledLag(plan.resultTtl, AUTHORIZER_TIMEOUT) * 1000 + LONGEST_FLUSH_EFFECT;
  return Math.min(guaranteedBound(plan), settled);
}
