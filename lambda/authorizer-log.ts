import type { FailureCause } from './failure.ts';
import type { KeySetEvent } from './key-set.ts';
import { type Metric, metricLine } from './metric-line.ts';
import type { RefusalEvidence } from './refusal-evidence.ts';
import type { RejectionReason } from './rejection.ts';
import type { RevocationListEvent } from './revocation-list.ts';

/** Everything the authorizer ever says. No field takes a token, a claim value or a message of a library. */
export type AuthorizerEvent =
  | { readonly event: 'allowed'; readonly issuer: string; readonly routes: number }
  | ({ readonly event: 'refused'; readonly reason: RejectionReason; readonly seen: number } & RefusalEvidence)
  | { readonly event: 'failed'; readonly failureCause: FailureCause; readonly detail: string }
  | KeySetEvent
  | RevocationListEvent;

export type ReportEvent = (event: AuthorizerEvent) => void;

type EventName = AuthorizerEvent['event'];
type EventNamed<Name extends EventName> = Extract<AuthorizerEvent, { readonly event: Name }>;

const count = (name: string, dimensions: Readonly<Record<string, string>>, value = 1): Metric => ({
  name,
  unit: 'Count',
  value,
  dimensions,
});

/** The metric of each event. Names and dimensions stand in the dashboard and the alarms too. */
export const METRIC_OF: { readonly [Name in EventName]: (event: EventNamed<Name>) => Metric } = {
  allowed: () => count('Allowed', {}),
  refused: ({ reason, seen }) => count('Refused', { Reason: reason }, seen),
  failed: ({ failureCause }) => count('Failed', { Cause: failureCause }),
  revoked: ({ level }) => count('Revoked', { Level: level }),
  'entry-malformed': ({ level }) => count('EntryMalformed', { Level: level }),
  'key-set-refreshed': ({ issuer, dropped }) => count('KeyDropped', { Issuer: issuer }, dropped),
  'key-set-refresh-failed': ({ issuer }) => count('KeySetRefreshFailed', { Issuer: issuer }),
  'key-set-stale': ({ issuer }) => count('KeySetStale', { Issuer: issuer }),
};

export interface AuthorizerLogParts {
  readonly write: (line: string) => void;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One JSON line for each event, which is its metric too. */
export function createAuthorizerLog({ write, functionName, now }: AuthorizerLogParts): ReportEvent {
  return (event) => {
    const metricOf = METRIC_OF[event.event] as (event: AuthorizerEvent) => Metric;
    write(metricLine(metricOf(event), { ...event }, functionName, now()));
  };
}
