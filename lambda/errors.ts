/** Why a bearer token was rejected: a field of log lines and a dimension of a metric. No reason says what the token holds. */
export const REJECTION_REASONS = [
  'oversized',
  'not-bearer',
  'malformed',
  'header',
  'header-parameter',
  'algorithm',
  'token-type',
  'key-id',
  'unknown-issuer',
  'unknown-key',
  'signature',
  'expired',
  'not-before',
  'issued-at',
  'too-old',
  'audience',
  'client',
  'claim',
  'no-token-id',
  'bound-token',
  'revoked',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/**
 * The token is bad for certain: the client gets 401. Every other error is our own failure.
 *
 * It has no stack trace: the reason says it all, and for garbage the trace would cost more than the check.
 */
export class InvalidTokenError extends Error {
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason) {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(`Bearer token rejected: ${reason}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'InvalidTokenError';
    this.reason = reason;
  }
}

/** The error that API Gateway answers with 401, for this exact message only. No stack trace: Lambda would log it each time. */
export function unauthorized(): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = new Error('Unauthorized');
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** Why no decision was possible: a field of log lines and a dimension of a metric. */
export const FAILURE_CAUSES = ['event', 'key-set', 'revocation-table', 'internal'] as const;

export type FailureCause = (typeof FAILURE_CAUSES)[number];

/**
 * Nobody knows whether the token is good. The client gets 500, API Gateway caches nothing, the next call may succeed.
 *
 * `detail` names the obstacle (an HTTP status, an AWS error name); it never holds text that a token or a person supplied.
 */
export class CannotDecideError extends Error {
  readonly failureCause: FailureCause;
  readonly detail: string;

  constructor(failureCause: FailureCause, detail: string) {
    super(`Cannot decide: ${failureCause} (${detail})`);
    this.name = 'CannotDecideError';
    this.failureCause = failureCause;
    this.detail = detail;
  }
}
