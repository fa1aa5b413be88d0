/** The command line is wrong: exit code 2. Thrown before anything is read or written. */
export class UsageError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UsageError';
  }
}

/** The command is right and cannot be done: exit code 1. The sentence names the thing, what was found, what to do. */
export class OperatorError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'OperatorError';
  }
}

/** What to tell an operator of any error: our own sentence, or the name and message of its cause, on one line. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof OperatorError) return error.message;
  if (error instanceof AggregateError && error.message === '') return sentenceOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return sentenceOf(error.cause);
  const message = error.message.replace(/\s+/g, ' ').trim();
  return message === '' || message === error.name ? error.name : `${error.name}: ${message}`;
}
