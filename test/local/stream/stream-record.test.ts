import { expect, it } from 'vitest';
import { streamRecordOf } from '../../../local/stream/stream-record.ts';

/** When DynamoDB Local says that it wrote: it rounds down to the minute. */
const MINUTE = new Date('2026-11-30T11:19:00Z');
const record = { eventName: 'INSERT', dynamodb: { SequenceNumber: '1', ApproximateCreationDateTime: MINUTE } } as const;
const createdAt = (streamArn: string, readAt: string) =>
  new Date(streamRecordOf(record, streamArn, Date.parse(readAt)).createdAt).toISOString();

it('a record was written when it is first read, and keeps that time when another API reads the stream again', () => {
  expect(createdAt('one', '2026-11-30T11:19:42.250Z')).toBe('2026-11-30T11:19:42.250Z');
  expect(createdAt('one', '2026-11-30T11:25:00.000Z')).toBe('2026-11-30T11:19:42.250Z');
});

it('a record that is read late was written in its minute at the latest', () => {
  expect(createdAt('two', '2026-11-30T11:25:00.000Z')).toBe('2026-11-30T11:20:00.000Z');
});
