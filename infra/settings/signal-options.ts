import type { Duration } from 'aws-cdk-lib';
import { MAX_SHARED_PERIOD } from '../../lambda/flush/flush-timing.ts';
import { reservedConcurrency } from './authorizer-check.ts';
import { type Throttle, throttle } from './values/throttle.ts';
import { isWhole, optional, secondsIn, type ValidatorsOf, valueWhere } from './values/validators.ts';

/** How the receiver of signals runs, whatever its sources are. */
export interface SignalOptions {
  /**
   * Sources whose `flush` is `shared` flush API Gateway's result cache together, at most once in this time: whole seconds from 5 to 240. An
   * entry of theirs takes effect up to this time later than one that flushes at once.
   * @default 30 seconds
   */
  readonly flushEvery?: Duration;
  /**
   * How many signals each endpoint accepts, at each stage of the API. Senders that get 429 come again, except for those of logout tokens.
   * @default 50 per second and 100 at once
   */
  readonly throttle?: Throttle;
  /**
   * The number of concurrent signals to reserve for the function, which is also its maximum. Past it, senders get an error, and most come
   * again. An account with a limit of 10 cannot reserve any.
   * @default none reserved: the function shares the account's concurrency with all other functions
   */
  readonly reservedConcurrency?: number;
}

/** In seconds. Flushes that come more often leave nothing in the cache. */
const MIN_SHARED_PERIOD = 5;

export const SIGNAL_OPTIONS: ValidatorsOf<SignalOptions> = {
  flushEvery: optional(
    valueWhere(
      (value) => isWhole(secondsIn(value), MIN_SHARED_PERIOD, MAX_SHARED_PERIOD),
      `write Duration.seconds(${MIN_SHARED_PERIOD}) to Duration.seconds(${MAX_SHARED_PERIOD})`,
    ),
  ),
  throttle: optional(throttle),
  reservedConcurrency: optional(reservedConcurrency),
};
