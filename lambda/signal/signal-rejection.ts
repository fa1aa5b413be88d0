import type { RejectionReason } from '../errors.ts';

/** Why a message is not a signal, besides the reasons for which a token is rejected. */
export const SIGNAL_REJECTIONS = [
  'request',
  'unknown-sender',
  'kind',
  'authorization',
  'no-id',
  'nonce',
  'events',
  'event',
  'subject',
  'subject-claim',
  'expires',
  'not-a-signal',
] as const;

/** The message is bad for certain. The sender is told, and nothing is written. */
export type SignalRejection = (typeof SIGNAL_REJECTIONS)[number] | RejectionReason;

export class InvalidSignalError extends Error {
  readonly reason: SignalRejection;
  /** The sender that the message names, if it is a configured one. */
  readonly sender: string | undefined;

  constructor(reason: SignalRejection, sender?: string) {
    super(`Signal rejected: ${reason}`);
    this.name = 'InvalidSignalError';
    this.reason = reason;
    this.sender = sender;
  }
}
