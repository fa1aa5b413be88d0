import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { METRICS_NAMESPACE } from '../../lambda/log/metric-line.ts';

/** A metric that one of our functions writes into its log, with at most one dimension besides the function. */
export interface LoggedMetric {
  readonly function: IFunction;
  readonly name: string;
  /** `{ Reason: 'expired' }`. @default none */
  readonly dimension?: Readonly<Record<string, string>>;
  /** @default 'Sum' */
  readonly statistic?: string;
  /** @default CloudWatch's own: the metric's name */
  readonly label?: string;
  /** @default 1 minute */
  readonly period?: Duration;
}

export function loggedMetric(logged: LoggedMetric): Metric {
  const { name, dimension = {}, statistic = 'Sum', period = Duration.minutes(1) } = logged;
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName: name,
    dimensionsMap: { Function: logged.function.functionName, ...dimension },
    statistic,
    period,
    ...(logged.label !== undefined && { label: logged.label }),
  });
}

/** One metric for each value of the dimension. A value that was never counted has no data. */
export function metricsByValue(
  logged: Omit<LoggedMetric, 'dimension'>,
  dimension: string,
  values: readonly string[],
): Metric[] {
  return values.map((value) => loggedMetric({ label: value, ...logged, dimension: { [dimension]: value } }));
}

/** The sum of the metrics. An alarm takes at most ten. */
export function sumOf(label: string, metrics: readonly Metric[], period: Duration): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, label, period });
}

/**
 * The metric with 0 where it has no data, for alarms on silence: CloudWatch would look past periods without data for an older one with
 * data.
 * @param id - the name of the metric in the expression
 */
export function orZero(id: string, metric: Metric, label: string): MathExpression {
  return new MathExpression({
    expression: `FILL(${id}, 0)`,
    usingMetrics: { [id]: metric },
    label,
    period: metric.period,
  });
}

/**
 * A metric of an event source mapping with `EventCount` metrics (Lambda developer guide, "Event source mapping metrics"):
 * `DroppedEventCount`, `PolledEventCount` and others. By default the sum of each minute.
 */
export function mappingMetric(mapping: IEventSourceMapping, metricName: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
    statistic: 'Sum',
    period: Duration.minutes(1),
    ...options,
  });
}
