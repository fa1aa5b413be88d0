import { isWhole, objectOf, type Validator, valueWhere } from './validators.ts';

/** How many requests a method or an API accepts. Requests above get 429 before any function is invoked. */
export interface Throttle {
  /** Requests per second, on average. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
}

const requests = valueWhere((value) => isWhole(value, 1, 1_000_000), 'write a whole number of requests');

export const throttle: Validator = objectOf({ rate: requests, burst: requests });
