import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IEventSourceMapping, IFunction } from 'aws-cdk-lib/aws-lambda';
import { METRICS_NAMESPACE } from '../../lambda/log/metric-line.ts';

/** A metric that a function of ours writes into its log, with one dimension beside the function or none. */
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

/** One metric for each value of its dimension: what was never counted shows as nothing. */
export function metricsByValue(
  logged: Omit<LoggedMetric, 'dimension'>,
  dimension: string,
  values: readonly string[],
): Metric[] {
  return values.map((value) => loggedMetric({ label: value, ...logged, dimension: { [dimension]: value } }));
}

/** All values of a dimension together; an alarm takes ten metrics at most. */
export function sumOf(label: string, metrics: readonly Metric[], period: Duration): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  return new MathExpression({ expression: 'SUM(METRICS())', usingMetrics, label, period });
}

/**
 * What Lambda counts for a mapping with `EventCount` metrics (Lambda developer guide, "Event source mapping metrics"):
 * `DroppedEventCount`, `PolledEventCount` and others. Sum, by the minute, unless told otherwise.
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
