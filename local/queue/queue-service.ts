import { isObject, type Json, type JsonObject } from '../cloudformation/template.ts';
import type { MayCall } from '../iam/permissions.ts';
import type { Queue } from './queue.ts';
import { md5Of } from './queue-event.ts';

/** One call of Amazon SQS by AWS's JSON protocol. */
export interface QueueCall {
  /** The header `X-Amz-Target`. */
  readonly operation: string;
  readonly accessKeyId: string;
  readonly body: string;
}

export interface QueueAnswer {
  readonly status: number;
  readonly body: JsonObject;
}

export interface QueueServiceOptions {
  /** By ARN. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly mayCall: MayCall;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type CallQueueService = (call: QueueCall) => QueueAnswer;

const OPERATION = 'AmazonSQS.SendMessage';
/** Bytes (SQS developer guide, "Amazon SQS message quotas"). */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** The part of Amazon SQS that the product calls: SendMessage, and nothing else. */
export function queueService({ queues, mayCall, now }: QueueServiceOptions): CallQueueService {
  return ({ operation, accessKeyId, body }) => {
    if (operation !== OPERATION) {
      return failure('UnknownOperationException', `The local SQS knows ${OPERATION} only`);
    }
    const input = parsedObject(body);
    const queue = [...queues.values()].find(({ settings }) => settings.url === input.QueueUrl);
    if (queue === undefined) return failure('QueueDoesNotExist', 'The specified queue does not exist.');
    const { arn } = queue.settings;
    if (!mayCall(accessKeyId, 'sqs:SendMessage', arn)) {
      const message = `User is not authorized to perform: sqs:sendmessage on resource: ${arn}`;
      return failure('AccessDeniedException', message, 403);
    }
    return flawOf(input, queue) ?? sent(input, queue, now());
  };
}

function parsedObject(body: string): JsonObject {
  try {
    const value = JSON.parse(body) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function flawOf(input: JsonObject, { settings }: Queue): QueueAnswer | undefined {
  const { MessageBody, MessageGroupId, MessageDeduplicationId, DelaySeconds } = input;
  if (typeof MessageBody !== 'string' || MessageBody === '') return missing('MessageBody');
  if (Buffer.byteLength(MessageBody) > MAX_MESSAGE_BYTES) {
    return failure('InvalidParameterValueException', `The message is longer than ${MAX_MESSAGE_BYTES} bytes.`);
  }
  if (!settings.isFifo) return undefined;
  if (typeof MessageGroupId !== 'string') return missing('MessageGroupId');
  if (typeof MessageDeduplicationId !== 'string' && !settings.deduplicatesByContent) {
    const sentence =
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
    return failure('InvalidParameterValueException', sentence);
  }
  if (DelaySeconds === undefined) return undefined;
  return failure('InvalidParameterValueException', 'DelaySeconds is not valid for a message of a FIFO queue.');
}

function missing(name: string): QueueAnswer {
  return failure('MissingRequiredParameterException', `The request must contain the parameter ${name}.`);
}

function sent(input: JsonObject, queue: Queue, now: number): QueueAnswer {
  const body = String(input.MessageBody);
  const { messageId, sequenceNumber } = queue.send(
    {
      body,
      groupId: textOrUndefined(input.MessageGroupId),
      deduplicationId: textOrUndefined(input.MessageDeduplicationId),
      delaySeconds: typeof input.DelaySeconds === 'number' ? input.DelaySeconds : undefined,
    },
    now,
  );
  const SequenceNumber = sequenceNumber === undefined ? {} : { SequenceNumber: sequenceNumber };
  return { status: 200, body: { MessageId: messageId, MD5OfMessageBody: md5Of(body), ...SequenceNumber } };
}

function textOrUndefined(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function failure(name: string, message: string, status = 400): QueueAnswer {
  return { status, body: { __type: `com.amazonaws.sqs#${name}`, message } };
}
