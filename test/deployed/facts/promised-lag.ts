import { guaranteedLag, settledLag } from '../../../lambda/flush/flush-timing.ts';
import { requirePatience } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';

/** Seconds past the bound for which we watch, so that a broken promise is seen and not cut off. */
const WATCH_LONGER = 5;

/** In seconds after the entry is acknowledged. */
export interface PromisedLag {
  /** The last Allow, whatever fails. */
  readonly bound: number;
  /** The last Allow while all goes well. */
  readonly usual: number;
  /** Until when to watch. */
  readonly watch: number;
}

export function promisedLag({ region, longestWait }: Experiment): PromisedLag {
  const { resultTtlSeconds, authorizerTimeoutSeconds, flush } = region.authorizer;
  const bound = guaranteedLag(resultTtlSeconds, authorizerTimeoutSeconds);
  const usual = flush ? settledLag(resultTtlSeconds, authorizerTimeoutSeconds) : bound;
  return { bound, usual, watch: Math.min(bound + WATCH_LONGER, Math.max(longestWait, usual)) };
}

/** @throws NotMeasurableError where even the usual end is too far away */
export function requireNearEnd(experiment: Experiment): PromisedLag {
  const lag = promisedLag(experiment);
  requirePatience(experiment, lag.usual, `a cached decision may last ${lag.usual} s`);
  return lag;
}
