import { Duration } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { GraphWidget, type IWidget, LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { FAILURE_CAUSES, REJECTION_REASONS } from '../../lambda/errors.ts';
import { FLUSH_METRICS } from '../../lambda/flush/flush-log.ts';
import { AUTHORIZER_METRICS } from '../../lambda/log/authorizer-log.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { loggedMetric, mappingMetric, metricsByValue } from '../alarms/function-metrics.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import type { RevocationFlusher } from '../flush/revocation-flusher.ts';
import type { ReceivedSignals } from './signal-widgets.ts';

/** The constructs whose metrics and logs the dashboard shows. */
export interface DashboardSources {
  readonly authorizer: BearerAuthorizer;
  readonly api: {
    readonly kind: ApiKind;
    readonly deploymentStage: Stage | IHttpStage;
    readonly accessLogs: LogGroup;
  };
  readonly issuerAliases: readonly string[];
  /** undefined: the deployment receives no signals. */
  readonly signals?: ReceivedSignals | undefined;
}

const PERIOD = { period: Duration.minutes(1) };

export function healthWidgets({
  authorizer: { function: decisions },
  api,
  issuerAliases,
}: DashboardSources): IWidget[] {
  return [
    responses(api.deploymentStage),
    new GraphWidget({
      title: 'Decisions that failed, by cause',
      left: metricsByValue({ function: decisions, name: AUTHORIZER_METRICS.failed }, 'Cause', FAILURE_CAUSES),
      right: [decisions.metricThrottles({ ...PERIOD, label: 'throttled' })],
    }),
    decisionTimes(decisions),
    keySets(decisions, issuerAliases),
  ];
}

function responses(stage: Stage | IHttpStage): IWidget {
  return new GraphWidget({
    title: 'Answers of the API',
    left: [
      stage.metricCount({ ...PERIOD, label: 'requests' }),
      stage.metricClientError({ ...PERIOD, label: '4xx' }),
      stage.metricServerError({ ...PERIOD, label: '5xx' }),
    ],
  });
}

function decisionTimes(decisions: IFunction): IWidget {
  const logged = (name: string, statistic: string) =>
    loggedMetric({ function: decisions, name, statistic, label: `${name} ${statistic}` });
  return new GraphWidget({
    title: 'Time of a decision',
    left: [
      decisions.metricDuration({ ...PERIOD, statistic: 'p99', label: 'decision p99' }),
      logged(AUTHORIZER_METRICS.tableRead, 'p50'),
      logged(AUTHORIZER_METRICS.tableRead, 'p99'),
    ],
    right: [logged(AUTHORIZER_METRICS.coldStart, 'Maximum'), logged(AUTHORIZER_METRICS.coldStart, 'SampleCount')],
  });
}

function keySets(decisions: IFunction, issuerAliases: readonly string[]): IWidget {
  const byIssuer = (name: string, statistic = 'Sum') =>
    metricsByValue({ function: decisions, name, statistic }, 'Issuer', issuerAliases).map((metric) =>
      metric.with({ label: `${name} ${metric.label}` }),
    );
  return new GraphWidget({
    title: 'Key sets',
    left: [
      ...byIssuer(AUTHORIZER_METRICS.keySetRefreshed),
      ...byIssuer(AUTHORIZER_METRICS.keySetRefreshFailed),
      ...byIssuer(AUTHORIZER_METRICS.keySetStale),
    ],
    right: byIssuer(AUTHORIZER_METRICS.keyDropped, 'Maximum'),
  });
}

export function attackWidgets({ authorizer: { function: decisions }, api }: DashboardSources): IWidget[] {
  return [
    new GraphWidget({
      title: 'Tokens rejected, by reason',
      stacked: true,
      left: metricsByValue({ function: decisions, name: AUTHORIZER_METRICS.rejected }, 'Reason', REJECTION_REASONS),
      right: [loggedMetric({ function: decisions, name: AUTHORIZER_METRICS.allowed })],
    }),
    mostRejections('Tokens rejected most often', decisions.logGroup, [
      "filter event = 'rejected'",
      'stats sum(seen) as rejections by reason, fingerprint, issuer',
    ]),
    mostRejections('Addresses rejected most often', api.accessLogs, [
      "filter status in ['401', '403', '429']",
      'stats count(*) as rejections by sourceIp, status',
    ]),
  ];
}

function mostRejections(title: string, { logGroupName }: ILogGroup, queryLines: readonly string[]): IWidget {
  return new LogQueryWidget({
    title,
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: [logGroupName],
    queryLines: [...queryLines, 'sort rejections desc', 'limit 20'],
    width: 9,
  });
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

/** The sample count of the lag is the number of flushes that API Gateway accepted. */
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
