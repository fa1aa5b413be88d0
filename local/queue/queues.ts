import type { Stack } from '../cloudformation/stack.ts';
import { Queue } from './queue.ts';
import { queueSettingsOf } from './queue-settings.ts';

/**
 * The template's queues, by ARN: Amazon SQS as far as this product uses it. EventBridge and CloudTrail are not played, so a rule puts
 * nothing on its queue; a test can send the event there itself.
 */
export function queuesOf(stack: Stack): ReadonlyMap<string, Queue> {
  const queues = new Map<string, Queue>();
  for (const resource of stack.resourcesOfType('AWS::SQS::Queue')) {
    const settings = queueSettingsOf(resource, stack);
    queues.set(settings.arn, new Queue(settings, () => queues.get(settings.redrive?.deadLetterQueueArn ?? '')));
  }
  return queues;
}
