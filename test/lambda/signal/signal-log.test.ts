import { expect, it } from 'vitest';
import { createSignalLog, type SignalEvent } from '../../../lambda/signal/signal-log.ts';

type Counted = readonly [metric: string, value: number, unit: string, ...dimensions: readonly string[]];

const events: readonly (readonly [event: SignalEvent, counted: readonly Counted[], values: object])[] = [
  ...(['applied', 'covered', 'duplicate', 'ignored', 'unmatched'] as const).map((outcome) => {
    const event: SignalEvent = { event: 'signal', source: 'okta', type: 'session-revoked', outcome };
    const metric = `Signal${outcome[0]?.toUpperCase()}${outcome.slice(1)}`;
    return [
      event,
      [
        ['SignalReceived', 1, 'Count', 'Source'],
        [metric, 1, 'Count', 'Source', 'Type'],
      ],
      { Source: 'okta', Type: 'session-revoked' },
    ] as const;
  }),
  [
    { event: 'signal', source: 'okta', type: 'credential-change', outcome: 'applied', delay: 1.5, isWidened: true },
    [
      ['SignalReceived', 1, 'Count', 'Source'],
      ['SignalApplied', 1, 'Count', 'Source', 'Type'],
      ['SignalWidened', 1, 'Count', 'Source'],
      ['SignalDelay', 1.5, 'Seconds', 'Source'],
    ],
    { Source: 'okta', Type: 'credential-change' },
  ],
  [
    { event: 'signal', source: 'okta', type: 'credential-change', outcome: 'applied', delay: 0, isWidened: false },
    [
      ['SignalReceived', 1, 'Count', 'Source'],
      ['SignalApplied', 1, 'Count', 'Source', 'Type'],
      ['SignalDelay', 0, 'Seconds', 'Source'],
    ],
    { Source: 'okta', Type: 'credential-change' },
  ],
  [
    { event: 'signal-rejected', endpoint: 'events', source: undefined, reason: 'unknown-sender' },
    [['SignalRejected', 1, 'Count', 'Reason']],
    { Reason: 'unknown-sender' },
  ],
  [
    { event: 'signal-rejected', endpoint: 'events', source: 'okta', reason: 'audience' },
    [
      ['SignalRejected', 1, 'Count', 'Reason'],
      ['SignalRejected', 1, 'Count', 'Source'],
    ],
    { Reason: 'audience', Source: 'okta' },
  ],
  [
    { event: 'signal-failed', failureCause: 'flush-queue', detail: 'status 500' },
    [['SignalFailed', 1, 'Count', 'Cause']],
    { Cause: 'flush-queue' },
  ],
  [{ event: 'stream-stopped', source: 'okta' }, [['StreamStopped', 1, 'Count', 'Source']], { Source: 'okta' }],
  [
    { event: 'key-set-refreshed', issuer: 'okta', keys: 2, dropped: 1 },
    [
      ['KeySetRefreshed', 1, 'Count', 'Issuer'],
      ['KeyDropped', 1, 'Count', 'Issuer'],
    ],
    { Issuer: 'okta' },
  ],
  [
    { event: 'key-set-refresh-failed', issuer: 'okta', detail: 'timeout' },
    [['KeySetRefreshFailed', 1, 'Count', 'Issuer']],
    { Issuer: 'okta' },
  ],
  [
    { event: 'key-set-refresh-failed', issuer: 'okta', detail: 'no usable key', dropped: 3 },
    [
      ['KeySetRefreshFailed', 1, 'Count', 'Issuer'],
      ['KeyDropped', 3, 'Count', 'Issuer'],
    ],
    { Issuer: 'okta' },
  ],
  [
    { event: 'key-set-stale', issuer: 'okta', ageSeconds: 700 },
    [['KeySetStale', 1, 'Count', 'Issuer']],
    { Issuer: 'okta' },
  ],
];

it.each(events)('%j is one line with the metrics %j', (event, counted, dimensions) => {
  const lines: string[] = [];
  createSignalLog({ write: (line) => lines.push(line), functionName: 'signals', now: () => 1_800_000_000_000 })(event);
  expect(lines).toHaveLength(1);
  const { _aws: metadata, ...members } = JSON.parse(lines[0] ?? '') as { readonly _aws: EmbeddedMetrics };
  expect(members).toEqual({
    ...event,
    ...dimensions,
    Function: 'signals',
    ...Object.fromEntries(counted.map(([metric, value]) => [metric, value])),
  });
  expect(metadata.Timestamp).toBe(1_800_000_000_000);
  const declared = metadata.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.map(({ Name, Unit }) => [Name, Unit, ...(Dimensions[0] ?? [])]),
  );
  const expected = counted.map(([metric, , unit, ...names]) => [metric, unit, 'Function', ...names]);
  expect(declared.toSorted()).toEqual(expected.toSorted());
});

interface EmbeddedMetrics {
  readonly Timestamp: number;
  readonly CloudWatchMetrics: readonly {
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}
