import { sentenceOf } from '../../ops/cli/operator-error.ts';

/**
 * `promise`: what this product promises; a broken one fails the run. `fact`: what API Gateway does where AWS documents
 * nothing; one that differs from ours does not fail the run, since the code is safe under each.
 */
export type FindingKind = 'promise' | 'fact';

export interface Seen {
  readonly seen: string;
  /** What the result means for a team, one sentence; undefined: the row says it. */
  readonly meaning?: string | undefined;
  readonly verdict: 'ok' | 'differs' | 'broken';
}

export interface Measurement {
  readonly kind: FindingKind;
  readonly fact: string;
  readonly expected: string;
  readonly measure: () => Promise<Seen>;
}

/** One row of the report. */
export interface Finding extends Omit<Measurement, 'measure'> {
  readonly seen: string;
  readonly meaning?: string | undefined;
  readonly verdict: Seen['verdict'] | 'not measured';
}

/** Says why something cannot be measured here, and nothing about the deployment. */
export class NotMeasurableError extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'NotMeasurableError';
  }
}

/** Takes a measurement, whose own failure becomes its finding. @throws the reason of `signal` when it is aborted */
export async function findingOf({ measure, ...row }: Measurement, signal: AbortSignal): Promise<Finding> {
  try {
    return { ...row, ...(await measure()) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotMeasurableError) return { ...row, seen: error.message, verdict: 'not measured' };
    return { ...row, seen: sentenceOf(error), verdict: row.kind === 'promise' ? 'broken' : 'not measured' };
  }
}

export function kept(isKept: boolean, seen: string): Seen {
  return { seen, verdict: isKept ? 'ok' : 'broken' };
}

export function asExpected(isExpected: boolean, seen: string, meaning?: string): Seen {
  return { seen, verdict: isExpected ? 'ok' : 'differs', ...(meaning !== undefined && { meaning }) };
}
