import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { type StreamRecord, streamRecordOf } from './stream-record.ts';

/** A reader's place in one shard. */
export interface ShardPosition {
  readonly streamArn: string;
  readonly shardId: string;
  /** Where to start without a sequence number. */
  readonly start: 'LATEST' | 'TRIM_HORIZON';
  iterator: string | undefined;
  lastSequenceNumber: string | undefined;
  finished: boolean;
}

export async function latestStreamArn(tables: DynamoDBClient, TableName: string): Promise<string> {
  const { Table } = await tables.send(new DescribeTableCommand({ TableName }));
  if (Table?.LatestStreamArn === undefined) throw new Error(`The table ${TableName} has no stream.`);
  return Table.LatestStreamArn;
}

/** The stream's shards from now on: where they were left, or at `start`. */
export async function shardPositions(
  streams: DynamoDBStreamsClient,
  streamArn: string,
  start: ShardPosition['start'],
  left: readonly ShardPosition[] = [],
): Promise<readonly ShardPosition[]> {
  const found = (await shardIdsOf(streams, streamArn)).map((shardId): ShardPosition => {
    const known = left.find((position) => position.streamArn === streamArn && position.shardId === shardId);
    return known ?? { streamArn, shardId, start, iterator: undefined, lastSequenceNumber: undefined, finished: false };
  });
  return Promise.all(found.map((position) => settle(streams, position)));
}

/** Parents before their children, as DynamoDB lists them. */
async function shardIdsOf(streams: DynamoDBStreamsClient, StreamArn: string): Promise<readonly string[]> {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  return (StreamDescription?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []);
}

/** Fixes the place of a position that starts at the latest record: what is written from now on will be read. */
async function settle(streams: DynamoDBStreamsClient, position: ShardPosition): Promise<ShardPosition> {
  position.iterator ??= await iteratorAt(streams, position);
  return position;
}

/** The records that follow the position, which moves behind them. */
export async function readShard(
  streams: DynamoDBStreamsClient,
  position: ShardPosition,
): Promise<readonly StreamRecord[]> {
  if (position.finished) return [];
  position.iterator ??= await iteratorAt(streams, position);
  const { Records = [], NextShardIterator } = await streams.send(
    new GetRecordsCommand({ ShardIterator: position.iterator }),
  );
  position.iterator = NextShardIterator;
  position.finished = NextShardIterator === undefined;
  const records = Records.map((record) => streamRecordOf(record, position.streamArn, Date.now()));
  position.lastSequenceNumber = records.at(-1)?.sequenceNumber ?? position.lastSequenceNumber;
  return records;
}

async function iteratorAt(streams: DynamoDBStreamsClient, position: ShardPosition): Promise<string | undefined> {
  const { streamArn: StreamArn, shardId: ShardId, start, lastSequenceNumber: SequenceNumber } = position;
  const place =
    SequenceNumber === undefined
      ? { ShardIteratorType: start }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, SequenceNumber };
  const { ShardIterator } = await streams.send(new GetShardIteratorCommand({ StreamArn, ShardId, ...place }));
  return ShardIterator;
}
