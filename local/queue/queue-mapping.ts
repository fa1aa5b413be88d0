import type { StackResource } from '../cloudformation/stack.ts';
import { listOf, numberOf, textOrEmpty } from '../cloudformation/template.ts';
import type { LambdaFunction } from '../functions/lambda-function.ts';
import { functionNamed, type LambdaFunctions } from '../functions/lambda-functions.ts';
import type { ReportLimit } from '../limits.ts';
import type { Queue } from './queue.ts';

/** A function that takes a queue's messages, as the template describes it. */
export interface QueueMapping {
  readonly queue: Queue;
  readonly function: LambdaFunction;
  readonly batchSize: number;
  /** Whether the function's answer names the messages of a batch that failed. */
  readonly reportsFailures: boolean;
}

/** Lambda developer guide, "Using Lambda with Amazon SQS". */
const DEFAULT_BATCH_SIZE = 10;

/**
 * The mappings that read queues, of functions that run. One that reads a queue of none of the templates, or filters, is reported.
 * @param resources - of the type `AWS::Lambda::EventSourceMapping`
 */
export function queueMappingsOf(
  resources: readonly StackResource[],
  queues: ReadonlyMap<string, Queue>,
  functions: LambdaFunctions,
  report: ReportLimit = () => {},
): readonly QueueMapping[] {
  return resources
    .filter(({ properties }) => isQueueArn(textOrEmpty(properties, 'EventSourceArn')))
    .flatMap((resource) => mappingOf(resource, queues, functions, report) ?? []);
}

export function isQueueArn(arn: string): boolean {
  return arn.split(':')[2] === 'sqs';
}

/** undefined: the function gets no events here. A batching window would only delay batches. */
function mappingOf(
  { name, properties }: StackResource,
  queues: ReadonlyMap<string, Queue>,
  functions: LambdaFunctions,
  report: ReportLimit,
): QueueMapping | undefined {
  const target = functionNamed(textOrEmpty(properties, 'FunctionName'), functions);
  if (target.notRun !== undefined) return undefined;
  const source = textOrEmpty(properties, 'EventSourceArn');
  const queue = queues.get(source);
  if (queue === undefined || properties.FilterCriteria !== undefined) {
    report('event-source', `${name} (${queue === undefined ? source : 'its filter'})`);
    return undefined;
  }
  return {
    queue,
    function: target,
    batchSize: numberOf(properties, 'BatchSize', DEFAULT_BATCH_SIZE),
    reportsFailures: listOf(properties, 'FunctionResponseTypes').includes('ReportBatchItemFailures'),
  };
}
