import type { SourceEntries } from './signal-source.ts';

/** What a signal says, by the names of metrics, of entries' `reason`s and of the operator's tool. */
export const SIGNAL_TYPES = [
  'token-revocation',
  'backchannel-logout',
  'global-token-revocation',
  'session-revoked',
  'sessions-revoked',
  'credential-change',
  'account-disabled',
  'account-purged',
  'account-enabled',
  'verification',
  'stream-updated',
  'cognito-sign-out',
  'cognito-password',
  'cognito-disable',
  'cognito-delete',
  'cognito-enable',
  'cognito-revoke-token',
  'other',
] as const;

export type SignalType = (typeof SIGNAL_TYPES)[number];

/** The prefixes of the entries that signals write. Never a key or an issuer. */
export type SignalPrefix = 'jti' | 'th' | 'sid' | 'sub';

/** One entry that a signal asks for, or asks to lift. All instants in seconds since the epoch. */
export type Effect =
  | {
      readonly kind: 'revoke';
      readonly prefix: SignalPrefix;
      readonly value: string;
      /** Tokens issued at or before it are revoked; undefined: all, as at levels without a `before`. */
      readonly before: number | undefined;
      /** When the token or the session ends for certain; undefined: unknown. */
      readonly endsAt: number | undefined;
    }
  /**
   * Ends this source's block of the subject if the block is older than the signal, and nothing else: tokens issued until `eventAt` stay
   * revoked, later ones work.
   */
  | { readonly kind: 'lift'; readonly prefix: 'sub'; readonly value: string };

/** A signal that has been verified, or that came from AWS. */
export interface Signal {
  readonly source: SourceEntries;
  readonly type: SignalType;
  /**
   * What tells the signal from others of its source and type: a repetition changes nothing. undefined: not remembered, because the
   * sender may mean a repetition (RFC 7009).
   */
  readonly id: string | undefined;
  /**
   * When the event took place at the sender, in whole seconds since the epoch; never after now. It orders the blocks and the lifts of
   * one source, which may arrive in any order.
   */
  readonly eventAt: number;
  /** Until when a repetition would be accepted, in seconds: the id is remembered for longer. */
  readonly acceptedUntil: number;
  /** Empty: there is nothing to write; `inaction` says why. */
  readonly effects: readonly Effect[];
  /** Why there are no effects. `ignored`: the type writes nothing. `unmatched`: it names nobody whom an entry can name. */
  readonly inaction?: 'ignored' | 'unmatched';
  /** Whether the signal narrows its subject by members that no entry can express (device, tenant): it revokes the whole user. */
  readonly isWidened?: boolean;
  /** Only for `stream-updated`: the sender's stream sends nothing any more. */
  readonly isStreamStopped?: boolean;
}

/** What became of a signal. `covered`: entries at least as strong were there. `duplicate`: it was applied before. */
export const SIGNAL_OUTCOMES = ['applied', 'covered', 'duplicate', 'ignored', 'unmatched'] as const;

export type SignalOutcome = (typeof SIGNAL_OUTCOMES)[number];
