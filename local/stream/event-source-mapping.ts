import type { StackResource } from '../cloudformation/stack.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  textOrEmpty,
} from '../cloudformation/template.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { functionNamed, type LambdaFunctions } from '../functions/lambda-functions.ts';
import type { ReportLimit } from '../limits.ts';
import { isQueueArn } from '../queue/queue-mapping.ts';

/** A function that reads a table's stream, as the template describes it. */
export interface EventSourceMapping {
  readonly tableName: string;
  readonly function: LambdaFunction;
  readonly startingPosition: 'LATEST' | 'TRIM_HORIZON';
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  /** Infinity: as long as the record's age allows. */
  readonly retryAttempts: number;
  readonly maximumRecordAgeSeconds: number;
  /** Whether Lambda halves a failed batch until it finds the record that fails. */
  readonly bisect: boolean;
  readonly wants: RecordFilter;
}

/** Seconds after which records leave a stream. */
const STREAM_RETENTION = 24 * 3600;

/** The properties that are read here, or that change nothing on a laptop. */
const KNOWN = new Set([
  ...['BatchSize', 'BisectBatchOnFunctionError', 'EventSourceArn', 'FilterCriteria', 'FunctionName'],
  ...['MaximumBatchingWindowInSeconds', 'MaximumRecordAgeInSeconds', 'MaximumRetryAttempts', 'StartingPosition'],
  ...['DestinationConfig', 'Enabled', 'Tags', 'MetricsConfig'],
]);

/**
 * The mappings that read streams of tables, of functions that run. One that reads neither that nor a queue is reported.
 * @param resources - of the type `AWS::Lambda::EventSourceMapping`
 */
export function eventSourceMappingsOf(
  resources: readonly StackResource[],
  functions: LambdaFunctions,
  report: ReportLimit = () => {},
): readonly EventSourceMapping[] {
  return resources
    .filter(({ properties }) => !isQueueArn(textOrEmpty(properties, 'EventSourceArn')))
    .flatMap((resource) => mappingOf(resource, functions, report) ?? []);
}

/** undefined: the function gets no events here. */
function mappingOf(
  { name, properties }: StackResource,
  functions: LambdaFunctions,
  report: ReportLimit,
): EventSourceMapping | undefined {
  const target = functionNamed(textOrEmpty(properties, 'FunctionName'), functions);
  if (target.notRun !== undefined) return undefined;
  const source = textOrEmpty(properties, 'EventSourceArn');
  const tableName = streamedTableOf(source);
  const wants = wantedRecords(properties);
  if (tableName === undefined || wants === undefined) {
    report('event-source', `${name} (${tableName === undefined ? source || 'no queue and no table' : 'its filter'})`);
    return undefined;
  }
  const unknown = Object.keys(properties).filter((each) => !KNOWN.has(each));
  for (const each of unknown) report('event-source-setting', `${each} of ${name}`);
  return { tableName, function: target, wants, ...deliveryOf(properties) };
}

type Delivery = Omit<EventSourceMapping, 'tableName' | 'function' | 'wants'>;

function deliveryOf(properties: JsonObject): Delivery {
  return {
    startingPosition: properties.StartingPosition === 'TRIM_HORIZON' ? 'TRIM_HORIZON' : 'LATEST',
    batchSize: numberOf(properties, 'BatchSize', 100),
    batchingWindowSeconds: numberOf(properties, 'MaximumBatchingWindowInSeconds', 0),
    retryAttempts: unlimited(numberOf(properties, 'MaximumRetryAttempts', -1), Number.POSITIVE_INFINITY),
    maximumRecordAgeSeconds: unlimited(numberOf(properties, 'MaximumRecordAgeInSeconds', -1), STREAM_RETENTION),
    bisect: properties.BisectBatchOnFunctionError === true,
  };
}

/** The name of the table whose stream this is. undefined: it is the ARN of something else. */
export function streamedTableOf(eventSourceArn: string): string | undefined {
  return /:table\/([^/]+)\/stream\//.exec(eventSourceArn)?.[1];
}

/** CloudFormation writes "no limit" as -1. */
function unlimited(value: number, limit: number): number {
  return value === -1 ? limit : value;
}

/** Whether the function receives a stream record. */
export type RecordFilter = (record: Json) => boolean;

/** undefined: the filter has what is not known here. */
function wantedRecords(properties: JsonObject): RecordFilter | undefined {
  const filters = listOf(objectOf(properties, 'FilterCriteria'), 'Filters').filter(isObject);
  return recordFilterOf(filters.map((filter) => textOrEmpty(filter, 'Pattern')));
}

/**
 * Parses the filter criteria of an event source mapping. A record passes if any pattern matches, or if there is none. A
 * pattern lists the values that a member may have. undefined: a pattern has an operator, such as `prefix`.
 */
export function recordFilterOf(patterns: readonly string[]): RecordFilter | undefined {
  const parsed = patterns.map((pattern) => JSON.parse(pattern) as Json);
  if (parsed.some(hasOperator)) return undefined;
  return (record) => parsed.length === 0 || parsed.some((pattern) => matches(pattern, record));
}

function hasOperator(pattern: Json): boolean {
  if (Array.isArray(pattern)) return pattern.some(isObject);
  return isObject(pattern) && Object.values(pattern).some(hasOperator);
}

function matches(pattern: Json, value: Json | undefined): boolean {
  if (Array.isArray(pattern)) return pattern.some((allowed) => allowed === value);
  if (!isObject(pattern)) return pattern === value;
  return isObject(value) && Object.entries(pattern).every(([name, member]) => matches(member, value[name]));
}
