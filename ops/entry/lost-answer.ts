import { OperatorError } from '../cli/operator-error.ts';

/** What the AWS SDK adds to answers, and to errors as well. */
interface Sent {
  readonly $metadata?: { readonly httpStatusCode?: number | undefined; readonly attempts?: number | undefined };
}

/**
 * Whether a write that failed has written nothing for certain: DynamoDB rejected it, or we did not send it. Its answers of
 * 5xx do not say so, and the rejection of a repeated request says nothing of the one before, whose answer was lost.
 */
export function hasWrittenNothing(error: unknown): boolean {
  const cause = error instanceof OperatorError ? error.cause : error;
  if (cause === undefined) return true;
  if (wasRepeated(cause as Sent)) return false;
  const { httpStatusCode = 0 } = (cause as Sent).$metadata ?? {};
  return httpStatusCode >= 400 && httpStatusCode < 500;
}

/** Whether the SDK sent the request again, so that an earlier one may have done what this answer denies. */
export function wasRepeated({ $metadata }: Sent): boolean {
  return ($metadata?.attempts ?? 1) > 1;
}

/** A write that failed after one of its requests had lost its answer: what that request did is unknown. */
export class UncertainWriteError extends OperatorError {
  /** @param lost - the answer to the repetition of that request */
  constructor(sentence: string, lost: unknown) {
    super(sentence);
    this.name = 'UncertainWriteError';
    this.cause = lost;
  }
}
