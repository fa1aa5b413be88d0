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

/** Advice on errors of AWS and of the system, by name or code; `{message}` is the error's own message. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'there are no AWS credentials here: sign in, or set AWS_PROFILE',
  TokenProviderError: 'there are no AWS credentials here: sign in, or set AWS_PROFILE',
  ExpiredToken: '{message}: sign in again, or set AWS_PROFILE',
  ExpiredTokenException: '{message}: sign in again, or set AWS_PROFILE',
  UnrecognizedClientException: '{message}: sign in again, or set AWS_PROFILE',
  InvalidClientTokenId: '{message}: sign in again, or set AWS_PROFILE',
  Throttling: '{message}: try again in a minute',
  ThrottlingException: '{message}: try again in a minute',
  RequestLimitExceeded: '{message}: try again in a minute',
  ProvisionedThroughputExceededException: '{message}: try again in a minute',
  EISDIR: 'it is a folder: give a file',
  ENOENT: 'there is no such file: check its name and the folder that you are in',
};

/** One line about any error for an operator: our own sentence, or the name and message of the error's cause. */
export function sentenceOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof OperatorError) return error.message;
  if (error instanceof AggregateError && error.message === '') return sentenceOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const { name, code, address = '', port }: SystemError = error;
  // The credential chain's error has its last provider's failure as cause, which names a file that nobody needs.
  if (error.cause instanceof Error && !(name in ADVICE)) return sentenceOf(error.cause);
  if (code === 'ECONNREFUSED' && /^(127\.|::1$)/.test(address)) {
    return `nothing answers at ${address}:${port}: wait until \`npm start\` says that it is ready, or start it again`;
  }
  const message = error.message.replace(/\s+/g, ' ').trim();
  const said = message === '' || message === name ? name : `${name}: ${message}`;
  return (ADVICE[name] ?? ADVICE[code ?? ''] ?? '{message}').replace('{message}', () => said);
}

/** An error of the system, with the members that Node.js adds. */
interface SystemError extends Error {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
}
