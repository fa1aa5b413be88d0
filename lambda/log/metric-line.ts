import { printable } from './printable.ts';

/** The CloudWatch namespace of every metric of ours. */
export const METRICS_NAMESPACE = 'BearerAuthorizer';

export type MetricUnit = 'Count' | 'Milliseconds' | 'Seconds';

export interface Metric {
  readonly name: string;
  readonly unit: MetricUnit;
  /** One measurement, or up to 100 of them (CloudWatch Logs user guide, "Embedded metric format specification"). */
  readonly value: number | readonly number[];
  /** Dimensions besides the function's name. Values come from fixed lists, because AWS bills for each one. */
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * A log line that CloudWatch also reads as metrics (embedded metric format). One JSON document on one line, whatever its
 * members hold. Metrics of one line that have a dimension in common have the same value for it.
 *
 * Not by Powertools Logger and Metrics: bundled they are 33 KB, this is less than 3, and a logger that takes any object can
 * log a token some day.
 *
 * `now`: milliseconds since the epoch. `functionName` tells the authorizers of one account apart.
 */
export function metricLine(
  metrics: readonly Metric[],
  members: Readonly<Record<string, unknown>>,
  functionName: string,
  now: number,
): string {
  const values: Record<string, unknown> = { ...members, Function: functionName };
  for (const { name, value, dimensions } of metrics) Object.assign(values, dimensions, { [name]: value });
  const text = printable(JSON.stringify(values)).slice(0, -1);
  return `${text},"_aws":{"Timestamp":${now},"CloudWatchMetrics":${directivesText(metrics)}}}`;
}

/** Directives as JSON, memoized by the metrics that they declare. There are few: names and dimensions come from fixed lists. */
const directiveTexts = new Map<string, string>();

function directivesText(metrics: readonly Metric[]): string {
  const kind = metrics.map(({ name, dimensions }) => [name, ...Object.keys(dimensions)].join()).join(';');
  const text = directiveTexts.get(kind) ?? JSON.stringify(directivesFor(metrics));
  directiveTexts.set(kind, text);
  return text;
}

interface MetricDirective {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: { readonly Name: string; readonly Unit: MetricUnit }[];
}

/** One directive for each set of dimensions. */
function directivesFor(metrics: readonly Metric[]): readonly MetricDirective[] {
  const directives = new Map<string, MetricDirective>();
  for (const { name, unit, dimensions } of metrics) {
    const names = ['Function', ...Object.keys(dimensions)];
    const directive = directives.get(names.join()) ?? {
      Namespace: METRICS_NAMESPACE,
      Dimensions: [names],
      Metrics: [],
    };
    directive.Metrics.push({ Name: name, Unit: unit });
    directives.set(names.join(), directive);
  }
  return [...directives.values()];
}
