import { ArnFormat, Aws, Duration, Lazy, Names, Stack } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as CdkFunction, EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import {
  API_GATEWAY_ENDPOINT,
  type FlushedStage,
  type FlushMode,
  flusherEnvironmentOf,
} from '../../lambda/configuration/environment.ts';
import { giveUpAge, longestRun, settleTime } from '../../lambda/flush/flush-timing.ts';
import { STAGE_PARAMETER_VARIABLES } from '../../lambda/flush/stage-parameters.ts';
import type { InspectedIssuer } from '../../lambda/revocation/entry-finding.ts';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import { createFlushAlarms } from '../alarms/flush-alarms.ts';
import { environmentSizeError } from '../functions/function-environment.ts';
import { lambdaAsset } from '../functions/lambda-asset.ts';
import { LambdaFunction } from '../functions/lambda-function.ts';
import { grantDecryption } from '../table/encryption-key.ts';
import { inspectTable } from '../table/unread-entries.ts';
import { rootOf } from '../template/placement.ts';
import { flushStatement, PublishedStages } from './published-stages.ts';
import { readStream, type StreamedTable } from './revocation-stream.ts';

/** Seconds for the rest of a run, besides waiting and flushing. At its timeout Lambda would end the last flush unreported. */
const TIMEOUT_MARGIN = 5;

export interface RevocationFlusherProps {
  /** The revocation table. A shard of its stream serves two readers well, and the flusher is both of them. */
  readonly table: StreamedTable;
  /** DynamoDB's address, for the inspection of the table every hour. */
  readonly revocationEndpoint: string;
  /** The authorizer's issuers, by which wrong aliases and purge times are recognized. */
  readonly issuers: readonly InspectedIssuer[];
  /**
   * The levels that the authorizer reads; entries of the others are reported.
   * @default every level
   */
  readonly revocationLevels?: readonly RevocationLevel[];
  /**
   * The names of the claims at whose values entries revoke; entries for others are reported.
   * @default none
   */
  readonly revocationClaims?: readonly string[];
  /** How long API Gateway reuses a decision. A flush is not tried again past this time plus the time of a decision. */
  readonly resultTtl: Duration;
  /** The timeout of the authorizer's function. The settled flush waits until every decision that was in flight has reached the cache. */
  readonly authorizerTimeout: Duration;
  /** The KMS key of the logs. @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
}

/**
 * Flushes API Gateway's result cache when a revocation entry is written: at once, and again (settled) when no decision that was made
 * without the entry can still enter the cache. One flush alone would bound nothing.
 *
 * Every authorizer of a flushed stage loses its cache, so each entry causes a burst of authorizer invocations. `addStage` adds stages,
 * also after construction. Decisions do not depend on the flusher: without it, entries take effect when cached decisions expire.
 */
export class RevocationFlusher extends Construct {
  /** The two functions, by the moment at which they flush. */
  readonly functions: Readonly<Record<FlushMode, CdkFunction>>;
  /** How each function reads the table's stream. */
  readonly mappings: Readonly<Record<FlushMode, EventSourceMapping>>;
  /** The alarms of the flusher. They notify nobody until you add an action. */
  readonly alarms: readonly Alarm[];
  private readonly stages: FlushedStage[] = [];
  private readonly published = new Map<Stack, PublishedStages>();
  private readonly parameterNames: string[] = [];

  /** @internal */
  constructor(scope: Construct, id: string, props: RevocationFlusherProps) {
    super(scope, id);
    this.functions = {
      'at-once': this.createFlusher('AtOnce', 'at-once', props),
      settled: this.createFlusher('Settled', 'settled', props),
    };
    this.mappings = {
      'at-once': this.readBy('at-once', props),
      settled: this.readBy('settled', props),
    };
    inspectTable(this.functions['at-once'], props.table);
    this.alarms = createFlushAlarms(this, this);
    this.node.addValidation({ validate: () => this.validateStages(props) });
  }

  /** Flushes this stage too. Its values may be tokens that this stack may use (`api.restApiId`, `stage.stageName`). */
  addStage(stage: FlushedStage): void {
    this.stages.push(stage);
    // Only now, because a policy without a resource is invalid.
    if (this.stages.length > 1) return;
    for (const flusher of this.all) flusher.addToRolePolicy(flushStatement(this, this.stages));
  }

