import type { Stack, StackResource } from '../cloudformation/stack.ts';
import { type JsonObject, numberOf, objectOf, textOrEmpty } from '../cloudformation/template.ts';

/** A queue as the template describes it. */
export interface QueueSettings {
  readonly name: string;
  readonly arn: string;
  /** The address by which senders name the queue. Nothing listens there. */
  readonly url: string;
  readonly isFifo: boolean;
  /** Whether a message without a deduplication id gets the hash of its body as one. */
  readonly deduplicatesByContent: boolean;
  /** Seconds for which a new message is hidden. */
  readonly delaySeconds: number;
  /** Seconds for which a message is hidden after it was received. */
  readonly visibilityTimeoutSeconds: number;
  /** undefined: a message is received until it is deleted. */
  readonly redrive: Redrive | undefined;
}

export interface Redrive {
  readonly maxReceiveCount: number;
  readonly deadLetterQueueArn: string;
}

/** SQS developer guide, "Amazon SQS queue parameters". */
const DEFAULT_VISIBILITY_TIMEOUT = 30;

/** What else a queue may have, such as its encryption or the scope of its deduplication, changes nothing here. */
export function queueSettingsOf({ logicalId, properties }: StackResource, stack: Stack): QueueSettings {
  return {
    name: stack.attribute(logicalId, 'QueueName'),
    arn: stack.attribute(logicalId, 'Arn'),
    url: stack.ref(logicalId),
    isFifo: properties.FifoQueue === true,
    deduplicatesByContent: properties.ContentBasedDeduplication === true,
    delaySeconds: numberOf(properties, 'DelaySeconds', 0),
    visibilityTimeoutSeconds: numberOf(properties, 'VisibilityTimeout', DEFAULT_VISIBILITY_TIMEOUT),
    redrive: redriveOf(properties),
  };
}

function redriveOf(properties: JsonObject): Redrive | undefined {
  if (properties.RedrivePolicy === undefined) return undefined;
  const policy = objectOf(properties, 'RedrivePolicy');
  return {
    maxReceiveCount: numberOf(policy, 'maxReceiveCount', Number.POSITIVE_INFINITY),
    deadLetterQueueArn: textOrEmpty(policy, 'deadLetterTargetArn'),
  };
}
