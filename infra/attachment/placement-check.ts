import { Stage as CdkStage, type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { DeploymentError } from '../errors.ts';
import { dependencyGraph, ringThrough } from '../template/dependency-cycle.ts';
import type { AttachedGroup } from './attached-apis.ts';

/** @throws DeploymentError for an API in another account, Region or stage of the app, to which there can be no reference */
export function checkEnvironments(owner: IConstruct, api: IConstruct): void {
  const [here, there] = [Stack.of(owner), Stack.of(api)];
  if (CdkStage.of(owner) === CdkStage.of(api) && here.environment === there.environment) return;
  throw new DeploymentError(
    `The API ${api.node.path} is in ${placeOf(api)} and the authorizer ${owner.node.path} in ${placeOf(owner)}: ` +
      "create a BearerAuthorizer of its own in the API's stack.",
  );
}

/** An error whose message cannot change: CDK puts words in front of the message of an error that is thrown while it computes a value. */
class PlacementError extends DeploymentError {
  private readonly sentence: string;

  constructor(sentence: string) {
    super(sentence);
    this.sentence = sentence;
    Object.defineProperty(this, 'message', { get: () => this.sentence, set: () => undefined });
  }
}

function placeOf(construct: IConstruct): string {
  const stage = CdkStage.of(construct)?.node.path;
  const { environment } = Stack.of(construct);
  return stage ? `${environment} of the stage ${stage}` : environment;
}

/**
 * Rejects stacks that wait for each other. The API's authorizer names the function, so CloudFormation cannot deploy them if the function
 * waits for the API by something else. CDK reports this without a way out, if at all.
 *
 * @throws DeploymentError naming the ring and the stack to move the authorizer to
 */
export function checkPlacement(owner: IConstruct, groups: readonly AttachedGroup[]): void {
  const elsewhere = groups.filter(({ members }) => members.some(({ api }) => Stack.of(api) !== Stack.of(owner)));
  if (elsewhere.length === 0) return;
  const graph = dependencyGraph(owner.node.root);
  for (const { identity, members } of elsewhere) {
    const { api, authorizer } = members.find((member) => member.authorizer !== undefined) ?? members[0];
    const ring = ringThrough(graph, authorizer?.resource ?? (api.node.defaultChild as CfnResource));
    if (ring === undefined) continue;
    throw new PlacementError(
      `The API ${api.node.path} uses the authorizer ${owner.node.path}, which waits for the API in turn ` +
        `(${ring.map((construct) => construct.node.path).join(' waits for ')}): move the BearerAuthorizer to the stack ` +
        `${Stack.of(typeof identity === 'string' ? api : identity).node.path}, or what it waits for to a third one.`,
    );
  }
}
