import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';

/** A batch of the revocation table's stream, or messages of the queue through which entries share a flush. */
export type FlushBatch = DynamoDBStreamEvent | SQSEvent;

/** Whether messages ask for a flush. It is due at once: the queue has delayed them by the settle time and more. */
export function isFlushRequest(batch: FlushBatch): batch is SQSEvent {
  return batch.Records[0]?.eventSource === 'aws:sqs';
}

/** An entry as the stream shows it right after it was written. */
export interface WrittenEntry {
  readonly item: Readonly<Record<string, AttributeValue>>;
  /** The id of the record or message, by which its next delivery is recognised; undefined if the stream does not say. */
  readonly eventId: string | undefined;
  /** Whether there was no entry for the target before. */
  readonly isNew: boolean;
  /** Seconds since the epoch, cut to whole seconds; undefined if the stream does not say. */
  readonly createdAt: number | undefined;
}

/**
 * The entries that a batch wrote. Deletions, by `restore` or TTL, leave no decision in the cache that must go. A message counts as an
 * entry of which nothing but its id is known.
 */
export function writtenEntries(batch: FlushBatch): readonly WrittenEntry[] {
  if (isFlushRequest(batch)) return batch.Records.map(requested);
  const { Records } = batch;
  return Records.filter(({ eventName }) => eventName === 'INSERT' || eventName === 'MODIFY').map(entryOf);
}

function requested({ messageId }: SQSEvent['Records'][number]): WrittenEntry {
  return { eventId: messageId, isNew: false, item: {}, createdAt: undefined };
}

function entryOf({ eventID, eventName, dynamodb }: DynamoDBRecord): WrittenEntry {
  return {
    eventId: eventID ?? dynamodb?.SequenceNumber,
    isNew: eventName === 'INSERT',
    item: (dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>,
    createdAt: dynamodb?.ApproximateCreationDateTime,
  };
}

/** Whether an entry flushes. Writers of thousands of entries (logouts) set `flush: false`; only this exact value counts. */
export function wantsFlush({ item }: WrittenEntry): boolean {
  return item[ENTRY_ATTRIBUTES.flush]?.BOOL !== false;
}
