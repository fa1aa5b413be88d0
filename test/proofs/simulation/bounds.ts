import { guaranteedLag, settledLag, settledLagByAnyClock } from '../../../lambda/flush/flush-timing.ts';
import { MAX_FLUSH_EFFECT } from './parts/simulated-api.ts';
import { AUTHORIZER_TIMEOUT } from './parts/simulated-authorizer.ts';
import type { Plan } from './plan.ts';

/** Milliseconds after the acknowledgement by which the last Allow has come, whatever fails: T + L. */
export function guaranteedBound({ resultTtl }: Plan): number {
  return guaranteedLag(resultTtl, AUTHORIZER_TIMEOUT) * 1000;
}

/**
 * Milliseconds after the acknowledgement by which the last Allow has come while flushes work and clocks agree: what the
 * tool calls the settled lag, with the longest effect of a flush that a schedule can have.
 */
export function settledBound(plan: Plan): number {
  return boundOf(plan, settledLag(plan.resultTtl, AUTHORIZER_TIMEOUT));
}

/** The same while flushes work, whatever the clocks say. */
export function settledBoundByAnyClock(plan: Plan): number {
  return boundOf(plan, settledLagByAnyClock(plan.resultTtl, AUTHORIZER_TIMEOUT));
}

function boundOf(plan: Plan, seconds: number): number {
  return Math.min(guaranteedBound(plan), seconds * 1000 + MAX_FLUSH_EFFECT);
}
