import { OperatorError } from '../cli/operator-error.ts';

/** What the AWS SDK adds to responses and to errors. */
interface Sent {
  readonly $metadata?: { readonly httpStatusCode?: number | undefined; readonly attempts?: number | undefined };
}

/**
 * Whether a failed write has certainly written nothing: DynamoDB rejected it, or it was not sent. A response of 5xx does not
 * say so, nor does the rejection of a repeated request, because the answer to the first one was lost.
 */
export function hasWrittenNothing(error: unknown): boolean {
  const cause = error instanceof OperatorError ? error.cause : error;
  if (cause === undefined) return true;
  if (wasRepeated(cause as Sent)) return false;
  const { httpStatusCode = 0 } = (cause as Sent).$metadata ?? {};
  return httpStatusCode >= 400 && httpStatusCode < 500;
}

/** Whether the SDK repeated the request, so that an earlier one may have been carried out despite this answer. */
export function wasRepeated({ $metadata }: Sent): boolean {
  return ($metadata?.attempts ?? 1) > 1;
}

/** A write that failed after the answer to one of its requests was lost: what that request did is unknown. */
export class UncertainWriteError extends OperatorError {
  /** @param lost - the answer to the repetition of that request */
  constructor(sentence: string, lost: unknown) {
    super(sentence);
    this.name = 'UncertainWriteError';
    this.cause = lost;
  }
}
