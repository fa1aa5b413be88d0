import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AuthorizerEvent, createAuthorizerLog } from '../../../lambda/log/authorizer-log.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const linesOf = (...events: readonly AuthorizerEvent[]): readonly string[] => {
  const lines: string[] = [];
  const report = createAuthorizerLog({
    write: (line) => void lines.push(line),
    functionName: 'api-authorizer',
    now: () => NOW * 1000,
  });
  events.forEach(report);
  return lines;
};

const allowed = { event: 'allowed', issuer: 'main', routes: 3 } as const;
const tableRead = { event: 'table-read', milliseconds: 4 } as const;

const events: readonly (readonly [
  event: AuthorizerEvent,
  metric: string,
  value: number,
  dimensions: Readonly<Record<string, string>>,
])[] = [
  [{ event: 'allowed', issuer: 'main', routes: 3 }, 'Allowed', 1, {}],
  [
    { event: 'rejected', reason: 'expired', seen: 90, issuer: 'main', keyId: 'k', fingerprint: 'f' },
    'Rejected',
    90,
    { Reason: 'expired' },
  ],
  [{ event: 'failed', failureCause: 'key-set', detail: 'timeout' }, 'Failed', 1, { Cause: 'key-set' }],
  [{ event: 'revoked', level: 'token', issuer: 'main' }, 'Revoked', 1, { Level: 'token' }],
  [{ event: 'entry-malformed', level: 'subject', issuer: 'main' }, 'EntryMalformed', 1, { Level: 'subject' }],
  [
    { event: 'key-set-refresh-failed', issuer: 'main', detail: 'timeout' },
    'KeySetRefreshFailed',
    1,
    { Issuer: 'main' },
  ],
  [{ event: 'key-set-stale', issuer: 'main', ageSeconds: 700 }, 'KeySetStale', 1, { Issuer: 'main' }],
];

describe('a log line', () => {
  it.each(events)('of $event carries its metric', (event, name, value, dimensions) => {
    const [line = '', ...rest] = linesOf(event);
    expect(rest).toEqual([]);
    expect(JSON.parse(line)).toEqual({
      ...event,
      ...dimensions,
      Function: 'api-authorizer',
      [name]: value,
      _aws: {
        Timestamp: NOW * 1000,
        CloudWatchMetrics: [
          {
            Namespace: 'BearerAuthorizer',
            Dimensions: [['Function', ...Object.keys(dimensions)]],
            Metrics: [{ Name: name, Unit: 'Count' }],
          },
        ],
      },
    });
  });

  it('of a refreshed key set counts the refresh and the unusable keys', () => {
    const [line = ''] = linesOf({ event: 'key-set-refreshed', issuer: 'main', keys: 2, dropped: 4 });
    expect(JSON.parse(line)).toMatchObject({
      KeySetRefreshed: 1,
      KeyDropped: 4,
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'KeySetRefreshed' }, { Name: 'KeyDropped' }] }] },
    });
  });

  it('of a key set without a usable key counts the failure and the keys', () => {
    const failed = { event: 'key-set-refresh-failed', issuer: 'main', detail: 'key set has no usable key' } as const;
    const [line = ''] = linesOf({ ...failed, dropped: 1 });
    expect(JSON.parse(line)).toMatchObject({
      KeySetRefreshFailed: 1,
      KeyDropped: 1,
      _aws: { CloudWatchMetrics: [{ Metrics: [{ Name: 'KeySetRefreshFailed' }, { Name: 'KeyDropped' }] }] },
    });
  });

  it('of a decision carries what was measured on the way', () => {
    const lines = linesOf({ event: 'cold-start', milliseconds: 180 }, tableRead, allowed);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        ...allowed,
        Function: 'api-authorizer',
        Allowed: 1,
        ColdStart: [180],
        TableReadLatency: [4],
        _aws: {
          Timestamp: NOW * 1000,
          CloudWatchMetrics: [
            {
              Namespace: 'BearerAuthorizer',
              Dimensions: [['Function']],
              Metrics: [
                { Name: 'Allowed', Unit: 'Count' },
                { Name: 'ColdStart', Unit: 'Milliseconds' },
                { Name: 'TableReadLatency', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
      },
    ]);
  });

  it('of a decision keeps its dimensions off what was measured on the way', () => {
    const [line = ''] = linesOf(tableRead, { event: 'failed', failureCause: 'revocation-table', detail: 'timeout' });
    expect(JSON.parse(line)._aws.CloudWatchMetrics).toMatchObject([
      { Dimensions: [['Function', 'Cause']], Metrics: [{ Name: 'Failed' }] },
      { Dimensions: [['Function']], Metrics: [{ Name: 'TableReadLatency' }] },
    ]);
  });

  it('carries each measurement once, and only if it is of a decision', () => {
    const stale = { event: 'key-set-stale', issuer: 'main', ageSeconds: 700 } as const;
    const measured = linesOf(tableRead, stale, allowed, allowed).map((line) => JSON.parse(line).TableReadLatency);
    expect(measured).toEqual([undefined, [4], undefined]);
  });

  it('carries the latest hundred measurements, its maximum, after rejections that were not logged', () => {
    const reads = Array.from({ length: 150 }, (_, milliseconds) => ({ event: 'table-read', milliseconds }) as const);
    const [line = ''] = linesOf(...reads, allowed);
    const values = JSON.parse(line).TableReadLatency as number[];
    expect([values.length, values[0], values.at(-1)]).toEqual([100, 50, 149]);
  });

  it('is valid JSON whatever a key id holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (keyId) => {
        const [line = '', ...rest] = linesOf({ event: 'rejected', reason: 'key-id', seen: 1, keyId });
        expect(rest).toEqual([]);
        expect(line).not.toMatch(/[\n\r]/);
        expect(JSON.parse(line)).toMatchObject({ event: 'rejected', keyId });
      }),
    );
  });
});
