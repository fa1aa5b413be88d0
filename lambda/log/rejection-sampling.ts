import type { RejectionReason } from '../rejection.ts';
import type { RejectionEvidence } from './rejection-evidence.ts';

/** Most offenders told apart; past it the counting starts anew, which costs log lines and bounds memory. */
const MAX_OFFENDERS = 1_000;

/** Most rejections of a reason that wait for a line: what an environment that ends may keep to itself. */
const MAX_UNLOGGED = 100;

/**
 * Thins out the log of somebody who sends one bad token again and again: the rejections number 1 and 10 of a reason and
 * fingerprint are logged, and whenever a hundred of a reason wait. Each logged one stands for all of its reason that
 * were not, so that metrics count them.
 */
export interface RejectionSampling {
  /** How many rejections a line for this one stands for; undefined: not to be logged. */
  sample(reason: RejectionReason, evidence: RejectionEvidence): number | undefined;
}

export function createRejectionSampling(): RejectionSampling {
  const seenBy = new Map<string, number>();
  const unlogged = new Map<RejectionReason, number>();
  return {
    sample(reason, { fingerprint = '' }) {
      const offender = `${reason} ${fingerprint}`;
      if (!seenBy.has(offender) && seenBy.size >= MAX_OFFENDERS) seenBy.clear();
      const seen = (seenBy.get(offender) ?? 0) + 1;
      seenBy.set(offender, seen);
      const waiting = (unlogged.get(reason) ?? 0) + 1;
      const isLogged = [1, 10].includes(seen) || waiting === MAX_UNLOGGED;
      unlogged.set(reason, isLogged ? 0 : waiting);
      return isLogged ? waiting : undefined;
    },
  };
}
