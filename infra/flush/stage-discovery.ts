import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { FlushedStage } from '../../lambda/configuration/environment.ts';
import { DeploymentError } from '../settings/deployment-schema.ts';
import { isOfType, propertyOf } from '../template/resource-reference.ts';

/**
 * The name of the stage that a resource of this app makes, as `flusherStack` may write it: as text, because a reference to
 * a stage of another stack would wait for that stack, which waits for the authorizer. Undefined: it makes none.
 *
 * @throws DeploymentError for a stage of another stack whose name only the deployment knows
 */
export function stageNameOf(resource: CfnResource, flusherStack: Stack): FlushedStage['stageName'] | undefined {
  const isStage = isOfType(resource, 'AWS::ApiGateway::Stage');
  const StageName = propertyOf(resource, 'StageName');
  if (isStage && Stack.of(resource) === flusherStack) return resource.ref;
  // A deployment with a stage's name makes that stage.
  if (typeof StageName === 'string' || (!isStage && StageName === undefined)) return StageName;
  throw new DeploymentError(
    `The stage ${resource.node.path} has a name that only its deployment knows (${JSON.stringify(StageName)}), and the ` +
      `flusher of the stack ${flusherStack.node.path} must know it before: write stageName as text.`,
  );
}
