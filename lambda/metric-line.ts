/** The CloudWatch namespace of every metric of ours. */
export const METRICS_NAMESPACE = 'BearerAuthorizer';

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';

export interface Metric {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly value: number;
  /** Each a dimension besides the function's name. Values come from fixed lists: they are paid for by the value. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * A log line that CloudWatch also reads as a metric (embedded metric format). One JSON document on one line, whatever its
 * members hold.
 *
 * `now`: milliseconds since the epoch. `functionName` sets apart the authorizers of one account.
 */
export function metricLine(
  metric: Metric,
  members: Readonly<Record<string, unknown>>,
  functionName: string,
  now: number,
) {
  const { name, unit, value, dimensions } = metric;
  return JSON.stringify({
    ...members,
    ...dimensions,
    Function: functionName,
    [name]: value,
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRICS_NAMESPACE,
          Dimensions: [['Function', ...Object.keys(dimensions)]],
          Metrics: [{ Name: name, Unit: unit }],
        },
      ],
    },
  });
}
