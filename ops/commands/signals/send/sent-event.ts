/** The events that `signals send` takes: types of Shared Signals 1.0, CAEP and RISC by their short names. */
export const SENDABLE_EVENTS = [
  'session-revoked',
  'credential-change',
  'account-disabled',
  'account-enabled',
  'account-purged',
  'sessions-revoked',
  'verification',
  'stream-updated',
] as const;

export type SendableEvent = (typeof SENDABLE_EVENTS)[number];

/** Whom an event of `signals send` names; undefined: the event does not have the member. */
export interface SentSubject {
  readonly subject: string | undefined;
  readonly session: string | undefined;
  readonly email: string | undefined;
}

/** An event for the local transmitter. */
export interface SentEvent extends SentSubject {
  readonly type: SendableEvent;
}
