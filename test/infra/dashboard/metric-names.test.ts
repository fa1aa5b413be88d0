import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { LIST_PRICES } from '../../../infra/dashboard/cost-widgets.ts';
import { FAILURE_CAUSES, REJECTION_REASONS } from '../../../lambda/errors.ts';
import { createFlushLog, type FlushEvent } from '../../../lambda/flush/flush-log.ts';
import { type AuthorizerEvent, createAuthorizerLog } from '../../../lambda/log/authorizer-log.ts';
import { FINDING_KINDS } from '../../../lambda/revocation/entry-finding.ts';
import { isBreakGlass, REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { AWS_PRICES } from '../../../ops/plan/aws-prices.ts';
import { apiStackOf, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';

const issuer = 'main';

/** Every event, with every value that a dimension can have. */
const AUTHORIZER_EVENTS: { readonly [Name in AuthorizerEvent['event']]: readonly AuthorizerEvent[] } = {
  allowed: [{ event: 'allowed', issuer, routes: 1 }],
  rejected: REJECTION_REASONS.map((reason) => ({ event: 'rejected', reason, seen: 1 })),
  failed: FAILURE_CAUSES.map((failureCause) => ({ event: 'failed', failureCause, detail: '' })),
  'cold-start': [{ event: 'cold-start', milliseconds: 1 }],
  'table-read': [{ event: 'table-read', milliseconds: 1 }],
  revoked: REVOCATION_LEVELS.map((level) => ({ event: 'revoked', level, issuer })),
  'entry-malformed': REVOCATION_LEVELS.map((level) => ({ event: 'entry-malformed', level, issuer })),
  'key-set-refreshed': [{ event: 'key-set-refreshed', issuer, keys: 1, dropped: 0 }],
  'key-set-refresh-failed': [{ event: 'key-set-refresh-failed', issuer, detail: '' }],
  'key-set-stale': [{ event: 'key-set-stale', issuer, ageSeconds: 1 }],
};

const AT_ONCE_EVENTS: {
  readonly [Name in 'entry-finding' | 'break-glass-entry' | 'entries-unread']: readonly FlushEvent[];
} = {
  'entry-finding': FINDING_KINDS.map((finding) => ({ event: 'entry-finding', finding, sentence: '', writtenAt: '' })),
  'entries-unread': [{ event: 'entries-unread', entries: 1, inspected: 1, all: true }],
  'break-glass-entry': REVOCATION_LEVELS.filter(isBreakGlass).map((level) => ({
    event: 'break-glass-entry',
    level,
    writtenAt: '',
  })),
};

const FLUSH_EVENTS: { readonly [Name in Exclude<FlushEvent['event'], keyof typeof AT_ONCE_EVENTS>]: FlushEvent } = {
  flushed: { event: 'flushed', entries: 1, stages: 1, lag: 1 },
  'flush-failed': { event: 'flush-failed', stage: '', errorName: '' },
  'stages-unread': { event: 'stages-unread', reason: '' },
  'stage-gone': { event: 'stage-gone', stage: '' },
  'flush-abandoned': { event: 'flush-abandoned', entries: 1 },
};

interface EmbeddedMetrics {
  readonly [member: string]: unknown;
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** The metrics that CloudWatch reads from a log line: `Rejected Function=authorizer Reason=expired`. */
function metricsIn(line: string): readonly string[] {
  const embedded = JSON.parse(line) as EmbeddedMetrics;
  return embedded._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Metrics.flatMap(({ Name }) => {
      expect(embedded).toHaveProperty(Name);
      return Dimensions.map((names) => [Name, ...names.map((name) => `${name}=${embedded[name]}`)].join(' '));
    }),
  );
}

function emitted(): ReadonlySet<string> {
  const lines: string[] = [];
  const log = (functionName: string) => ({
    write: (line: string) => void lines.push(line),
    functionName,
    now: () => 0,
  });
  const authorizer = createAuthorizerLog(log('authorizer'));
  const { allowed, ...others } = AUTHORIZER_EVENTS;
  // Measurements are logged with a decision.
  for (const event of [...Object.values(others).flat(), ...allowed]) authorizer(event);
  for (const event of Object.values(AT_ONCE_EVENTS).flat()) createFlushLog(log('at-once'))(event);
  for (const event of Object.values(FLUSH_EVENTS)) {
    for (const mode of ['at-once', 'settled']) createFlushLog(log(mode))(event);
  }
  return new Set(lines.flatMap(metricsIn));
}

const FUNCTIONS = [
  ['AuthorizerFunction', 'authorizer'],
  ['AuthorizerFlusherAtOnce', 'at-once'],
  ['AuthorizerFlusherSettled', 'settled'],
] as const;

function nameOfFunction(logicalId: string): string {
  return FUNCTIONS.find(([start]) => logicalId.startsWith(start))?.[1] ?? logicalId;
}

/** One metric of a graph: namespace, name, names and values of dimensions, and options at the end. */
type GraphMetric = readonly unknown[];

function onDashboard(template: Template): ReadonlySet<string> {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const parts = dashboard?.Properties.DashboardBody['Fn::Join'][1] as readonly (string | { readonly Ref?: string })[];
  const text = parts.map((part) => (typeof part === 'string' ? part : nameOfFunction(part.Ref ?? '…'))).join('');
  const { widgets } = JSON.parse(text) as { widgets: { properties: { metrics?: readonly GraphMetric[] } }[] };
  const metrics = widgets.flatMap(({ properties }) => properties.metrics ?? []);
  return new Set(
    metrics
      .filter(([namespace]) => namespace === 'BearerAuthorizer')
      .map(([, name, ...rest]) => [name, ...pairs(rest.filter((item) => typeof item === 'string'))].join(' ')),
  );
}

function pairs(items: readonly unknown[]): readonly string[] {
  return items.flatMap((item, index) => (index % 2 === 0 ? [`${item}=${items[index + 1]}`] : []));
}

interface AlarmedMetric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly { readonly Name: string; readonly Value: string | { readonly Ref: string } }[];
}

function alarmed(template: Template): readonly AlarmedMetric[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).flatMap(({ Properties }) => [
    Properties as AlarmedMetric,
    ...((Properties.Metrics ?? []) as { MetricStat?: { Metric: AlarmedMetric } }[]).flatMap(
      ({ MetricStat }) => MetricStat?.Metric ?? [],
    ),
  ]);
}

