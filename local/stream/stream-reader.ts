import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { localClientOptions } from '../dynamodb/dynamodb-endpoint.ts';
import type { StreamRecord } from './stream-record.ts';
import { latestStreamArn, readShard, type ShardPosition, shardPositions } from './stream-shards.ts';

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
  const shards = shardWatch(tables, streams, tableName, startingPosition);
  return {
    read: async () => {
      try {
        return await readShards(streams, await shards.positions());
      } catch (error) {
        shards.lookAgain();
        throw error;
      }
    },
    close: () => {
      tables.destroy();
      streams.destroy();
    },
  };
}

/** The reader's places in the shards there are, looked for every now and then. */
function shardWatch(
  tables: DynamoDBClient,
  streams: DynamoDBStreamsClient,
  tableName: string,
  startingPosition: 'LATEST' | 'TRIM_HORIZON',
) {
  let found: readonly ShardPosition[] | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;
  return {
    positions: async (): Promise<readonly ShardPosition[]> => {
      if (found !== undefined && performance.now() - lookedAt <= LOOK_INTERVAL) return found;
      const streamArn = await latestStreamArn(tables, tableName);
      // Whatever appears later is new: a child shard, or the stream of a new table.
      found = await shardPositions(streams, streamArn, found === undefined ? startingPosition : 'TRIM_HORIZON', found);
      lookedAt = performance.now();
      return found;
    },
    /** An iterator may not outlive DynamoDB's process; sequence numbers do, as long as the stream is the same. */
    lookAgain: (): void => {
      for (const position of found ?? []) position.iterator = undefined;
      lookedAt = Number.NEGATIVE_INFINITY;
    },
  };
}

async function readShards(
  streams: DynamoDBStreamsClient,
  positions: readonly ShardPosition[],
): Promise<readonly StreamRecord[]> {
  const records: StreamRecord[] = [];
  for (const position of positions) records.push(...(await readShard(streams, position)));
  return records;
}
