import type { RejectionReason } from '../rejection.ts';
import type { RefusalEvidence } from './refusal-evidence.ts';

/** Most offenders told apart; past it the counting starts anew, which costs log lines and bounds memory. */
const MOST_OFFENDERS = 1_000;

/** Most refusals of a reason that wait for a line: what an environment that ends may keep to itself. */
const MOST_UNLOGGED = 100;

/**
 * Thins out the log of somebody who sends one bad token again and again: the refusals number 1 and 10 of a reason and
 * fingerprint are logged, and whenever a hundred of a reason wait. Each logged one stands for all of its reason that
 * were not, so that metrics count them.
 */
export interface RefusalSampling {
  /** How many refusals a line for this one stands for; undefined: not to be logged. */
  sample(reason: RejectionReason, evidence: RefusalEvidence): number | undefined;
}

export function createRefusalSampling(): RefusalSampling {
  const seenBy = new Map<string, number>();
  const unlogged = new Map<RejectionReason, number>();
  return {
    sample(reason, { fingerprint = '' }) {
      const offender = `${reason} ${fingerprint}`;
      if (!seenBy.has(offender) && seenBy.size >= MOST_OFFENDERS) seenBy.clear();
      const seen = (seenBy.get(offender) ?? 0) + 1;
      seenBy.set(offender, seen);
      const waiting = (unlogged.get(reason) ?? 0) + 1;
      const isLogged = [1, 10].includes(seen) || waiting === MOST_UNLOGGED;
      unlogged.set(reason, isLogged ? 0 : waiting);
      return isLogged ? waiting : undefined;
    },
  };
}
