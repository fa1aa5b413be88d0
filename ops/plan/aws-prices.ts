/**
 * AWS list prices in US dollars, without free tiers, savings plans or tax. They were taken from copies of AWS's price pages;
 * the pages themselves (https://aws.amazon.com/<service>/pricing/) are authoritative.
 */
export const AWS_PRICES = {
  region: 'us-east-1',
  checkedOn: '2026-11-22',
  /** API Gateway, REST API requests: price per million, up to a number of requests a month. */
  restRequests: [
    { upTo: 333_000_000, perMillion: 3.5 },
    { upTo: 1_000_000_000, perMillion: 2.8 },
    { upTo: 20_000_000_000, perMillion: 2.38 },
    { upTo: Number.POSITIVE_INFINITY, perMillion: 1.51 },
  ],
  /** API Gateway, HTTP API requests of up to 512 KB; a longer one counts as several. Checked on 2026-11-29. */
  httpRequests: [
    { upTo: 300_000_000, perMillion: 1 },
    { upTo: Number.POSITIVE_INFINITY, perMillion: 0.9 },
  ],
  /** Lambda on arm64, first price tier: the discounts start at 7.5 billion GB-seconds a month. */
  lambdaRequestsPerMillion: 0.2,
  lambdaPerGigabyteSecond: 0.0000133334,
  /** DynamoDB on demand, standard table class, since November 2024. Lambda's stream reads and TTL's deletions are free. */
  readUnitsPerMillion: 0.125,
  writeUnitsPerMillion: 0.625,
  /** SQS, FIFO queues: each send, receive and deletion is a request. The queue's first price tier. */
  queueRequestsPerMillion: 0.5,
  /** CloudWatch, first price tiers. */
  logsPerGigabyte: 0.5,
  metricPerMonth: 0.3,
  alarmMetricPerMonth: 0.1,
  /** X-Ray, traces recorded. */
  tracesPerMillion: 5,
} as const;

/** A twelfth of 365 days. */
export const SECONDS_PER_MONTH = 730 * 3600;
