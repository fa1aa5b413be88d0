import { guaranteedLag, settledLag, settledLagByAnyClock } from '../../../lambda/flush/flush-timing.ts';
import { MAX_FLUSH_EFFECT } from './parts/simulated-api.ts';
import { AUTHORIZER_TIMEOUT } from './parts/simulated-authorizer.ts';
import type { Plan } from './plan.ts';

/** T + L: maximum milliseconds from the acknowledgement to the last Allow, whatever fails. */
export function guaranteedBound({ resultTtl }: Plan): number {
  return guaranteedLag(resultTtl, AUTHORIZER_TIMEOUT) * 1000;
}

/**
 * Maximum milliseconds from the acknowledgement to the last Allow while flushes work and clocks agree: the settled lag of
 * the tool, plus the longest time that a flush takes effect in a schedule.
 */
export function settledBound(plan: Plan): number {
  return boundOf(plan, settledLag(plan.resultTtl, AUTHORIZER_TIMEOUT));
}

/** Maximum milliseconds from the acknowledgement to the last Allow while flushes work, however much the clocks differ. */
export function settledBoundByAnyClock(plan: Plan): number {
  return boundOf(plan, settledLagByAnyClock(plan.resultTtl, AUTHORIZER_TIMEOUT));
}

function boundOf(plan: Plan, seconds: number): number {
  return Math.min(guaranteedBound(plan), seconds * 1000 + MAX_FLUSH_EFFECT);
}
