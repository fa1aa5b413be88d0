import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';

/** An entry as the stream shows it right after it was written. */
export interface WrittenEntry {
  readonly item: Readonly<Record<string, AttributeValue>>;
  /** The record's own, by which its next delivery is known; undefined if the stream does not say. */
  readonly eventId: string | undefined;
  /** Whether there was no entry for the target before. */
  readonly isNew: boolean;
  /** Seconds since the epoch, cut to whole seconds; undefined if the stream does not say. */
  readonly createdAt: number | undefined;
}

/** The entries that a batch wrote. Deletions restore, or are TTL's: neither leaves a decision in the cache that must go. */
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

/** Whoever writes thousands of entries (logouts) says `flush: false`, and only exactly that is obeyed. */
export function wantsFlush({ item }: WrittenEntry): boolean {
  return item[ENTRY_ATTRIBUTES.flush]?.BOOL !== false;
}
