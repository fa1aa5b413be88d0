import type { FailureCause, RejectionReason } from '../errors.ts';
import type { KeySetEvent } from '../key-set/key-set.ts';
import type { RevocationListEvent } from '../revocation/revocation-list.ts';
import type { TableReadEvent } from '../revocation/revocation-table.ts';
import { type Metric, metricLine } from './metric-line.ts';
import type { RejectionEvidence } from './rejection-evidence.ts';

/** The outcome for a token. Each event is one line, which also carries what was measured on the way. */
type DecisionEvent =
  | { readonly event: 'allowed'; readonly issuer: string; readonly routes: number }
  | ({ readonly event: 'rejected'; readonly reason: RejectionReason; readonly seen: number } & RejectionEvidence)
  | { readonly event: 'failed'; readonly failureCause: FailureCause; readonly detail: string };

/** The time from the start of the process until it can take its first request. */
type ColdStartEvent = { readonly event: 'cold-start'; readonly milliseconds: number };

/** Everything that the authorizer logs. No field takes a token, a claim value or a message of a library. */
export type AuthorizerEvent = DecisionEvent | ColdStartEvent | TableReadEvent | KeySetEvent | RevocationListEvent;

export type ReportEvent = (event: AuthorizerEvent) => void;

/** Names of the metrics, for the alarms and the dashboard. */
export const AUTHORIZER_METRICS = {
  allowed: 'Allowed',
  rejected: 'Rejected',
  failed: 'Failed',
  coldStart: 'ColdStart',
  tableRead: 'TableReadLatency',
  revoked: 'Revoked',
  entryMalformed: 'EntryMalformed',
  keySetRefreshed: 'KeySetRefreshed',
  keyDropped: 'KeyDropped',
  keySetRefreshFailed: 'KeySetRefreshFailed',
  keySetStale: 'KeySetStale',
} as const;

type EventName = AuthorizerEvent['event'];
type EventNamed<Name extends EventName> = Extract<AuthorizerEvent, { readonly event: Name }>;
type Dimensions = Metric['dimensions'];

const count = (name: string, dimensions: Dimensions = {}, value = 1): Metric => ({
  name,
  unit: 'Count',
  value,
  dimensions,
});
const duration = (name: string, value: number): Metric => ({ name, unit: 'Milliseconds', value, dimensions: {} });

const METRICS_OF: { readonly [Name in EventName]: (event: EventNamed<Name>) => readonly Metric[] } = {
  allowed: () => [count(AUTHORIZER_METRICS.allowed)],
  rejected: ({ reason, seen }) => [count(AUTHORIZER_METRICS.rejected, { Reason: reason }, seen)],
  failed: ({ failureCause }) => [count(AUTHORIZER_METRICS.failed, { Cause: failureCause })],
  'cold-start': ({ milliseconds }) => [duration(AUTHORIZER_METRICS.coldStart, milliseconds)],
  'table-read': ({ milliseconds }) => [duration(AUTHORIZER_METRICS.tableRead, milliseconds)],
  revoked: ({ level }) => [count(AUTHORIZER_METRICS.revoked, { Level: level })],
  'entry-malformed': ({ level }) => [count(AUTHORIZER_METRICS.entryMalformed, { Level: level })],
  'key-set-refreshed': ({ issuer, dropped }) => [
    count(AUTHORIZER_METRICS.keySetRefreshed, { Issuer: issuer }),
    count(AUTHORIZER_METRICS.keyDropped, { Issuer: issuer }, dropped),
  ],
  'key-set-refresh-failed': ({ issuer, dropped }) => [
    count(AUTHORIZER_METRICS.keySetRefreshFailed, { Issuer: issuer }),
    ...(dropped === undefined ? [] : [count(AUTHORIZER_METRICS.keyDropped, { Issuer: issuer }, dropped)]),
  ],
  'key-set-stale': ({ issuer }) => [count(AUTHORIZER_METRICS.keySetStale, { Issuer: issuer })],
};

const DECISIONS: ReadonlySet<EventName> = new Set<DecisionEvent['event']>(['allowed', 'rejected', 'failed']);
const MEASUREMENTS: ReadonlySet<EventName> = new Set<EventName>(['cold-start', 'table-read']);

/** Maximum number of values of one metric in a line. Measurements pile up under attack, when most rejections are not logged. */
const MAX_VALUES = 100;

export interface AuthorizerLogParts {
  readonly write: (line: string) => void;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Writes one JSON line for each event, with its metrics. Measurements wait for the line of the next decision: a line costs
 * more than a number, and an environment decides one token at a time.
 */
export function createAuthorizerLog({ write, functionName, now }: AuthorizerLogParts): ReportEvent {
  const waiting = new Map<string, Metric & { readonly value: number[] }>();
  const keep = (metric: Metric): void => {
    const { value } = waiting.get(metric.name) ?? { value: [] };
    waiting.set(metric.name, { ...metric, value: [...value, metric.value].flat().slice(-MAX_VALUES) });
  };
  return (event) => {
    const metrics = (METRICS_OF[event.event] as (event: AuthorizerEvent) => readonly Metric[])(event);
    if (MEASUREMENTS.has(event.event)) return metrics.forEach(keep);
    const measured = DECISIONS.has(event.event) ? [...waiting.values()] : [];
    if (measured.length > 0) waiting.clear();
    write(metricLine([...metrics, ...measured], { ...event }, functionName, now()));
  };
}
