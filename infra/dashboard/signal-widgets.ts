import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as CdkFunction } from 'aws-cdk-lib/aws-lambda';
import { REJECTION_REASONS } from '../../lambda/errors.ts';
import { METRICS_NAMESPACE } from '../../lambda/log/metric-line.ts';
import { SIGNAL_FAILURES, SIGNAL_METRICS } from '../../lambda/signal/signal-log.ts';
import { SIGNAL_REJECTIONS } from '../../lambda/signal/signal-rejection.ts';
import { metricsByValue } from '../alarms/function-metrics.ts';
import { type SignalSources, sourcesOf } from '../senders/resolved-sources.ts';

/** The receiver of signals, and its sources. */
export interface ReceivedSignals {
  readonly function: CdkFunction;
  readonly sources: SignalSources;
}

const PERIOD = { period: Duration.minutes(1) };

export function signalWidgets(signals: ReceivedSignals, issuerAliases: readonly string[]): IWidget[] {
  const { function: receiver, sources } = signals;
  const names = Object.keys(sources);
  const bySource = (name: string, statistic = 'Sum') =>
    metricsByValue({ function: receiver, name, statistic }, 'Source', names);
  return [
    new GraphWidget({
      title: 'Signals received, by source',
      stacked: true,
      left: bySource(SIGNAL_METRICS.received),
      right: labelled(bySource(SIGNAL_METRICS.delay, 'Maximum'), 'seconds from the event to the entry'),
    }),
    outcomes(receiver),
    new GraphWidget({
      title: 'Signals rejected, by reason',
      stacked: true,
      left: metricsByValue({ function: receiver, name: SIGNAL_METRICS.rejected }, 'Reason', [
        ...REJECTION_REASONS,
        ...SIGNAL_REJECTIONS,
      ]),
      right: bySource(SIGNAL_METRICS.rejected),
    }),
    troubles(receiver, names),
    keySets(receiver, keySetNames(sources, issuerAliases)),
    rejectedMostOften(receiver),
  ];
}

function labelled(metrics: ReturnType<typeof metricsByValue>, label: string) {
  return metrics.map((metric) => metric.with({ label: `${metric.label}: ${label}` }));
}

/** By a search, because each source has only some of the types, and a graph of all of them would be empty for the most part. */
function outcomes(receiver: CdkFunction): IWidget {
  const search = (name: string) =>
    new MathExpression({
      expression:
        `SEARCH('{${METRICS_NAMESPACE},Function,Source,Type} Function="${receiver.functionName}" MetricName="${name}"', 'Sum', ` +
        `${PERIOD.period.toSeconds()})`,
      label: name,
      ...PERIOD,
    });
  return new GraphWidget({
    title: 'What became of them, by source and type',
    stacked: true,
    left: [search(SIGNAL_METRICS.applied), search(SIGNAL_METRICS.covered)],
    right: [SIGNAL_METRICS.duplicate, SIGNAL_METRICS.ignored, SIGNAL_METRICS.unmatched].map(search),
  });
}

function troubles(receiver: CdkFunction, names: readonly string[]): IWidget {
  const bySource = (name: string) => metricsByValue({ function: receiver, name }, 'Source', names);
  return new GraphWidget({
    title: 'Signals that failed, by cause',
    left: [
      ...metricsByValue({ function: receiver, name: SIGNAL_METRICS.failed }, 'Cause', SIGNAL_FAILURES),
      receiver.metricThrottles({ statistic: 'Sum', ...PERIOD, label: 'throttled' }),
    ],
    right: [
      ...labelled(bySource(SIGNAL_METRICS.widened), 'user revoked for a part'),
      ...labelled(bySource(SIGNAL_METRICS.streamStopped), 'stream stopped'),
    ],
  });
}

/** Key sets of senders have the names of the sources. Tokens that clients revoke are verified by the key sets of their issuers. */
function keySetNames(sources: SignalSources, issuerAliases: readonly string[]): readonly string[] {
  const senders = sourcesOf(sources, 'sender').map(([name]) => name);
  return [...new Set([...senders, ...(sourcesOf(sources, 'token-revocation').length > 0 ? issuerAliases : [])])];
}

function keySets(receiver: CdkFunction, names: readonly string[]): IWidget {
  const byIssuer = (name: string, statistic = 'Sum') =>
    metricsByValue({ function: receiver, name, statistic }, 'Issuer', names).map((metric) =>
      metric.with({ label: `${name} ${metric.label}` }),
    );
  return new GraphWidget({
    title: 'Key sets of senders and issuers',
    left: [
      ...byIssuer(SIGNAL_METRICS.keySetRefreshed),
      ...byIssuer(SIGNAL_METRICS.keySetRefreshFailed),
      ...byIssuer(SIGNAL_METRICS.keySetStale),
    ],
    right: byIssuer(SIGNAL_METRICS.keyDropped, 'Maximum'),
  });
}

function rejectedMostOften({ logGroup }: CdkFunction): IWidget {
  return new LogQueryWidget({
    title: 'Signals rejected most often',
    view: LogQueryVisualizationType.TABLE,
    logGroupNames: [logGroup.logGroupName],
    queryLines: [
      "filter event = 'signal-rejected'",
      'stats count(*) as rejections by source, endpoint, reason',
      'sort rejections desc',
      'limit 20',
    ],
    width: 12,
  });
}
