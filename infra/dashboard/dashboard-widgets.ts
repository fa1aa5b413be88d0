import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { GraphWidget, type IWidget, LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { FAILURE_CAUSES, REJECTION_REASONS } from '../../lambda/errors.ts';
import { FLUSH_METRICS } from '../../lambda/flush/flush-log.ts';
import { AUTHORIZER_METRICS } from '../../lambda/log/authorizer-log.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { loggedMetric, mappingMetric, metricsByValue } from '../alarms/function-metrics.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import type { RevocationFlusher } from '../flush/revocation-flusher.ts';

/** What the dashboard tells of. */
export interface DashboardSources {
  readonly authorizer: BearerAuthorizer;
  readonly api: { readonly deploymentStage: Stage; readonly accessLogs: LogGroup };
  readonly issuerAliases: readonly string[];
}

const PERIOD = { period: Duration.minutes(1) };

export function healthWidgets({ authorizer, api, issuerAliases }: DashboardSources): IWidget[] {
  const { function: decisions } = authorizer;
  const stage = api.deploymentStage;
  const logged = (name: string, statistic: string) =>
    loggedMetric({ function: decisions, name, statistic, label: `${name} ${statistic}` });
  const ofKeySets = (name: string, statistic = 'Sum') =>
    metricsByValue({ function: decisions, name, statistic }, 'Issuer', issuerAliases).map((metric) =>
      metric.with({ label: `${name} ${metric.label}` }),
    );
  return [
    new GraphWidget({
      title: 'Answers of the API',
      left: [
        stage.metricCount({ ...PERIOD, label: 'requests' }),
        stage.metricClientError({ ...PERIOD, label: '4xx' }),
        stage.metricServerError({ ...PERIOD, label: '5xx' }),
      ],
    }),
    new GraphWidget({
      title: 'Decisions that failed, by cause',
      left: metricsByValue({ function: decisions, name: AUTHORIZER_METRICS.failed }, 'Cause', FAILURE_CAUSES),
      right: [decisions.metricThrottles({ ...PERIOD, label: 'throttled' })],
    }),
    new GraphWidget({
      title: 'Time of a decision',
      left: [
        decisions.metricDuration({ ...PERIOD, statistic: 'p99', label: 'decision p99' }),
        logged(AUTHORIZER_METRICS.tableRead, 'p50'),
        logged(AUTHORIZER_METRICS.tableRead, 'p99'),
      ],
      right: [logged(AUTHORIZER_METRICS.coldStart, 'Maximum'), logged(AUTHORIZER_METRICS.coldStart, 'SampleCount')],
    }),
    new GraphWidget({
      title: 'Key sets',
      left: [
        ...ofKeySets(AUTHORIZER_METRICS.keySetRefreshed),
        ...ofKeySets(AUTHORIZER_METRICS.keySetRefreshFailed),
        ...ofKeySets(AUTHORIZER_METRICS.keySetStale),
      ],
      right: ofKeySets(AUTHORIZER_METRICS.keyDropped, 'Maximum'),
    }),
  ];
}

export function attackWidgets({ authorizer, api }: DashboardSources): IWidget[] {
  const { function: decisions } = authorizer;
  return [
    new GraphWidget({
      title: 'Tokens rejected, by reason',
      stacked: true,
      left: metricsByValue({ function: decisions, name: AUTHORIZER_METRICS.rejected }, 'Reason', REJECTION_REASONS),
      right: [loggedMetric({ function: decisions, name: AUTHORIZER_METRICS.allowed })],
    }),
    new LogQueryWidget({
      title: 'Tokens rejected most often',
      view: LogQueryVisualizationType.TABLE,
      logGroupNames: [decisions.logGroup.logGroupName],
      queryLines: [
        "filter event = 'rejected'",
        'stats sum(seen) as rejections by reason, fingerprint, issuer',
        'sort rejections desc',
        'limit 20',
      ],
      width: 9,
    }),
    new LogQueryWidget({
      title: 'Addresses rejected most often',
      view: LogQueryVisualizationType.TABLE,
      logGroupNames: [api.accessLogs.logGroupName],
      queryLines: [
        "filter status in ['401', '403', '429']",
        'stats count(*) as rejections by sourceIp, status',
        'sort rejections desc',
        'limit 20',
      ],
      width: 9,
    }),
  ];
}

export function revocationWidgets({ authorizer }: DashboardSources): IWidget[] {
  const { function: decisions, flusher } = authorizer;
  const rejections = new GraphWidget({
    title: 'Tokens rejected as revoked, by level',
    stacked: true,
    left: metricsByValue({ function: decisions, name: AUTHORIZER_METRICS.revoked }, 'Level', REVOCATION_LEVELS),
    right: metricsByValue(
      { function: decisions, name: AUTHORIZER_METRICS.entryMalformed },
      'Level',
      REVOCATION_LEVELS,
    ).map((metric) => metric.with({ label: `malformed, ${metric.label}` })),
  });
  return flusher === undefined ? [rejections] : [rejections, ...flushWidgets(flusher)];
}

function flushWidgets({ functions, mappings }: RevocationFlusher): readonly IWidget[] {
  const atOnce = functions['at-once'];
  const inspected = (name: string) => loggedMetric({ function: atOnce, name });
  return [
    new GraphWidget({
      title: 'From the entry to the flush',
      left: [...lagOf(atOnce, 'at once'), ...lagOf(functions.settled, 'settled')],
      right: [
        ...troubleOf(atOnce, mappings['at-once'], 'at once'),
        ...troubleOf(functions.settled, mappings.settled, 'settled'),
      ],
    }),
    new GraphWidget({
      title: 'Entries to look at',
      left: [FLUSH_METRICS.finding, FLUSH_METRICS.breakGlass, FLUSH_METRICS.unread].map(inspected),
    }),
    new LogQueryWidget({
      title: 'What is wrong with them',
      view: LogQueryVisualizationType.TABLE,
      logGroupNames: [atOnce.logGroup.logGroupName],
      queryLines: [
        "filter event in ['entry-finding', 'break-glass-entry']",
        'fields writtenAt, finding, level, sentence',
        'sort writtenAt desc',
        'limit 20',
      ],
    }),
  ];
}

/** The count of lags is the count of flushes that API Gateway accepted. */
function lagOf(flusher: IFunction, name: string) {
  const lag = { function: flusher, name: FLUSH_METRICS.lag };
  return [
    loggedMetric({ ...lag, statistic: 'Maximum', label: `${name}: slowest` }),
    loggedMetric({ ...lag, statistic: 'SampleCount', label: `${name}: flushes` }),
    flusher.metric('IteratorAge', {
      statistic: 'Maximum',
      period: Duration.minutes(1),
      label: `${name}: oldest entry waiting`,
    }),
  ];
}

function troubleOf(flusher: IFunction, mapping: IEventSourceMapping, name: string) {
  return [
    loggedMetric({ function: flusher, name: FLUSH_METRICS.failed, label: `${name}: failed` }),
    loggedMetric({ function: flusher, name: FLUSH_METRICS.abandoned, label: `${name}: entries given up` }),
    loggedMetric({ function: flusher, name: FLUSH_METRICS.gone, label: `${name}: stages gone` }),
    mappingMetric(mapping, 'DroppedEventCount', { label: `${name}: entries dropped by Lambda` }),
    flusher.metricThrottles({ statistic: 'Sum', period: Duration.minutes(1), label: `${name}: throttled` }),
  ];
}