function nameOfAlarmed({ MetricName, Dimensions = [] }: AlarmedMetric): string {
  const dimensions = Dimensions.map(
    ({ Name, Value }) => `${Name}=${typeof Value === 'string' ? Value : nameOfFunction(Value.Ref)}`,
  );
  // CDK sorts dimensions; the log does not.
  return [MetricName, ...dimensions].join(' ');
}

const sorted = (names: Iterable<string>): readonly string[] =>
  [...names]
    .map((name) => {
      const [metric, ...dimensions] = name.split(' ');
      return [metric, ...dimensions.toSorted()].join(' ');
    })
    .toSorted();

describe('the metrics of our functions', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(apiStackOf(soundDeployment));
  });

  it('are all on the dashboard, which shows no other', () => {
    expect(sorted(onDashboard(template))).toEqual(sorted(emitted()));
  });

  it('are the only ones of our namespace that alarms watch', () => {
    const ours = alarmed(template).filter(({ Namespace }) => Namespace === 'BearerAuthorizer');
    const known = sorted(emitted());
    expect(ours.length).toBeGreaterThan(10);
    expect(sorted(ours.map(nameOfAlarmed)).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('set off alarms for each of our failures and never for Lambda errors, by which the authorizer answers 401', () => {
    const names = new Set(alarmed(template).map(({ MetricName }) => MetricName));
    expect([...names].filter((name) => name !== undefined).toSorted()).toEqual([
      '5XXError',
      'BreakGlassEntry',
      'DroppedEventCount',
      'Duration',
      'EntriesUnread',
      'EntryFinding',
      'EntryMalformed',
      'Failed',
      'FlushAbandoned',
      'FlushFailed',
      'IteratorAge',
      'KeyDropped',
      'KeySetStale',
      'PolledEventCount',
      'StageGone',
      'Throttles',
    ]);
  });

  it('without a flusher are those of the authorizer', () => {
    const names = onDashboard(templateOf(apiStackOf({ ...soundDeployment, flush: false })));
    expect(sorted(names)).toEqual(sorted([...emitted()].filter((name) => name.includes('Function=authorizer'))));
  });
});

it('the dashboard calculates with the prices of `npm run plan`', () => {
  expect(LIST_PRICES).toEqual({
    requestsPerMillion: {
      rest: AWS_PRICES.restRequests[0].perMillion,
      http: AWS_PRICES.httpRequests[0].perMillion,
    },
    decisionsPerMillion: AWS_PRICES.lambdaRequestsPerMillion,
    gigabyteSecondsPerMillion: AWS_PRICES.lambdaPerGigabyteSecond * 1_000_000,
    readUnitsPerMillion: AWS_PRICES.readUnitsPerMillion,
    writeUnitsPerMillion: AWS_PRICES.writeUnitsPerMillion,
    logsPerGigabyte: AWS_PRICES.logsPerGigabyte,
  });
});
