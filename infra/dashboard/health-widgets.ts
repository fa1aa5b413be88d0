import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { FAILURE_CAUSES } from '../../lambda/errors.ts';
import { AUTHORIZER_METRICS } from '../../lambda/log/authorizer-log.ts';
import { loggedMetric, metricsByValue } from '../alarms/function-metrics.ts';
import type { DashboardSources } from './dashboard-sources.ts';

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
