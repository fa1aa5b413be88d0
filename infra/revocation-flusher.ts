import { ArnFormat, Duration, Lazy, Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Function as CdkFunction, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { InspectedIssuer } from '../lambda/entry-finding.ts';
import { guaranteedLag, LONGEST_FLUSH, settleTime } from '../lambda/flush-timing.ts';
import { type FlushedStage, type FlushMode, flusherEnvironmentOf } from '../lambda/flusher-environment.ts';
import { REVOCATION_LEVELS, type RevocationLevel } from '../lambda/revocation-target.ts';
import { grantDecryption } from './encryption-key.ts';
import { createFlushAlarms } from './flush-alarms.ts';
import { lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';
import { exceptFrom } from './rule-exceptions.ts';

export interface RevocationFlusherProps {
  /** The revocation table; its stream must show new images. The flusher takes both readers that a shard serves well. */
  readonly table: Pick<Table, 'node'> & { readonly tableStreamArn?: string | undefined };
  /** The authorizer's issuers, to recognize aliases and purge times that are wrong. */
  readonly issuers: readonly InspectedIssuer[];
  /**
   * The levels that the authorizer reads; entries of the others are reported.
   * @default every level
   */
  readonly revocationLevels?: readonly RevocationLevel[];
  /** How long API Gateway reuses a decision; past it, and a decision's own time, a flush is not tried again. */
  readonly resultTtl: Duration;
  /** The authorizer function's timeout: the settled flush waits until every decision that was in flight has landed. */
  readonly authorizerTimeout: Duration;
  /** The table's, which encrypts the stream too; also for the logs. @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Flushes API Gateway's result cache when somebody writes a revocation entry: at once, and again when it is settled that
 * no decision made without the entry can still enter the cache. One flush alone would bound nothing.
 *
 * Every authorizer of a flushed stage loses its cache, so that each entry costs a burst of authorizer invocations. Stages
 * are told with `addStage`, also after construction. It does not decide anything: without it entries take effect all the
 * same, when cached decisions expire.
 */
export class RevocationFlusher extends Construct {
  readonly functions: Readonly<Record<FlushMode, CdkFunction>>;
  readonly alarms: readonly Alarm[];
  private readonly stages: FlushedStage[] = [];

  constructor(scope: Construct, id: string, props: RevocationFlusherProps) {
    super(scope, id);
    this.functions = {
      'at-once': this.createFlusher('AtOnce', 'at-once', 0, props),
      settled: this.createFlusher('Settled', 'settled', settleTime(props.authorizerTimeout.toSeconds()), props),
    };
    this.alarms = createFlushAlarms(this, this.functions);
    this.node.addValidation({ validate: () => this.validateStages() });
  }

  /** Flushes this stage too. The values may be tokens (`api.restApiId`, `stage.stageName`). */
  addStage(stage: FlushedStage): void {
    this.stages.push(stage);
  }

  private createFlusher(id: string, mode: FlushMode, longestWait: number, props: RevocationFlusherProps): CdkFunction {
    const flusher = new LambdaFunction(this, id, {
      description: `Flushes the result cache for revocation entries: ${mode}`,
      code: lambdaAsset('flusher.handler.ts'),
      environment: { ...this.environmentFor(mode, props) },
      timeout: Duration.seconds(Math.ceil(longestWait) + LONGEST_FLUSH),
      memorySize: 512,
      encryptionKey: props.encryptionKey,
    });
    flusher.addToRolePolicy(this.flushStatement());
    grantDecryption(props.encryptionKey, flusher);
    readStream(flusher, props);
    return flusher;
  }

  private environmentFor(mode: FlushMode, props: RevocationFlusherProps) {
    const authorizerTimeout = props.authorizerTimeout.toSeconds();
    const environment = flusherEnvironmentOf({
      mode,
      stages: [],
      settleTime: settleTime(authorizerTimeout),
      giveUpAge: guaranteedLag(props.resultTtl.toSeconds(), authorizerTimeout),
      issuers: props.issuers,
      revocationLevels: props.revocationLevels ?? REVOCATION_LEVELS,
    });
    return { ...environment, STAGES: Lazy.string({ produce: () => JSON.stringify(this.stages) }) };
  }

  /** IAM has no action named after the API call: API Gateway's management API is granted by HTTP method. */
  private flushStatement(): PolicyStatement {
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['apigateway:DELETE'],
      resources: Lazy.list({ produce: () => this.stages.map((stage) => this.cacheArn(stage)) }),
    });
  }

  private cacheArn({ restApiId, stageName }: FlushedStage): string {
    return Stack.of(this).formatArn({
      service: 'apigateway',
      account: '',
      resource: `/restapis/${restApiId}/stages/${stageName}/cache/authorizers`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    });
  }

  private validateStages(): string[] {
    return this.stages.length > 0
      ? []
      : ['The flusher has no stage to flush: call addStage, or deploy without it (flush: false).'];
  }
}

/**
 * The stream, its own and no other.
 *
 * Not `grantStreamRead`, which allows `dynamodb:ListStreams` on every stream. Lambda asks for the action when the mapping
 * is made, and is content to find it on the stream itself.
 */
function readStream(flusher: CdkFunction, { table, resultTtl, authorizerTimeout }: RevocationFlusherProps): void {
  const stream = table.tableStreamArn;
  if (stream === undefined) throw new Error(`The table ${table.node.path} has no stream: give it one with new images.`);
  flusher.addToRolePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map((name) => `dynamodb:${name}`),
      resources: [stream],
    }),
  );
  const giveUpAge = guaranteedLag(resultTtl.toSeconds(), authorizerTimeout.toSeconds());
  const mapping = flusher.addEventSourceMapping('Stream', {
    eventSourceArn: stream,
    // Not LATEST, which misses what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 1000,
    maxRecordAge: Duration.seconds(maxRecordAge(giveUpAge)),
    filters: [FilterCriteria.filter({ eventName: FilterRule.or('INSERT', 'MODIFY') })],
  });
  // Lambda tries the role when the mapping is made: its policy must be there.
  if (flusher.role !== undefined) mapping.node.addDependency(flusher.role);
  exceptFrom(mapping, 'Serverless::Serverless-LambdaEventSourceMappingDestination');
}

/**
 * Later than the function itself gives up, so that it is the function that does, and says so: Lambda drops in silence.
 * Lambda accepts 60 seconds to 7 days.
 */
function maxRecordAge(giveUpAge: number): number {
  return Math.max(60, Math.ceil(giveUpAge)) + 120;
}
