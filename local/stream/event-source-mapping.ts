import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { isObject, listOf, numberOf, objectOf, textOf } from '../cloudformation/template.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { LocalRunError } from '../local-run-error.ts';
import { type RecordFilter, recordFilterOf } from './record-filter.ts';

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
  /** Lambda narrows a failed batch down to the record that fails. */
  readonly bisect: boolean;
  readonly wants: RecordFilter;
}

/** Records leave a stream after a day. */
const STREAM_RETENTION = 24 * 3600;

/** What this product does not use, or what changes nothing on a laptop. */
const KNOWN = new Set([
  ...['BatchSize', 'BisectBatchOnFunctionError', 'EventSourceArn', 'FilterCriteria', 'FunctionName'],
  ...['MaximumBatchingWindowInSeconds', 'MaximumRecordAgeInSeconds', 'MaximumRetryAttempts', 'StartingPosition'],
  ...['DestinationConfig', 'Enabled', 'Tags', 'MetricsConfig'],
]);

/** @throws LocalRunError for a mapping that this product does not use */
export function eventSourceMappingsOf(
  stack: Stack,
  functions: ReadonlyMap<string, LambdaFunction>,
): readonly EventSourceMapping[] {
  return stack.resourcesOfType('AWS::Lambda::EventSourceMapping').map((resource) => mappingOf(resource, functions));
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
    throw new LocalRunError(`${logicalId} reads ${eventSourceArn}, and the local run knows streams of tables only.`);
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

function functionNamed(name: string, functions: ReadonlyMap<string, LambdaFunction>): LambdaFunction {
  const found = [...functions.values()].find(({ functionName, functionArn }) =>
    [functionName, functionArn].includes(name),
  );
  if (found !== undefined) return found;
  throw new LocalRunError(`An event source mapping invokes ${name}, which is not a function of this template.`);
}
