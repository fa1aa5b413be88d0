/** Why a bearer token was refused: the field of a log line and the dimension of a metric. Nothing here says what was in it. */
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
  'revoked',
] as const;

export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** The token is no good, and that is certain: the client gets 401. Everything else that is thrown is our own failure. */
export class InvalidTokenError extends Error {
  readonly reason: RejectionReason;

  constructor(reason: RejectionReason) {
    super(`Bearer token rejected: ${reason}`);
    this.name = 'InvalidTokenError';
    this.reason = reason;
  }
}