  /**
   * Flushes a stage whose values are tokens of `stack`, which already refers to the flusher's stack: a parameter there names the stage,
   * and the functions read it for each batch.
   *
   * @internal
   */
  addStageOf(stack: Stack, stage: FlushedStage): void {
    const published = this.published.get(stack) ?? this.publishStagesOf(stack);
    this.published.set(stack, published);
    published.addStage(stage);
  }

  private publishStagesOf(stack: Stack): PublishedStages {
    const parameterName = `${this.parameterPath}/${stack.node.addr}`;
    for (const flusher of this.all) {
      flusher.addToRolePolicy(this.readStatement(parameterName));
      flusher.addEnvironment(STAGE_PARAMETER_VARIABLES.names, [...this.parameterNames, parameterName].join(','));
      flusher.addEnvironment(STAGE_PARAMETER_VARIABLES.endpoint, `https://ssm.${Aws.REGION}.${Aws.URL_SUFFIX}`);
    }
    this.parameterNames.push(parameterName);
    const roles = this.all.flatMap(({ role }) => role ?? []);
    return new PublishedStages(stack, `${Names.uniqueId(this)}Stages`, { parameterName, roles });
  }

  /** Known at synth, and unique in the account and Region. */
  private get parameterPath(): string {
    return `/bearer-authorizer/${rootOf(Stack.of(this)).stackName}/${this.node.addr}`;
  }

  private readStatement(parameterName: string): PolicyStatement {
    const resource = `parameter${parameterName}`;
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['ssm:GetParameters'],
      resources: [Stack.of(this).formatArn({ service: 'ssm', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME })],
    });
  }

  private get all(): readonly CdkFunction[] {
    return Object.values(this.functions);
  }

  private createFlusher(id: string, mode: FlushMode, props: RevocationFlusherProps): CdkFunction {
    const flusher = new LambdaFunction(this, id, {
      description: `Flushes the result cache for revocation entries: ${mode}`,
      code: lambdaAsset(this, 'flusher.handler.ts'),
      environment: { ...this.environmentFor(mode, props) },
      timeout: Duration.seconds(Math.ceil(longestRun(mode, props.authorizerTimeout.toSeconds())) + TIMEOUT_MARGIN),
      memorySize: 512,
      encryptionKey: props.encryptionKey,
    });
    grantDecryption(props.table.encryptionKey, flusher);
    return flusher;
  }

  private readBy(mode: FlushMode, { table, resultTtl, authorizerTimeout }: RevocationFlusherProps): EventSourceMapping {
    return readStream(this.functions[mode], table, giveUpAge(resultTtl.toSeconds(), authorizerTimeout.toSeconds()));
  }

  private environmentFor(mode: FlushMode, props: RevocationFlusherProps) {
    const authorizerTimeout = props.authorizerTimeout.toSeconds();
    const environment = flusherEnvironmentOf({
      mode,
      stages: [],
      settleTime: settleTime(authorizerTimeout),
      giveUpAge: giveUpAge(props.resultTtl.toSeconds(), authorizerTimeout),
      issuers: props.issuers,
      revocationTable: props.table.tableName,
      revocationEndpoint: props.revocationEndpoint,
      revocationLevels: props.revocationLevels ?? REVOCATION_LEVELS,
      revocationClaims: props.revocationClaims ?? [],
    });
    const endpoint = `https://apigateway.${Aws.REGION}.${Aws.URL_SUFFIX}`;
    return {
      ...environment,
      [API_GATEWAY_ENDPOINT]: endpoint,
      STAGES: Lazy.uncachedString({ produce: () => JSON.stringify(this.stages) }),
    };
  }

  private validateStages(props: RevocationFlusherProps): string[] {
    if (this.stages.length + this.published.size === 0) {
      return ['The flusher has no stage to flush: call addStage, or deploy without it (flush: false).'];
    }
    const environment = { ...this.environmentFor('settled', props), STAGES: JSON.stringify(this.stages) };
    return [environmentSizeError('issuers and the stages to flush', environment)].filter(
      (error) => error !== undefined,
    );
  }
}
