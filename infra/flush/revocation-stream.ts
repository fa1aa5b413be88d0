import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  type Function as CdkFunction,
  type CfnEventSourceMapping,
  type EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import { suppressRules } from '../nag-suppressions.ts';

/** The revocation table. Its stream must show new images. Its key encrypts the stream too. */
export type StreamedTable = Pick<Table, 'node' | 'tableArn' | 'tableName'> & {
  readonly tableStreamArn?: string | undefined;
  readonly encryptionKey?: IKey | undefined;
};

/**
 * Lets a flusher read the table's stream and no other.
 *
 * Not by `grantStreamRead`, which allows `dynamodb:ListStreams` on every stream: Lambda requires the action when the mapping is
 * created, and the permission on the stream itself is enough.
 *
 * @param giveUpAge - in seconds; the flusher itself gives up older entries
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
    // Not LATEST, which misses what is written while the mapping is being created.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 1000,
    maxRecordAge: Duration.seconds(maxRecordAge(giveUpAge)),
    filters: [FilterCriteria.filter({ eventName: FilterRule.or('INSERT', 'MODIFY') })],
  });
  // Without these metrics nothing shows that Lambda has dropped entries, or that it does not read the stream at all. By an override,
  // because the CDK has `metricsConfig` since 2.174 only.
  (mapping.node.defaultChild as CfnEventSourceMapping).addPropertyOverride('MetricsConfig.Metrics', ['EventCount']);
  // Lambda tries the role when the mapping is created, so the role's policy must exist by then.
  if (flusher.role !== undefined) mapping.node.addDependency(flusher.role);
  suppressRules(mapping, 'Serverless::Serverless-LambdaEventSourceMappingDestination');
  return mapping;
}

/**
 * In seconds; Lambda accepts 60 seconds to 7 days. The function gives up earlier and reports it, so that Lambda drops entries only if
 * the function could not be invoked or never ended.
 */
function maxRecordAge(giveUpAge: number): number {
  return Math.max(60, Math.ceil(giveUpAge)) + 120;
}
