import { afterEach, beforeEach, expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import { isObject, type Json, type JsonObject, listOf, textOf } from '../../../local/cloudformation/template.ts';
import type { InvocationResult } from '../../../local/functions/lambda-environment.ts';
import type { LambdaFunction } from '../../../local/functions/lambda-function.ts';
import type { Queue } from '../../../local/queue/queue.ts';
import { queueMappingsOf } from '../../../local/queue/queue-mapping.ts';
import { pollQueue, type QueuePoller } from '../../../local/queue/queue-poller.ts';
import { queuesOf } from '../../../local/queue/queues.ts';
import { eventSourceMappingsOf } from '../../../local/stream/event-source-mapping.ts';
import { queueTemplate } from '../../support/gateway/queue-template.ts';

const REPORTS = { FunctionResponseTypes: ['ReportBatchItemFailures'] };

/** The events with which the function was invoked. */
let events: Json[];
let said: string[];
/** How the function answers its next invocations. Then it answers null. */
let answers: ((ids: readonly string[]) => InvocationResult)[];
let poller: QueuePoller | undefined;

const FUNCTION: LambdaFunction = {
  functionName: 'small-Backend',
  functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:small-Backend',
  invoke: async (event) => {
    events.push(event);
    return answers.shift()?.(recordsIn(event).map((record) => textOf(record, 'messageId'))) ?? { payload: null };
  },
  invocations: () => events.length,
  recycle: async () => undefined,
};
const FUNCTIONS = new Map([[FUNCTION.functionArn, FUNCTION]]);

beforeEach(() => {
  events = [];
  said = [];
  answers = [];
});
afterEach(() => poller?.stop());

test('messages are delivered in batches, in the form in which Lambda passes them, and deleted', async () => {
  const queue = queueOf();
  for (const body of ['a', 'b', 'c']) queue.send({ body }, Date.now());
  start();
  await expect.poll(batches).toEqual([['a', 'b'], ['c']]);
  await expect.poll(() => queue.messages).toEqual([]);
  expect(recordsIn(events[0] ?? null)[0]).toMatchObject({
    ...{ body: 'a', eventSource: 'aws:sqs', awsRegion: 'eu-west-1', messageAttributes: {} },
    eventSourceARN: queue.settings.arn,
    md5OfBody: '0cc175b9c0f1b6a831c399e269772661',
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
  });
});

test('a batch on which the function fails comes again, until the dead-letter queue has it', async () => {
  const queue = queueOf({ queue: { VisibilityTimeout: 0 } });
  const failure: InvocationResult = { error: { errorType: 'Error', errorMessage: 'no table' } };
  answers = [() => failure, () => failure];
  queue.send({ body: 'a' }, Date.now());
  start();
  await expect.poll(() => deadLetters().messages).toMatchObject([{ body: 'a' }]);
  expect(batches()).toEqual([['a'], ['a']]);
  expect(said).toEqual(Array(2).fill('small-Backend failed on 1 of 1 messages of small-Queue: no table'));
});

test('of a batch only the messages that the answer names come again', async () => {
  const queue = queueOf({ queue: { VisibilityTimeout: 0 }, mapping: REPORTS });
  answers = [([first = '']) => ({ payload: { batchItemFailures: [{ itemIdentifier: first }] } })];
  for (const body of ['a', 'b']) queue.send({ body }, Date.now());
  start();
  await expect.poll(batches).toEqual([['a', 'b'], ['a']]);
  await expect.poll(() => queue.messages).toEqual([]);
});

test.each<[string, Json]>([
  ['names none', { batchItemFailures: [] }],
  ['has no list', {}],
])('a batch is deleted when the answer %s', async (_, payload) => {
  const queue = queueOf({ queue: { VisibilityTimeout: 0 }, mapping: REPORTS });
  answers = [() => ({ payload })];
  queue.send({ body: 'a' }, Date.now());
  start();
  await expect.poll(() => queue.messages).toEqual([]);
  expect(batches()).toEqual([['a']]);
});

test.each<[string, Json]>([
  ['is text', 'done'],
  ['names a message that is not of the batch', { batchItemFailures: [{ itemIdentifier: 'other' }] }],
  ['names none of the messages by its id', { batchItemFailures: [{}] }],
  ['has no list where one belongs', { batchItemFailures: 'a' }],
])('a whole batch comes again when the answer %s', async (_, payload) => {
  const queue = queueOf({ queue: { VisibilityTimeout: 0 }, mapping: REPORTS });
  answers = [() => ({ payload })];
  for (const body of ['a', 'b']) queue.send({ body }, Date.now());
  start();
  await expect.poll(batches).toEqual([
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('an answer that names failures deletes the batch where the mapping does not ask for them', async () => {
  const queue = queueOf({ queue: { VisibilityTimeout: 0 } });
  answers = [([first = '']) => ({ payload: { batchItemFailures: [{ itemIdentifier: first }] } })];
  queue.send({ body: 'a' }, Date.now());
  start();
  await expect.poll(() => queue.messages).toEqual([]);
  expect(batches()).toEqual([['a']]);
});

const MAPPING = 'AWS::Lambda::EventSourceMapping';

/** The mappings that read streams, those that read queues, and what is said of the others. */
function mappingsOf(mapping: JsonObject, functions = FUNCTIONS) {
  const stack = stackOf('small', queueTemplate({ mapping }));
  const resources = stack.resourcesOfType(MAPPING);
  const reported: string[] = [];
  const report = (kind: string, subject: string) => void reported.push(`${kind}: ${subject}`);
  const streams = eventSourceMappingsOf(resources, functions, report);
  const fromQueues = queueMappingsOf(resources, queuesOf(stack), functions, report);
  return { streams: streams.length, queues: fromQueues.length, reported };
}

const TABLE_STREAM = 'arn:aws:dynamodb:eu-west-1:000000000000:table/x/stream/local';

test.each<[string, JsonObject, number, number, readonly string[]]>([
  ['a queue', {}, 0, 1, []],
  ['a stream of a table', { EventSourceArn: TABLE_STREAM }, 1, 0, []],
  [
    'another stream',
    { EventSourceArn: 'arn:aws:kinesis:::stream/x' },
    ...([0, 0, ['event-source: QueueMapping (arn:aws:kinesis:::stream/x)']] as const),
  ],
  [
    'a queue of another app',
    { EventSourceArn: 'arn:aws:sqs:::x' },
    ...([0, 0, ['event-source: QueueMapping (arn:aws:sqs:::x)']] as const),
  ],
  ['a queue with a filter', { FilterCriteria: {} }, 0, 0, ['event-source: QueueMapping (its filter)']],
  [
    'a stream with a filter of operators',
    { EventSourceArn: TABLE_STREAM, FilterCriteria: { Filters: [{ Pattern: '{"eventName":[{"prefix":"I"}]}' }] } },
    ...([0, 0, ['event-source: QueueMapping (its filter)']] as const),
  ],
  [
    'a stream with a setting that changes nothing here',
    { EventSourceArn: TABLE_STREAM, ParallelizationFactor: 2 },
    ...([1, 0, ['event-source-setting: ParallelizationFactor of QueueMapping']] as const),
  ],
])('a mapping that reads %s', (_, mapping, streams, fromQueues, reported) => {
  expect(mappingsOf(mapping)).toEqual({ streams, queues: fromQueues, reported });
});

test('a mapping of a function that does not run here reads nothing', () => {
  const notRun = { ...FUNCTION, notRun: 'Backend does not run locally.' };
  expect(mappingsOf({}, new Map([[FUNCTION.functionArn, notRun]]))).toEqual({ streams: 0, queues: 0, reported: [] });
});

let mapped: ReturnType<typeof queueMappingsOf>;
let queues: ReadonlyMap<string, Queue>;

function queueOf(changes: Parameters<typeof queueTemplate>[0] = {}): Queue {
  const stack = stackOf('small', queueTemplate(changes));
  queues = queuesOf(stack);
  mapped = queueMappingsOf(stack.resourcesOfType(MAPPING), queues, FUNCTIONS);
  const [mapping] = mapped;
  if (mapping === undefined) throw new Error('The template has no mapping of a queue.');
  return mapping.queue;
}

function deadLetters(): Queue {
  const found = queues.get('arn:aws:sqs:eu-west-1:000000000000:small-DeadLetters');
  if (found === undefined) throw new Error('The template has no dead-letter queue.');
  return found;
}

function start(): void {
  const [mapping] = mapped;
  if (mapping !== undefined) poller = pollQueue(mapping, (line) => said.push(line));
}

function batches(): readonly (readonly string[])[] {
  return events.map((event) => recordsIn(event).map((record) => textOf(record, 'body')));
}

function recordsIn(event: Json): readonly JsonObject[] {
  return isObject(event) ? listOf(event, 'Records').filter(isObject) : [];
}
