import { ArnFormat, Lazy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FlushedStage } from '../../lambda/configuration/environment.ts';

/**
 * Allows flushing the result caches of `stages`, which may grow until the template is written. IAM has no action named
 * after the API call: API Gateway's management API is granted by HTTP method.
 */
export function flushStatement(scope: Construct, stages: readonly FlushedStage[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions: ['apigateway:DELETE'],
    resources: Lazy.uncachedList({ produce: () => stages.map((stage) => cacheArn(scope, stage)) }),
  });
}

function cacheArn(scope: Construct, { restApiId, stageName }: FlushedStage): string {
  return Stack.of(scope).formatArn({
    service: 'apigateway',
    account: '',
    resource: `/restapis/${restApiId}/stages/${stageName}/cache/authorizers`,
    arnFormat: ArnFormat.NO_RESOURCE_NAME,
  });
}
