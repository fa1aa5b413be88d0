import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { localClientOptions } from './dynamodb-endpoint.ts';
import type { StreamRecord } from './stream-record.ts';
import { latestStreamArn, readShard, type ShardPosition, settle, shardIdsOf } from './stream-shards.ts';

/** Reads a table's stream from a position onwards: over shards, restarts of DynamoDB, and a new table of the same name. */
export interface StreamReader {
  /** The records since the last call, oldest first. Rejects while DynamoDB is away; nothing is lost by that. */
  read(): Promise<readonly StreamRecord[]>;
  close(): void;
}

/** Milliseconds between looks for new shards, or for a new table. */
const LOOK_INTERVAL = 2000;

export function streamReader(
  endpoint: string,
  tableName: string,
  startingPosition: 'LATEST' | 'TRIM_HORIZON',
): StreamReader {
  const tables = new DynamoDBClient(localClientOptions(endpoint));
  const streams = new DynamoDBStreamsClient(localClientOptions(endpoint));
  let positions: readonly ShardPosition[] | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  const findShards = async (): Promise<readonly ShardPosition[]> => {
    const streamArn = await latestStreamArn(tables, tableName);
    // Whatever appears later is new: a child shard, or the stream of a new table.
    const start = positions === undefined ? startingPosition : 'TRIM_HORIZON';
    const found = (await shardIdsOf(streams, streamArn)).map((shardId): ShardPosition => {
      const known = positions?.find((position) => position.streamArn === streamArn && position.shardId === shardId);
      return (
        known ?? { streamArn, shardId, start, iterator: undefined, lastSequenceNumber: undefined, finished: false }
      );
    });
    return Promise.all(found.map((position) => settle(streams, position)));
  };

  const readAll = async (): Promise<readonly StreamRecord[]> => {
    if (positions === undefined || performance.now() - lookedAt > LOOK_INTERVAL) {
      positions = await findShards();
      lookedAt = performance.now();
    }
    const records: StreamRecord[] = [];
    for (const position of positions) records.push(...(await readShard(streams, position)));
    return records;
  };

  return {
    read: async () => {
      try {
        return await readAll();
      } catch (error) {
        // An iterator may not outlive DynamoDB's process; sequence numbers do, as long as the stream is the same.
        for (const position of positions ?? []) position.iterator = undefined;
        lookedAt = Number.NEGATIVE_INFINITY;
        throw error;
      }
    },
    close: () => {
      tables.destroy();
      streams.destroy();
    },
  };
}
