import { type Metric, metricLine } from '../log/metric-line.ts';
import type { FindingKind } from '../revocation/entry-finding.ts';
import type { BreakGlassLevel } from '../revocation/revocation-level.ts';

/** Everything that the flusher logs. No field takes anything that an entry holds. */
export type FlushEvent =
  | {
      readonly event: 'entry-finding';
      readonly finding: FindingKind;
      readonly sentence: string;
      readonly writtenAt: string;
    }
  /** A signing key or a whole issuer was revoked. That is rare, and a wrong entry at these levels shuts everybody out. */
  | { readonly event: 'break-glass-entry'; readonly level: BreakGlassLevel; readonly writtenAt: string }
  /** Accepted for every known stage. `lag`: milliseconds since the oldest entry was written, as exact as the stream's seconds. */
  | { readonly event: 'flushed'; readonly entries: number; readonly stages: number; readonly lag: number }
  | { readonly event: 'flush-failed'; readonly stage: string; readonly errorName: string }
  /** The stages in SSM's parameters could not be read: those that were read before are flushed, those of new stacks are not. */
  | { readonly event: 'stages-unread'; readonly reason: string }
  /** A stage that the flusher was deployed for no longer exists, so it is not flushed. Reported once, until it is back. */
  | { readonly event: 'stage-gone'; readonly stage: string }
  /** Entries of the table that no decision reads, among `inspected` or among all of them; see `inspectStandingEntries`. */
  | {
      readonly event: 'entries-unread';
      readonly entries: number;
      readonly inspected: number;
      readonly all: boolean;
    }
  /**
   * Entries that the stream does not deliver again although a stage was not flushed for them: their caches have expired, or
   * they were let go for the entries behind them. Reported once for each entry.
   */
  | { readonly event: 'flush-abandoned'; readonly entries: number };

export type ReportFlushEvent = (event: FlushEvent) => void;

/** Names of the metrics, for the alarms and the dashboard. */
export const FLUSH_METRICS = {
  finding: 'EntryFinding',
  breakGlass: 'BreakGlassEntry',
  lag: 'FlushLag',
  failed: 'FlushFailed',
  gone: 'StageGone',
  unread: 'EntriesUnread',
  abandoned: 'FlushAbandoned',
} as const;

type EventName = FlushEvent['event'];
type EventNamed<Name extends EventName> = Extract<FlushEvent, { readonly event: Name }>;

const count = (name: string, value = 1): Metric => ({ name, unit: 'Count', value, dimensions: {} });

const METRIC_OF: { readonly [Name in EventName]: (event: EventNamed<Name>) => Metric } = {
  'entry-finding': () => count(FLUSH_METRICS.finding),
  'break-glass-entry': () => count(FLUSH_METRICS.breakGlass),
  flushed: ({ lag }) => ({ name: FLUSH_METRICS.lag, unit: 'Milliseconds', value: lag, dimensions: {} }),
  'flush-failed': () => count(FLUSH_METRICS.failed),
  'stages-unread': () => count(FLUSH_METRICS.failed),
  'stage-gone': () => count(FLUSH_METRICS.gone),
  'entries-unread': ({ entries }) => count(FLUSH_METRICS.unread, entries),
  'flush-abandoned': ({ entries }) => count(FLUSH_METRICS.abandoned, entries),
};

export interface FlushLogParts {
  readonly write: (line: string) => void;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Writes one JSON line for each event, with its metric. */
export function createFlushLog({ write, functionName, now }: FlushLogParts): ReportFlushEvent {
  return (event) => {
    const metricOf = METRIC_OF[event.event] as (event: FlushEvent) => Metric;
    write(metricLine([metricOf(event)], event, functionName, now()));
  };
}
