import { createHash } from 'node:crypto';
import { type CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { Deployment } from 'aws-cdk-lib/aws-apigateway';
import { rootOf } from '../template/placement.ts';
import { renderedProperties } from '../template/resource-reference.ts';

/**
 * Makes a deployment follow what API Gateway copies into it. A deployment is a snapshot: an authorizer that has changed
 * since is not served. CDK does as much behind a feature flag, and for the API's own deployment only.
 *
 * @param sources the API's authorizers, or the API itself where its document holds the authorizer
 */
export function redeployWith(deployment: CfnResource, sources: readonly CfnResource[]): void {
  const copied = () => sources.map((source) => renderedProperties(source));
  const { scope } = deployment.node;
  const inRoot = sources.filter((source) => rootOf(Stack.of(source)) === rootOf(Stack.of(deployment)));
  for (const source of inRoot) deployment.addResourceDependency(source);
  if (scope instanceof Deployment) {
    scope.addToLogicalId(Lazy.uncachedAny({ produce: copied }));
    return;
  }
  const own = Stack.of(deployment).getLogicalId(deployment);
  deployment.overrideLogicalId(Lazy.uncachedString({ produce: () => `${own}${digest(copied())}` }));
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 8);
}
