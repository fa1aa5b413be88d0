import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  TrimmedDataAccessException,
} from '@aws-sdk/client-dynamodb-streams';
import { localClientOptions } from '../dynamodb/dynamodb-endpoint.ts';
import { type StreamRecord, streamRecordOf } from './stream-record.ts';

/** Milliseconds between checks for new shards, or for a new table. */
const CHECK_INTERVAL = 2000;

/** What reads a stream, piece by piece. */
export type RecordReader = Pick<StreamReader, 'read' | 'close'>;

/** Reads a table's stream from a position onwards: across shards, restarts of DynamoDB, and a new table of the same name. */
export class StreamReader {
  readonly #tables: DynamoDBClient;
  readonly #streams: DynamoDBStreamsClient;
  readonly #tableName: string;
  readonly #start: ShardPosition['start'];
  #positions: readonly ShardPosition[] | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;

  constructor(endpoint: string, tableName: string, start: ShardPosition['start']) {
    this.#tables = new DynamoDBClient(localClientOptions(endpoint));
    this.#streams = new DynamoDBStreamsClient(localClientOptions(endpoint));
    this.#tableName = tableName;
    this.#start = start;
  }

  /** The records since the last call, oldest first. Rejects while DynamoDB is down, and loses nothing. */
  async read(): Promise<readonly StreamRecord[]> {
    try {
      return await readShards(this.#streams, await this.#currentPositions());
    } catch (error) {
      this.#checkAgain();
      throw error;
    }
  }

  close(): void {
    this.#tables.destroy();
    this.#streams.destroy();
  }

  async #currentPositions(): Promise<readonly ShardPosition[]> {
    const earlier = this.#positions;
    if (earlier !== undefined && performance.now() - this.#checkedAt <= CHECK_INTERVAL) return earlier;
    const streamArn = await latestStreamArn(this.#tables, this.#tableName);
    // A shard that appears later is read from its beginning: it is a child, or belongs to a new table's stream.
    const start = earlier === undefined ? this.#start : 'TRIM_HORIZON';
    const positions = await shardPositions(this.#streams, streamArn, start, earlier);
    this.#positions = positions;
    this.#checkedAt = performance.now();
    return positions;
  }

  /** Drops the iterators: they may not survive a restart of DynamoDB, as sequence numbers of the same stream do. */
  #checkAgain(): void {
    for (const position of this.#positions ?? []) position.iterator = undefined;
    this.#checkedAt = Number.NEGATIVE_INFINITY;
  }
}

async function readShards(
  streams: DynamoDBStreamsClient,
  positions: readonly ShardPosition[],
): Promise<readonly StreamRecord[]> {
  const records: StreamRecord[] = [];
  for (const position of positions) records.push(...(await readShard(streams, position)));
  return records;
}

/** A reader's position in one shard. */
interface ShardPosition {
  readonly streamArn: string;
  readonly shardId: string;
  /** The start when there is no sequence number. */
  start: 'LATEST' | 'TRIM_HORIZON';
  iterator: string | undefined;
  lastSequenceNumber: string | undefined;
  finished: boolean;
}

async function latestStreamArn(tables: DynamoDBClient, TableName: string): Promise<string> {
  const { Table } = await tables.send(new DescribeTableCommand({ TableName }));
  if (Table?.LatestStreamArn === undefined) throw new Error(`The table ${TableName} has no stream.`);
  return Table.LatestStreamArn;
}

/** The positions in the stream's shards: where they were left, or at `start`. */
async function shardPositions(
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

/** Fixes a position that starts at the latest record, so that all later records are read. */
async function settle(streams: DynamoDBStreamsClient, position: ShardPosition): Promise<ShardPosition> {
  position.iterator ??= await iteratorAt(streams, position);
  return position;
}

/** Reads the records after the position, and moves the position past them. */
async function readShard(streams: DynamoDBStreamsClient, position: ShardPosition): Promise<readonly StreamRecord[]> {
  if (position.finished) return [];
  try {
    return await readOn(streams, position);
  } catch (error) {
    if (!(error instanceof TrimmedDataAccessException)) throw error;
    // The oldest record is newer than the position: DynamoDB Local says so of the first one in a shard that was empty.
    Object.assign(position, { start: 'TRIM_HORIZON', iterator: undefined, lastSequenceNumber: undefined });
    return readOn(streams, position);
  }
}

async function readOn(streams: DynamoDBStreamsClient, position: ShardPosition): Promise<readonly StreamRecord[]> {
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
