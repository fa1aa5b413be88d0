import { createHash } from 'node:crypto';
import { ACCOUNT, REGION } from '../cloudformation/place.ts';
import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import type { InvocationResult } from '../functions/lambda-environment.ts';
import type { QueuedMessage } from './queue.ts';

/** The event with which Lambda passes messages to a function (developer guide, "Using Lambda with Amazon SQS"). */
export function queueEvent(messages: readonly QueuedMessage[], queueArn: string): JsonObject {
  return { Records: messages.map((message) => recordOf(message, queueArn)) };
}

function recordOf(message: QueuedMessage, eventSourceARN: string): JsonObject {
  const { messageId, receiveCount, body } = message;
  return {
    messageId,
    receiptHandle: `${messageId}-${receiveCount}`,
    body,
    attributes: attributesOf(message),
    messageAttributes: {},
    md5OfBody: md5Of(body),
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: REGION,
  };
}

/** All values are text. The last three are only in FIFO queues. */
function attributesOf({ sentAt, firstReceivedAt, receiveCount, ...message }: QueuedMessage): JsonObject {
  const { sequenceNumber, groupId, deduplicationId } = message;
  return {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(sentAt),
    SenderId: ACCOUNT,
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(sequenceNumber !== undefined && { SequenceNumber: sequenceNumber }),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
  };
}

export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/**
 * The ids of the messages that the function did not handle. A failure of the function, or an answer that Lambda cannot read, fails the
 * whole batch (developer guide, "Handling errors for an SQS event source in Lambda").
 */
export function failedMessages(
  result: InvocationResult,
  messages: readonly QueuedMessage[],
  reportsFailures: boolean,
): ReadonlySet<string> {
  const ids = messages.map(({ messageId }) => messageId);
  if ('error' in result) return new Set(ids);
  const named = reportsFailures ? identifiersIn(result.payload) : [];
  return new Set(named === undefined || !named.every((id) => ids.includes(id)) ? ids : named);
}

/** undefined: the answer is malformed. */
function identifiersIn(payload: Json): readonly string[] | undefined {
  if (payload === null) return [];
  const failures = isObject(payload) ? (payload.batchItemFailures ?? []) : undefined;
  if (!Array.isArray(failures)) return undefined;
  return failures.map((failure) => (isObject(failure) ? String(failure.itemIdentifier) : ''));
}
