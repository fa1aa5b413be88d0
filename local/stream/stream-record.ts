import type { AttributeValue, _Record as SdkRecord } from '@aws-sdk/client-dynamodb-streams';
import { REGION } from '../cloudformation/place.ts';
import type { Json, JsonObject } from '../cloudformation/template.ts';

/** One change of the table, in the form that Lambda passes on. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly event: JsonObject;
}

/** Blobs are in base64, times in seconds (Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB"). */
export function streamRecordOf(record: SdkRecord, streamArn: string, readAt: number): StreamRecord {
  const { eventID, eventName, eventVersion, dynamodb } = record;
  const sequenceNumber = dynamodb?.SequenceNumber ?? '';
  const firstReadAt = firstReadingOf(`${streamArn} ${sequenceNumber}`, readAt);
  const createdAt = creationTimeOf(dynamodb?.ApproximateCreationDateTime, firstReadAt);
  const image = (name: 'Keys' | 'NewImage' | 'OldImage'): JsonObject => {
    const attributes = dynamodb?.[name];
    return attributes === undefined ? {} : { [name]: attributesOf(attributes) };
  };
  const event: JsonObject = {
    eventID: eventID ?? '',
    eventName: eventName ?? '',
    eventVersion: eventVersion ?? '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(createdAt / 1000),
      ...image('Keys'),
      ...image('NewImage'),
      ...image('OldImage'),
      SequenceNumber: sequenceNumber,
      SizeBytes: dynamodb?.SizeBytes ?? 0,
      StreamViewType: dynamodb?.StreamViewType ?? '',
    },
    eventSourceARN: streamArn,
  };
  return { sequenceNumber, createdAt, event };
}

/** When each record was read first, in milliseconds since the epoch: another API of the same run reads the stream again. */
const firstReadings = new Map<string, number>();

function firstReadingOf(record: string, readAt: number): number {
  const first = firstReadings.get(record) ?? readAt;
  firstReadings.set(record, first);
  return first;
}

/**
 * The latest time that fits, in milliseconds since the epoch. DynamoDB Local rounds down to the minute, DynamoDB to the
 * second, and a record that looks older than it is would be flushed too early.
 */
function creationTimeOf(rounded: Date | undefined, readAt: number): number {
  return rounded === undefined ? readAt : Math.min(readAt, rounded.getTime() + 60_000);
}

function attributesOf(attributes: Record<string, AttributeValue>): JsonObject {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: AttributeValue): Json {
  if (value.L !== undefined) return { L: value.L.map(attributeOf) };
  if (value.M !== undefined) return { M: attributesOf(value.M) };
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  return JSON.parse(JSON.stringify(value)) as Json;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
