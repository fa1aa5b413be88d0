import { guaranteedLag, settledLag } from '../../../lambda/flush/flush-timing.ts';
import { requirePatience } from '../conditions.ts';
import type { Experiment } from '../experiment.ts';

/** Seconds to watch past the bound, so that a broken promise is seen in full. */
const WATCH_LONGER = 5;

/** Times in seconds after the entry is acknowledged. */
export interface PromisedLag {
  /** The last Allow, whatever fails. */
  readonly bound: number;
  /** The last Allow while flushes work. */
  readonly usual: number;
  /** The end of the watch. */
  readonly watch: number;
}

export function promisedLag({ region, longestWait }: Experiment): PromisedLag {
  const { resultTtlSeconds, authorizerTimeoutSeconds, flush } = region.authorizer;
  const bound = guaranteedLag(resultTtlSeconds, authorizerTimeoutSeconds);
  const usual = flush ? settledLag(resultTtlSeconds, authorizerTimeoutSeconds) : bound;
  return { bound, usual, watch: Math.min(bound + WATCH_LONGER, Math.max(longestWait, usual)) };
}

/** @throws NotMeasurableError when even the usual end is beyond --longest-wait */
export function requireNearEnd(experiment: Experiment): PromisedLag {
  const lag = promisedLag(experiment);
  requirePatience(experiment, lag.usual, `a cached decision may last ${lag.usual} s`);
  return lag;
}
