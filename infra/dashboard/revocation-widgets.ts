import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IWidget, LogQueryVisualizationType, LogQueryWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { FLUSH_METRICS } from '../../lambda/flush/flush-log.ts';
import { AUTHORIZER_METRICS } from '../../lambda/log/authorizer-log.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-target.ts';
import { loggedMetric, mappingMetric, metricsByValue } from '../alarms/function-metrics.ts';
import type { RevocationFlusher } from '../flush/revocation-flusher.ts';
import type { DashboardSources } from './dashboard-sources.ts';

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
