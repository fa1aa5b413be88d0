import { createHash, randomUUID } from 'node:crypto';
import type { QueueSettings } from './queue-settings.ts';

/** A message as its sender wrote it. */
export interface SentMessage {
  readonly body: string;
  /** Only in FIFO queues: messages of one group are received in order, and none while an earlier one is hidden. */
  readonly groupId?: string | undefined;
  /** Only in FIFO queues. @default the hash of the body, if the queue deduplicates by content */
  readonly deduplicationId?: string | undefined;
  /** Seconds, not in FIFO queues. @default as the queue says */
  readonly delaySeconds?: number | undefined;
}

/** What SQS answers the sender. */
export interface MessageReceipt {
  readonly messageId: string;
  /** undefined: the queue is not FIFO. */
  readonly sequenceNumber: string | undefined;
}

/** A message in the queue. */
export interface QueuedMessage extends SentMessage, MessageReceipt {
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** Milliseconds since the epoch; undefined: not received yet. */
  readonly firstReceivedAt: number | undefined;
  readonly receiveCount: number;
  /** Milliseconds since the epoch at which the message may be received. */
  readonly visibleAt: number;
}

/** Milliseconds in which a FIFO queue drops a message with the same deduplication id (SQS developer guide). */
const DEDUPLICATION_INTERVAL = 300_000;

/** One queue of SQS, in memory. Times are milliseconds since the epoch. Messages are not deleted for their age. */
export class Queue {
  readonly settings: QueueSettings;
  readonly #deadLetterQueue: () => Queue | undefined;
  #messages: readonly QueuedMessage[] = [];
  /** By deduplication id. */
  readonly #latest = new Map<string, { readonly receipt: MessageReceipt; readonly sentAt: number }>();
  #sent = 0;

  /** @param deadLetterQueue - called only after the construction of all queues */
  constructor(settings: QueueSettings, deadLetterQueue: () => Queue | undefined) {
    this.settings = settings;
    this.#deadLetterQueue = deadLetterQueue;
  }

  /** All messages that are not deleted, the first one first. */
  get messages(): readonly QueuedMessage[] {
    return this.#messages;
  }

  /** Takes a message. In a FIFO queue a repetition is answered as the first one was, and dropped. */
  send(message: SentMessage, now: number): MessageReceipt {
    const id = this.#deduplicationIdOf(message);
    const earlier = id === undefined ? undefined : this.#latest.get(id);
    if (earlier !== undefined && now - earlier.sentAt < DEDUPLICATION_INTERVAL) return earlier.receipt;
    const receipt = this.#newReceipt();
    if (id !== undefined) this.#latest.set(id, { receipt, sentAt: now });
    const { delaySeconds = this.settings.delaySeconds } = message;
    const times = { sentAt: now, firstReceivedAt: undefined, visibleAt: now + delaySeconds * 1000 };
    this.#messages = [...this.#messages, { ...message, ...receipt, ...times, deduplicationId: id, receiveCount: 0 }];
    return receipt;
  }

  /** Hides up to `max` messages and returns them. A message that was received too often moves to the dead-letter queue. */
  receive(max: number, now: number): readonly QueuedMessage[] {
    this.#moveDeadLetters(now);
    const visibleAt = now + this.settings.visibilityTimeoutSeconds * 1000;
    const received = new Map(
      this.#receivable(now)
        .slice(0, max)
        .map((message) => [
          message.messageId,
          {
            ...message,
            visibleAt,
            receiveCount: message.receiveCount + 1,
            firstReceivedAt: message.firstReceivedAt ?? now,
          },
        ]),
    );
    this.#messages = this.#messages.map((message) => received.get(message.messageId) ?? message);
    return [...received.values()];
  }

  delete(messageId: string): void {
    this.#messages = this.#messages.filter((message) => message.messageId !== messageId);
  }

  /** Visible messages. In a FIFO queue, those behind a hidden one of their group are not. */
  #receivable(now: number): readonly QueuedMessage[] {
    const hidden = this.#messages.filter(({ visibleAt }) => visibleAt > now);
    const blocked = new Set(this.settings.isFifo ? hidden.map(({ groupId }) => groupId) : []);
    return this.#messages.filter(({ visibleAt, groupId }) => visibleAt <= now && !blocked.has(groupId));
  }

  #moveDeadLetters(now: number): void {
    const { maxReceiveCount = Number.POSITIVE_INFINITY } = this.settings.redrive ?? {};
    const dead = this.#receivable(now).filter(({ receiveCount }) => receiveCount >= maxReceiveCount);
    for (const message of dead) {
      this.#deadLetterQueue()?.accept(message);
      this.delete(message.messageId);
    }
  }

  /** Takes a message of another queue, with its id. */
  accept(message: QueuedMessage): void {
    this.#messages = [...this.#messages, message];
  }

  #deduplicationIdOf({ body, deduplicationId }: SentMessage): string | undefined {
    const { isFifo, deduplicatesByContent } = this.settings;
    if (!isFifo) return undefined;
    if (deduplicationId !== undefined || !deduplicatesByContent) return deduplicationId;
    return createHash('sha256').update(body).digest('hex');
  }

  #newReceipt(): MessageReceipt {
    this.#sent += 1;
    const sequenceNumber = this.settings.isFifo ? String(this.#sent).padStart(20, '0') : undefined;
    return { messageId: randomUUID(), sequenceNumber };
  }
}
