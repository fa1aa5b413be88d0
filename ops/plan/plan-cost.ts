import { settleTime } from '../../lambda/flush/flush-timing.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { AWS_PRICES, SECONDS_PER_MONTH } from './aws-prices.ts';
import type { Load, Workload } from './plan-load.ts';

export interface CostLine {
  readonly item: string;
  /** US dollars a month. */
  readonly perMonth: number;
}

/** Bytes of our two log lines and Lambda's three for each decision. */
const LOG_BYTES_PER_DECISION = 1200;

/** A flusher function's memory in GiB, and the seconds that one run works, without its wait. */
const FLUSHER_GIGABYTES = 0.5;
const FLUSHER_WORK = 0.5;

/** The approximate number of metrics of a deployment. An idle one costs the same. */
const METRICS = 25;

/**
 * The metrics that the alarms of a deployment with one issuer watch: CloudWatch charges an alarm for each metric of its expression. The
 * alarm EntriesMalformed has one for each level.
 */
export const ALARM_METRICS = 27 + REVOCATION_LEVELS.length;

/** The monthly cost of the API's front: requests and authorization, without the backend and data transfer. */
export function monthlyCost(workload: Workload, load: Load): readonly CostLine[] {
  const invocations = load.invocationsPerSecond * SECONDS_PER_MONTH;
  return [
    { item: 'API Gateway requests', perMonth: restRequestCost(workload.requestsPerSecond * SECONDS_PER_MONTH) },
    { item: 'Lambda authorizer', perMonth: authorizerCost(workload, load, invocations) },
    { item: 'DynamoDB reads', perMonth: millions(invocations * workload.keysPerRead) * AWS_PRICES.readUnitsPerMillion },
    { item: 'DynamoDB writes', perMonth: millions(entriesPerMonth(workload)) * AWS_PRICES.writeUnitsPerMillion },
    { item: 'Lambda flusher', perMonth: workload.flush ? flusherCost(workload) : 0 },
    { item: 'CloudWatch logs', perMonth: ((invocations * LOG_BYTES_PER_DECISION) / 1e9) * AWS_PRICES.logsPerGigabyte },
    {
      item: 'CloudWatch metrics, alarms',
      perMonth: METRICS * AWS_PRICES.metricPerMonth + ALARM_METRICS * AWS_PRICES.alarmMetricPerMonth,
    },
    { item: 'X-Ray traces', perMonth: millions(tracesPerMonth(load)) * AWS_PRICES.tracesPerMillion },
  ];
}

export function totalOf(lines: readonly CostLine[]): number {
  return lines.reduce((sum, { perMonth }) => sum + perMonth, 0);
}

function restRequestCost(requests: number): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, perMillion } of AWS_PRICES.restRequests) {
    cost += millions(Math.max(0, Math.min(requests, upTo) - from)) * perMillion;
    from = upTo;
  }
  return cost;
}

/** The authorizer's cost. Lambda bills the time of a cold start too. */
function authorizerCost({ decisionMs, coldStartMs, memory }: Workload, load: Load, invocations: number): number {
  const seconds = (decisionMs + load.coldStartShare * coldStartMs) / 1000;
  return lambdaCost(invocations, seconds * (memory / 1024));
}

/** An upper bound of the flusher's cost: no batching assumed, although entries that come close together share a run. */
function flusherCost(workload: Workload): number {
  const seconds = 2 * FLUSHER_WORK + settleTime(workload.authorizerTimeout);
  return lambdaCost(2 * entriesPerMonth(workload), (seconds / 2) * FLUSHER_GIGABYTES);
}

function lambdaCost(requests: number, gigabyteSecondsEach: number): number {
  const time = requests * gigabyteSecondsEach * AWS_PRICES.lambdaPerGigabyteSecond;
  return millions(requests) * AWS_PRICES.lambdaRequestsPerMillion + time;
}

/** The number of traces by X-Ray's default: the first request of each second, and five percent of the others. */
function tracesPerMonth({ invocationsPerSecond }: Load): number {
  const first = Math.min(1, invocationsPerSecond);
  return (first + 0.05 * (invocationsPerSecond - first)) * SECONDS_PER_MONTH;
}

function entriesPerMonth({ revocationsPerHour }: Workload): number {
  return (revocationsPerHour * SECONDS_PER_MONTH) / 3600;
}

function millions(count: number): number {
  return count / 1e6;
}
