import { expect, test } from 'vitest';
import { stackOf } from '../../../local/cloudformation/stack.ts';
import { queuesOf } from '../../../local/queue/queues.ts';
import { queueTemplate } from '../../support/gateway/queue-template.ts';

const ARN = 'arn:aws:sqs:eu-west-1:000000000000:small-Queue';

test('a queue has the settings of the template, and SQS’s defaults', () => {
  const queues = queuesOf(stackOf('small', queueTemplate({ queue: { DelaySeconds: 45 } })));
  expect(queues.get(ARN)?.settings).toMatchObject({ isFifo: false, delaySeconds: 45, visibilityTimeoutSeconds: 30 });
  expect(queues.get('arn:aws:sqs:eu-west-1:000000000000:small-DeadLetters')?.settings).toMatchObject({
    ...{ delaySeconds: 0, visibilityTimeoutSeconds: 30, redrive: undefined },
  });
});

test('a FIFO queue has a name, an ARN and an address with the ending of one', () => {
  const stack = stackOf('small', queueTemplate({ queue: { FifoQueue: true } }));
  const { settings } = queuesOf(stack).get(`${ARN}.fifo`) ?? {};
  expect(settings).toMatchObject({
    name: 'small-Queue.fifo',
    url: 'https://sqs.eu-west-1.amazonaws.com/000000000000/small-Queue.fifo',
    isFifo: true,
  });
});

test('a message that was received too often is in the dead-letter queue of the template', () => {
  const queues = queuesOf(stackOf('small', queueTemplate()));
  const queue = queues.get(ARN);
  queue?.send({ body: 'a' }, 0);
  for (const seconds of [0, 30, 60]) queue?.receive(1, seconds * 1000);
  expect(queues.get('arn:aws:sqs:eu-west-1:000000000000:small-DeadLetters')?.messages).toMatchObject([{ body: 'a' }]);
});

test('a setting that changes nothing here is passed over', () => {
  const stack = stackOf('small', queueTemplate({ queue: { DeduplicationScope: 'messageGroup' } }));
  expect([...queuesOf(stack).keys()]).toContain(ARN);
});
