import type { ApiKind } from '../../lambda/policy/route.ts';
import { REVOCATION_LEVELS } from '../../lambda/revocation/revocation-level.ts';
import { AWS_PRICES, SECONDS_PER_MONTH } from './aws-prices.ts';
import type { FlusherWork } from './flush-times.ts';
import type { Load, Workload } from './plan-load.ts';

export interface CostLine {
  readonly item: string;
  /** US dollars a month. */
  readonly perMonth: number;
}

/** Bytes of our two log lines and Lambda's three for each decision. A signal has as many. */
const LOG_BYTES_PER_DECISION = 1200;

/** The memory of the receiver of signals in GiB, and an upper bound of the seconds that it works for one: two calls and a signature. */
const RECEIVER_GIGABYTES = 0.5;
const RECEIVER_WORK = 0.1;

/**
 * Requests with which Lambda asks an empty queue in a second: five connections, each with a request of 20 s (AWS Lambda developer
 * guide, "Using Lambda with Amazon SQS").
 */
const POLLS_PER_SECOND = 5 / 20;

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
  const invocations = monthOf(load.invocationsPerSecond);
  const signals = monthOf(workload.signalsPerHour / 3600);
  return [
    {
      item: 'API Gateway requests',
      perMonth: requestCost(workload.api, monthOf(workload.requestsPerSecond) + signals),
    },
    { item: 'Lambda authorizer', perMonth: authorizerCost(workload, load, invocations) },
    { item: 'DynamoDB reads', perMonth: millions(invocations * workload.keysPerRead) * AWS_PRICES.readUnitsPerMillion },
    {
      item: 'DynamoDB writes',
      perMonth: millions(monthOf(load.writeUnitsPerSecond)) * AWS_PRICES.writeUnitsPerMillion,
    },
    { item: 'Lambda flusher', perMonth: flusherCost(load.flusher) },
    ...(signals > 0 ? signalCosts(workload, load, signals) : []),
    { item: 'CloudWatch logs', perMonth: logCost(invocations + signals) },
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

const REQUEST_PRICES = { rest: AWS_PRICES.restRequests, http: AWS_PRICES.httpRequests } as const;

function requestCost(api: ApiKind, requests: number): number {
  let cost = 0;
  let from = 0;
  for (const { upTo, perMillion } of REQUEST_PRICES[api]) {
    cost += millions(Math.max(0, Math.min(requests, upTo) - from)) * perMillion;
    from = upTo;
  }
  return cost;
}

/** The authorizer's cost. Lambda bills the time of a cold start too. */
function authorizerCost({ decisionMs, coldStartMs, memory }: Workload, load: Load, invocations: number): number {
  const seconds = (decisionMs + load.coldStartShare * coldStartMs) / 1000;
  return lambdaCost(invocations, invocations * seconds * (memory / 1024));
}

/** The receiver of signals, and the queue that shares flushes: a request for each signal, and two for each message that arrives. */
function signalCosts({ signalFlush, flush }: Workload, { flusher }: Load, signals: number): readonly CostLine[] {
  const receiver = lambdaCost(signals, signals * RECEIVER_WORK * RECEIVER_GIGABYTES);
  const isShared = flush && signalFlush === 'shared';
  const requests = isShared ? signals + monthOf(2 * flusher.sharedRunsPerSecond + POLLS_PER_SECOND) : 0;
  return [
    { item: 'Lambda signals', perMonth: receiver },
    { item: 'SQS requests', perMonth: millions(requests) * AWS_PRICES.queueRequestsPerMillion },
  ];
}

/** The settled function is paid for its wait too. The other one waits only where entries follow each other within a second. */
function flusherCost({
  atOnceRunsPerSecond,
  settledRunsPerSecond,
  sharedRunsPerSecond,
  settledBusy,
}: FlusherWork): number {
  const runs = atOnceRunsPerSecond + settledRunsPerSecond + sharedRunsPerSecond;
  return lambdaCost(monthOf(runs), monthOf(runs * FLUSHER_WORK + settledBusy) * FLUSHER_GIGABYTES);
}

function logCost(decisions: number): number {
  return ((decisions * LOG_BYTES_PER_DECISION) / 1e9) * AWS_PRICES.logsPerGigabyte;
}

function lambdaCost(requests: number, gigabyteSeconds: number): number {
  return (
    millions(requests) * AWS_PRICES.lambdaRequestsPerMillion + gigabyteSeconds * AWS_PRICES.lambdaPerGigabyteSecond
  );
}

/** The number of traces by X-Ray's default: the first request of each second, and five percent of the others. */
function tracesPerMonth({ invocationsPerSecond }: Load): number {
  const first = Math.min(1, invocationsPerSecond);
  return monthOf(first + 0.05 * (invocationsPerSecond - first));
}

function monthOf(perSecond: number): number {
  return perSecond * SECONDS_PER_MONTH;
}

function millions(count: number): number {
  return count / 1e6;
}
