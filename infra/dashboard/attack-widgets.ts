import { GraphWidget, type IWidget, LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { REJECTION_REASONS } from '../../lambda/errors.ts';
import { AUTHORIZER_METRICS } from '../../lambda/log/authorizer-log.ts';
import { loggedMetric, metricsByValue } from '../alarms/function-metrics.ts';
import type { DashboardSources } from './dashboard-sources.ts';

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
