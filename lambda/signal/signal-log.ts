import type { KeySetEvent } from '../key-set/key-set.ts';
import type { SignalOutcome, SignalType } from './signal.ts';
import type { SignalRejection } from './signal-rejection.ts';

/** Why a signal could not be handled: the sender is told to come again. */
export const SIGNAL_FAILURES = ['key-set', 'revocation-table', 'flush-queue', 'internal'] as const;

export type SignalFailure = (typeof SIGNAL_FAILURES)[number];

/** Everything that the receiver of signals logs. No field takes a token, a claim value or a message of a library. */
export type SignalEvent =
  | {
      readonly event: 'signal';
      readonly source: string;
      readonly type: SignalType;
      readonly outcome: SignalOutcome;
      /** Seconds from the event at the sender to the acknowledged entry; left out: nothing was written. */
      readonly delay?: number;
      readonly isWidened?: boolean;
    }
  | {
      readonly event: 'signal-rejected';
      readonly endpoint: string;
      readonly source: string | undefined;
      readonly reason: SignalRejection;
    }
  | { readonly event: 'signal-failed'; readonly failureCause: SignalFailure; readonly detail: string }
  | { readonly event: 'stream-stopped'; readonly source: string }
  | KeySetEvent;

export type ReportSignalEvent = (event: SignalEvent) => void;
