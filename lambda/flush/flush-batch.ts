import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';

/** An entry as the stream shows it right after it was written. */
export interface WrittenEntry {
  readonly item: Readonly<Record<string, AttributeValue>>;
  /** The id of the stream's record, by which its next delivery is recognised; undefined if the stream does not say. */
  readonly eventId: string | undefined;
  /** Whether there was no entry for the target before. */
  readonly isNew: boolean;
  /** Seconds since the epoch, cut to whole seconds; undefined if the stream does not say. */
  readonly createdAt: number | undefined;
}

/** The entries that a batch wrote. Deletions, by `restore` or TTL, leave no decision in the cache that must go. */
export function writtenEntries({ Records }: DynamoDBStreamEvent): readonly WrittenEntry[] {
  return Records.filter(({ eventName }) => eventName === 'INSERT' || eventName === 'MODIFY').map(entryOf);
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
