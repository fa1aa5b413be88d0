import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, type Json, listOf, numberOf, objectOf, textOf } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { functionNamed } from '../functions/lambda-functions.ts';
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

/** The mappings that read streams. @throws LocalRunError for one that reads neither a stream of a table nor a queue */
export function eventSourceMappingsOf(
  stack: Stack,
  functions: ReadonlyMap<string, LambdaFunction>,
): readonly EventSourceMapping[] {
  return stack
    .resourcesOfType('AWS::Lambda::EventSourceMapping')
    .filter(({ properties }) => !isQueueArn(textOf(properties, 'EventSourceArn')))
    .map((resource) => mappingOf(resource, functions));
}

function mappingOf(
  { logicalId, properties }: StackResource,
  functions: ReadonlyMap<string, LambdaFunction>,
): EventSourceMapping {
  const unknown = Object.keys(properties).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw new LocalRunError(`${logicalId} has ${unknown}, which the local run does not know.`);
  const eventSourceArn = textOf(properties, 'EventSourceArn');
  const tableName = /:table\/([^/]+)\/stream\//.exec(eventSourceArn)?.[1];
  if (tableName === undefined) {
    throw new LocalRunError(
      `${logicalId} reads ${eventSourceArn}, and the local run knows streams of tables and queues only.`,
    );
  }
  const filters = listOf(objectOf(properties, 'FilterCriteria'), 'Filters').filter(isObject);
  return {
    tableName,
    function: functionNamed(textOf(properties, 'FunctionName'), functions),
    startingPosition: properties.StartingPosition === 'TRIM_HORIZON' ? 'TRIM_HORIZON' : 'LATEST',
    batchSize: numberOf(properties, 'BatchSize', 100),
    batchingWindowSeconds: numberOf(properties, 'MaximumBatchingWindowInSeconds', 0),
    retryAttempts: unlimited(numberOf(properties, 'MaximumRetryAttempts', -1), Number.POSITIVE_INFINITY),
    maximumRecordAgeSeconds: unlimited(numberOf(properties, 'MaximumRecordAgeInSeconds', -1), STREAM_RETENTION),
    bisect: properties.BisectBatchOnFunctionError === true,
    wants: recordFilterOf(filters.map((filter) => textOf(filter, 'Pattern'))),
  };
}

/** CloudFormation writes "no limit" as -1. */
function unlimited(value: number, limit: number): number {
  return value === -1 ? limit : value;
}

/** Whether the function receives a stream record. */
export type RecordFilter = (record: Json) => boolean;

/**
 * Parses the filter criteria of an event source mapping. A record passes if any pattern matches, or if there is none. A
 * pattern lists the values that a member may have; this product uses no other operators.
 * @throws LocalRunError naming an operator
 */
export function recordFilterOf(patterns: readonly string[]): RecordFilter {
  const parsed = patterns.map((pattern) => JSON.parse(pattern) as Json);
  for (const pattern of parsed) rejectOperators(pattern);
  return (record) => parsed.length === 0 || parsed.some((pattern) => matches(pattern, record));
}

function rejectOperators(pattern: Json): void {
  if (Array.isArray(pattern)) {
    const operator = pattern.find(isObject);
    if (operator === undefined) return;
    throw new LocalRunError(
      `A filter pattern uses ${JSON.stringify(operator)}; the local run knows lists of values only.`,
    );
  }
  if (isObject(pattern)) for (const member of Object.values(pattern)) rejectOperators(member);
}

function matches(pattern: Json, value: Json | undefined): boolean {
  if (Array.isArray(pattern)) return pattern.some((allowed) => allowed === value);
  if (!isObject(pattern)) return pattern === value;
  return isObject(value) && Object.entries(pattern).every(([name, member]) => matches(member, value[name]));
}
