import { Duration } from 'aws-cdk-lib';
import {
  GraphWidget,
  type IMetric,
  type IWidget,
  MathExpression,
  Metric,
  SingleValueWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { DashboardSources } from './dashboard-widgets.ts';

/** US dollars in us-east-1, first price tiers. `npm run plan` knows the other Regions, and calculates a month in advance. */
export const LIST_PRICES = {
  requestsPerMillion: { rest: 3.5, http: 1 },
  decisionsPerMillion: 0.2,
  gigabyteSecondsPerMillion: 13.3334,
  readUnitsPerMillion: 0.125,
  writeUnitsPerMillion: 0.625,
  logsPerGigabyte: 0.5,
} as const;

const HOURLY = { period: Duration.hours(1), statistic: 'Sum' };

export function costWidgets(props: DashboardSources): IWidget[] {
  const usage = usageOf(props);
  const answeredByCache = new MathExpression({
    expression: '100 * (1 - decisions / requests)',
    usingMetrics: { decisions: usage.decisions, requests: usage.requests },
    label: 'requests without a decision, %',
    period: HOURLY.period,
  });
  return [
    new SingleValueWidget({ title: 'US dollars an hour, without the backend', metrics: [dollars(props, usage)] }),
    new GraphWidget({
      title: 'What is paid for',
      left: [usage.requests, usage.decisions, usage.reads, usage.writes],
      right: [usage.logBytes],
      width: 9,
    }),
    new GraphWidget({ title: 'Result cache', left: [answeredByCache], leftYAxis: { min: 0, max: 100 }, width: 9 }),
  ];
}

type Usage = Readonly<Record<'requests' | 'decisions' | 'milliseconds' | 'reads' | 'writes' | 'logBytes', IMetric>>;

function usageOf({ authorizer: { function: decisions, table }, api }: DashboardSources): Usage {
  return {
    requests: api.deploymentStage.metricCount({ ...HOURLY, label: 'requests' }),
    decisions: decisions.metricInvocations({ ...HOURLY, label: 'decisions' }),
    milliseconds: decisions.metricDuration({ ...HOURLY, label: 'milliseconds' }),
    reads: table.metricConsumedReadCapacityUnits({ ...HOURLY, label: 'read units' }),
    writes: table.metricConsumedWriteCapacityUnits({ ...HOURLY, label: 'write units' }),
    logBytes: new Metric({
      ...HOURLY,
      namespace: 'AWS/Logs',
      metricName: 'IncomingBytes',
      dimensionsMap: { LogGroupName: decisions.logGroup.logGroupName },
      label: "bytes of the authorizer's log",
    }),
  };
}

function dollars({ authorizer, api }: DashboardSources, usage: Usage): MathExpression {
  const { requestsPerMillion, decisionsPerMillion, gigabyteSecondsPerMillion } = LIST_PRICES;
  const { readUnitsPerMillion, writeUnitsPerMillion, logsPerGigabyte } = LIST_PRICES;
  const gigabytes = authorizer.function.memorySize / 1024;
  const millionths = [
    `FILL(requests, 0) * ${requestsPerMillion[api.kind]}`,
    `FILL(decisions, 0) * ${decisionsPerMillion}`,
    `FILL(milliseconds, 0) / 1000 * ${gigabytes} * ${gigabyteSecondsPerMillion}`,
    `FILL(reads, 0) * ${readUnitsPerMillion}`,
    `FILL(writes, 0) * ${writeUnitsPerMillion}`,
  ];
  return new MathExpression({
    expression: `(${millionths.join(' + ')}) / 1000000 + FILL(logBytes, 0) / ${2 ** 30} * ${logsPerGigabyte}`,
    usingMetrics: { ...usage },
    label: 'at list prices of us-east-1',
    period: HOURLY.period,
  });
}
