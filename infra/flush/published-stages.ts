import { ArnFormat, Lazy, Stack } from 'aws-cdk-lib';
import { Effect, type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { CfnParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { FlushedStage } from '../../lambda/configuration/environment.ts';

export interface PublishedStagesProps {
  /** Known at synth, so that the flusher's stack can name the parameter without a reference to this one. */
  readonly parameterName: string;
  /** The roles of the flusher's functions. */
  readonly roles: readonly IRole[];
}

/**
 * The stages of a stack to which the flusher's stack cannot refer, because this stack already refers to it. A parameter of this stack
 * names the stages, and a policy of this stack lets the flusher flush them.
 */
export class PublishedStages extends Construct {
  private readonly stages: FlushedStage[] = [];

  constructor(scope: Construct, id: string, { parameterName, roles }: PublishedStagesProps) {
    super(scope, id);
    new CfnParameter(this, 'Parameter', {
      name: parameterName,
      type: 'String',
      description: 'Stages whose result cache a revocation entry flushes',
      value: Lazy.uncachedString({ produce: () => JSON.stringify(this.stages) }),
    });
    new Policy(this, 'Policy', { roles: [...roles], statements: [flushStatement(this, this.stages)] });
  }

  addStage(stage: FlushedStage): void {
    this.stages.push(stage);
  }
}

/**
 * Allows flushing the result caches of `stages`, which may grow until the template is written. API Gateway's management API is granted
 * by HTTP method; IAM has no action named after the call.
 */
export function flushStatement(scope: Construct, stages: readonly FlushedStage[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['apigateway:DELETE'],
    resources: Lazy.uncachedList({ produce: () => stages.flatMap((stage) => cacheArns(scope, stage)) }),
  });
}

/** HTTP APIs are APIs of the second version of API Gateway's management API, which names them `apis`. */
function cacheArns(scope: Construct, stage: FlushedStage): readonly string[] {
  const api = 'httpApiId' in stage ? `apis/${stage.httpApiId}` : `restapis/${stage.restApiId}`;
  return spellingsOf(stage).map((stageName) =>
    Stack.of(scope).formatArn({
      service: 'apigateway',
      account: '',
      resource: `/${api}/stages/${stageName}/cache/authorizers`,
      arnFormat: ArnFormat.NO_RESOURCE_NAME,
    }),
  );
}

/** AWS does not document which spelling of `$default` IAM compares: as the stage is named, or as a URL has it. */
function spellingsOf({ stageName }: FlushedStage): readonly string[] {
  return stageName === '$default' ? [stageName, encodeURIComponent(stageName)] : [stageName];
}
