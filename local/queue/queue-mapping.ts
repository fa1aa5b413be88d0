import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { listOf, numberOf, textOf } from '../cloudformation/template.ts';
import { LocalRunError } from '../errors.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { functionNamed } from '../functions/lambda-functions.ts';
import type { Queue } from './queue.ts';

/** A function that takes a queue's messages, as the template describes it. */
export interface QueueMapping {
  readonly queue: Queue;
  readonly function: LambdaFunction;
  readonly batchSize: number;
  /** Whether the function's answer names the messages of a batch that failed. */
  readonly reportsFailures: boolean;
}

/** The properties that are read here, or that change nothing on a laptop. A batching window only delays batches. */
const KNOWN = new Set([
  ...['BatchSize', 'EventSourceArn', 'FunctionName', 'FunctionResponseTypes'],
  ...['Enabled', 'MaximumBatchingWindowInSeconds', 'MetricsConfig', 'ScalingConfig', 'Tags'],
]);

/** Lambda developer guide, "Using Lambda with Amazon SQS". */
const DEFAULT_BATCH_SIZE = 10;

/** The mappings that read queues. @throws LocalRunError for one that this product does not use */
export function queueMappingsOf(
  stack: Stack,
  queues: ReadonlyMap<string, Queue>,
  functions: ReadonlyMap<string, LambdaFunction>,
): readonly QueueMapping[] {
  return stack.resourcesOfType('AWS::Lambda::EventSourceMapping').flatMap((resource) => {
    const eventSourceArn = textOf(resource.properties, 'EventSourceArn');
    if (!isQueueArn(eventSourceArn)) return [];
    const queue = queues.get(eventSourceArn);
    if (queue !== undefined) return mappingOf(resource, queue, functions);
    throw new LocalRunError(`${resource.logicalId} reads ${eventSourceArn}, which is not a queue of this template.`);
  });
}

export function isQueueArn(arn: string): boolean {
  return arn.split(':')[2] === 'sqs';
}

function mappingOf(
  { logicalId, properties }: StackResource,
  queue: Queue,
  functions: ReadonlyMap<string, LambdaFunction>,
): QueueMapping {
  const unknown = Object.keys(properties).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw new LocalRunError(`${logicalId} has ${unknown}, which the local run does not know.`);
  return {
    queue,
    function: functionNamed(textOf(properties, 'FunctionName'), functions),
    batchSize: numberOf(properties, 'BatchSize', DEFAULT_BATCH_SIZE),
    reportsFailures: listOf(properties, 'FunctionResponseTypes').includes('ReportBatchItemFailures'),
  };
}
