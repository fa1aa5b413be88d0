import { describe, expect, test } from 'vitest';
import { Queue } from '../../../local/queue/queue.ts';
import type { QueueSettings } from '../../../local/queue/queue-settings.ts';

const SETTINGS: QueueSettings = {
  name: 'q',
  arn: 'arn:aws:sqs:eu-west-1:000000000000:q',
  url: 'https://sqs.eu-west-1.amazonaws.com/000000000000/q',
  isFifo: false,
  deduplicatesByContent: false,
  delaySeconds: 0,
  visibilityTimeoutSeconds: 30,
  redrive: undefined,
};
const DEAD_LETTERS = 'arn:aws:sqs:eu-west-1:000000000000:dead';

function queueWith(settings: Partial<QueueSettings> = {}, deadLetters?: Queue): Queue {
  return new Queue({ ...SETTINGS, ...settings }, () => deadLetters);
}

function bodiesIn(messages: readonly { readonly body: string }[]): readonly string[] {
  return messages.map(({ body }) => body);
}

/** What is received at an instant, in seconds. */
function receivedAt(queue: Queue, seconds: number, max = 10): readonly string[] {
  return bodiesIn(queue.receive(max, seconds * 1000));
}

describe('a queue', () => {
  test('hands out a message, hides it, and hands it out again after the visibility timeout', () => {
    const queue = queueWith();
    queue.send({ body: 'a' }, 0);
    expect(receivedAt(queue, 0)).toEqual(['a']);
    expect(receivedAt(queue, 29.999)).toEqual([]);
    expect(receivedAt(queue, 30)).toEqual(['a']);
    expect(queue.messages).toMatchObject([{ receiveCount: 2, firstReceivedAt: 0 }]);
  });

  test('hands out no message that was deleted', () => {
    const queue = queueWith();
    const { messageId } = queue.send({ body: 'a' }, 0);
    queue.receive(1, 0);
    queue.delete(messageId);
    expect(receivedAt(queue, 60)).toEqual([]);
  });

  test('hands out at most as many messages as wanted, the first ones first', () => {
    const queue = queueWith();
    for (const body of ['a', 'b', 'c']) queue.send({ body }, 0);
    expect(receivedAt(queue, 0, 2)).toEqual(['a', 'b']);
    expect(receivedAt(queue, 0, 2)).toEqual(['c']);
  });

  test('hides a new message for its delay, and not longer', () => {
    const queue = queueWith({ delaySeconds: 45 });
    queue.send({ body: 'a' }, 1000);
    expect(receivedAt(queue, 45.999)).toEqual([]);
    expect(receivedAt(queue, 46)).toEqual(['a']);
  });

  test('takes the message’s own delay before its own', () => {
    const queue = queueWith({ delaySeconds: 45 });
    queue.send({ body: 'a', delaySeconds: 0 }, 0);
    expect(receivedAt(queue, 0)).toEqual(['a']);
  });

  test('takes a message twice, also with the same deduplication id', () => {
    const queue = queueWith();
    queue.send({ body: 'a', deduplicationId: '1' }, 0);
    queue.send({ body: 'a', deduplicationId: '1' }, 0);
    expect(receivedAt(queue, 0)).toEqual(['a', 'a']);
  });

  test('moves a message to the dead-letter queue instead of handing it out too often', () => {
    const deadLetters = queueWith({ arn: DEAD_LETTERS });
    const queue = queueWith({ redrive: { maxReceiveCount: 2, deadLetterQueueArn: DEAD_LETTERS } }, deadLetters);
    const { messageId } = queue.send({ body: 'a' }, 0);
    expect([0, 30, 60].map((seconds) => receivedAt(queue, seconds))).toEqual([['a'], ['a'], []]);
    expect(queue.messages).toEqual([]);
    expect(deadLetters.messages).toMatchObject([{ messageId, body: 'a' }]);
  });
});

describe('a FIFO queue', () => {
  const fifo = (settings: Partial<QueueSettings> = {}) => queueWith({ isFifo: true, ...settings });

  test('drops a message with the same deduplication id for five minutes, also after the first one was deleted', () => {
    const queue = fifo();
    const first = queue.send({ body: 'a', groupId: 'g', deduplicationId: '1' }, 0);
    queue.receive(1, 0);
    queue.delete(first.messageId);
    expect(queue.send({ body: 'b', groupId: 'g', deduplicationId: '1' }, 299_999)).toEqual(first);
    expect(receivedAt(queue, 299.999)).toEqual([]);
    expect(queue.send({ body: 'c', groupId: 'g', deduplicationId: '1' }, 300_000)).not.toEqual(first);
    expect(receivedAt(queue, 300)).toEqual(['c']);
  });

  test('hands out no message of a group while an earlier one is hidden, and others meanwhile', () => {
    const queue = fifo();
    queue.send({ body: 'a1', groupId: 'a', deduplicationId: '1' }, 0);
    queue.send({ body: 'a2', groupId: 'a', deduplicationId: '2' }, 0);
    queue.send({ body: 'b1', groupId: 'b', deduplicationId: '3' }, 0);
    expect(receivedAt(queue, 0, 1)).toEqual(['a1']);
    expect(receivedAt(queue, 1)).toEqual(['b1']);
    expect(receivedAt(queue, 30)).toEqual(['a1', 'a2']);
  });

  test('takes the hash of the body for a deduplication id when it deduplicates by content', () => {
    const queue = fifo({ deduplicatesByContent: true });
    for (const body of ['a', 'a', 'b']) queue.send({ body, groupId: 'g' }, 0);
    expect(receivedAt(queue, 0)).toEqual(['a', 'b']);
  });

  test('numbers its messages in their order', () => {
    const queue = fifo();
    const numbers = ['1', '2'].map(
      (deduplicationId) => queue.send({ body: 'a', groupId: 'g', deduplicationId }, 0).sequenceNumber ?? '',
    );
    expect(numbers.toSorted()).toEqual(numbers);
    expect(new Set(numbers).size).toBe(2);
  });
});
