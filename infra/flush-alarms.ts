import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { FLUSH_METRICS } from '../lambda/flush-log.ts';
import type { FlushMode } from '../lambda/flusher-environment.ts';
import { METRICS_NAMESPACE } from '../lambda/metric-line.ts';

/** Younger than this, a batch that waits for its function is no news, in milliseconds. */
const LONGEST_WAIT_FOR_FUNCTION = 60_000;

interface FlushAlarm {
  readonly id: string;
  readonly description: string;
  readonly metric: IMetric;
  readonly threshold: number;
}

/** What a person must look at: nothing rings for a flush that worked when it was tried again. */
export function createFlushAlarms(
  scope: Construct,
  functions: Readonly<Record<FlushMode, IFunction>>,
): readonly Alarm[] {
  return [
    ...alarmsOf('AtOnce', functions['at-once']),
    ...alarmsOf('Settled', functions.settled),
    findings(functions['at-once']),
  ].map(
    ({ id, description, metric, threshold }) =>
      new Alarm(scope, id, { ...rule(threshold), alarmDescription: description, metric }),
  );
}

function alarmsOf(name: string, flusher: IFunction): readonly FlushAlarm[] {
  return [
    {
      id: `${name}FlushesFail`,
      description: 'Flushes of the result cache fail: revoked tokens may keep working for the result TTL.',
      metric: countOf(FLUSH_METRICS.failed, flusher, Duration.minutes(5)),
      threshold: 3,
    },
    {
      id: `${name}FlushesAbandoned`,
      description: 'Revocations took effect only when cached decisions had expired: they were never flushed.',
      metric: countOf(FLUSH_METRICS.abandoned, flusher, Duration.minutes(1)),
      threshold: 1,
    },
    {
      id: `${name}FlusherLate`,
      description: 'Revocation entries wait in the stream: the flusher does not run, or fails before it starts.',
      metric: flusher.metric('IteratorAge', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: LONGEST_WAIT_FOR_FUNCTION,
    },
  ];
}

function findings(flusher: IFunction): FlushAlarm {
  return {
    id: 'EntryFindings',
    description: 'Somebody wrote a revocation entry that revokes nothing, or vanishes too soon, or never: see the log.',
    metric: countOf(FLUSH_METRICS.finding, flusher, Duration.minutes(1)),
    threshold: 1,
  };
}

function countOf(metricName: string, flusher: IFunction, period: Duration): Metric {
  const dimensionsMap = { Function: flusher.functionName };
  return new Metric({ namespace: METRICS_NAMESPACE, metricName, dimensionsMap, statistic: 'Sum', period });
}

function rule(threshold: number): Omit<AlarmProps, 'metric'> {
  return {
    threshold,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  };
}
