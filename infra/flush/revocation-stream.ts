import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  type Function as CdkFunction,
  type EventSourceMapping,
  FilterCriteria,
  FilterRule,
  MetricType,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { suppressRules } from '../nag-suppressions.ts';

/** The revocation table; its stream must show new images. Its key encrypts the stream too. */
export type StreamedTable = Pick<Table, 'node' | 'tableArn' | 'tableName'> & {
  readonly tableStreamArn?: string | undefined;
  readonly encryptionKey?: IKey | undefined;
};

/**
 * Lets a flusher read the table's stream, its own and no other.
 *
 * Not `grantStreamRead`, which allows `dynamodb:ListStreams` on every stream. Lambda asks for the action when the mapping
 * is made, and is content to find it on the stream itself.
 *
 * @param giveUpAge seconds; the flusher itself gives entries up that are older
 */
export function readStream(flusher: CdkFunction, table: StreamedTable, giveUpAge: number): EventSourceMapping {
  const stream = table.tableStreamArn;
  if (stream === undefined) throw new Error(`The table ${table.node.path} has no stream: give it one with new images.`);
  flusher.addToRolePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `dynamodb:${name}`),
      resources: [stream],
    }),
  );
  const mapping = flusher.addEventSourceMapping('Stream', {
    eventSourceArn: stream,
    // Not LATEST, which misses what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 1000,
    maxRecordAge: Duration.seconds(maxRecordAge(giveUpAge)),
    filters: [FilterCriteria.filter({ eventName: FilterRule.or('INSERT', 'MODIFY') })],
    // Without it Lambda says neither that it has dropped entries nor that it reads the stream at all.
    metricsConfig: { metrics: [MetricType.EVENT_COUNT] },
  });
  // Lambda tries the role when the mapping is made: its policy must be there.
  if (flusher.role !== undefined) mapping.node.addDependency(flusher.role);
  suppressRules(mapping, 'Serverless::Serverless-LambdaEventSourceMappingDestination');
  return mapping;
}

/**
 * Later than the function itself gives up, so that it is the function that does, and says so: Lambda drops entries only
 * when the function could not be invoked, or never came to an end. Lambda accepts 60 seconds to 7 days.
 */
function maxRecordAge(giveUpAge: number): number {
  return Math.max(60, Math.ceil(giveUpAge)) + 120;
}
