import { adviceOn, hasAdvice } from '../text/error-advice.ts';

/** The command line is wrong: exit code 2. It is thrown before anything is written. */
export class UsageError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'UsageError';
  }
}

/** The command is right but cannot be done: exit code 1. The sentence names the thing, what was found and what to do. */
export class OperatorError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'OperatorError';
  }
}

/** One line about any error for an operator: our own sentence, or the name and message of the error's cause. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof OperatorError) return error.message;
  if (error instanceof AggregateError && error.message === '') return sentenceOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { name, code, address = '', port }: SystemError = error;
  // The credential chain's error has its last provider's failure as cause, which names a file that nobody needs.
  if (error.cause instanceof Error && !hasAdvice(name)) return sentenceOf(error.cause);
  if (code === 'ECONNREFUSED' && /^(127\.|::1$)/.test(address)) {
    return `nothing answers at ${address}:${port}: wait until the run here says that it is ready, or start it again`;
  }
  const message = error.message.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  const said = message === '' || message === name ? name : `${name === 'Error' ? '' : `${name}: `}${message}`;
  // AWS's SDK reads the same variable.
  const advised = { said, message, profile: process.env.AWS_PROFILE ?? '' };
  return adviceOn(name, advised) ?? adviceOn(code ?? '', advised) ?? said;
}

/** An error of the system, with the members that Node.js adds. */
interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}
