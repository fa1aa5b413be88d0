import type { KeySetEvent } from '../key-set/key-set.ts';
import { type Metric, metricLine } from '../log/metric-line.ts';
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

/** Names of the metrics, for the alarms and the dashboard. */
export const SIGNAL_METRICS = {
  received: 'SignalReceived',
  applied: 'SignalApplied',
  covered: 'SignalCovered',
  duplicate: 'SignalDuplicate',
  ignored: 'SignalIgnored',
  unmatched: 'SignalUnmatched',
  widened: 'SignalWidened',
  delay: 'SignalDelay',
  rejected: 'SignalRejected',
  failed: 'SignalFailed',
  streamStopped: 'StreamStopped',
  keySetRefreshed: 'KeySetRefreshed',
  keyDropped: 'KeyDropped',
  keySetRefreshFailed: 'KeySetRefreshFailed',
  keySetStale: 'KeySetStale',
} as const;

type EventName = SignalEvent['event'];
type EventNamed<Name extends EventName> = Extract<SignalEvent, { readonly event: Name }>;

const count = (name: string, dimensions: Metric['dimensions'], value = 1): Metric => {
  return { name, unit: 'Count', value, dimensions };
};

/**
 * The metrics of each event. A signal counts as received under its source alone, so that silence can be watched, and by its
 * outcome under source and type. A rejected one counts under its reason, and under the sender that it names.
 */
const METRICS_OF: { readonly [Name in EventName]: (event: EventNamed<Name>) => readonly Metric[] } = {
  signal: ({ source, type, outcome, delay, isWidened = false }) => [
    count(SIGNAL_METRICS.received, { Source: source }),
    count(SIGNAL_METRICS[outcome], { Source: source, Type: type }),
    ...(isWidened ? [count(SIGNAL_METRICS.widened, { Source: source })] : []),
    ...(delay === undefined ? [] : [secondsOf(SIGNAL_METRICS.delay, delay, { Source: source })]),
  ],
  'signal-rejected': ({ source, reason }) => [
    count(SIGNAL_METRICS.rejected, { Reason: reason }),
    ...(source === undefined ? [] : [count(SIGNAL_METRICS.rejected, { Source: source })]),
  ],
  'signal-failed': ({ failureCause }) => [count(SIGNAL_METRICS.failed, { Cause: failureCause })],
  'stream-stopped': ({ source }) => [count(SIGNAL_METRICS.streamStopped, { Source: source })],
  'key-set-refreshed': ({ issuer, dropped }) => [
    count(SIGNAL_METRICS.keySetRefreshed, { Issuer: issuer }),
    count(SIGNAL_METRICS.keyDropped, { Issuer: issuer }, dropped),
  ],
  'key-set-refresh-failed': ({ issuer, dropped }) => [
    count(SIGNAL_METRICS.keySetRefreshFailed, { Issuer: issuer }),
    ...(dropped === undefined ? [] : [count(SIGNAL_METRICS.keyDropped, { Issuer: issuer }, dropped)]),
  ],
  'key-set-stale': ({ issuer }) => [count(SIGNAL_METRICS.keySetStale, { Issuer: issuer })],
};

function secondsOf(name: string, value: number, dimensions: Metric['dimensions']): Metric {
  return { name, unit: 'Seconds', value, dimensions };
}

export interface SignalLogParts {
  readonly write: (line: string) => void;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Writes one JSON line for each event, with its metrics. */
export function createSignalLog({ write, functionName, now }: SignalLogParts): ReportSignalEvent {
  return (event) => {
    const metricsOf = METRICS_OF[event.event] as (event: SignalEvent) => readonly Metric[];
    write(metricLine(metricsOf(event), { ...event }, functionName, now()));
  };
}
