import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { apiIdOf, type FlushedStage } from '../../lambda/configuration/environment.ts';
import { type AttachedGroup, kindOf } from '../attachment/attached-apis.ts';
import { DeploymentError } from '../errors.ts';
import { type ApiIdentity, apiBehind, isOfHttpApi } from '../template/api-identity.ts';
import { homeOf, mayReferToApi } from '../template/placement.ts';
import { propertyOf } from '../template/resource-reference.ts';
import type { RevocationFlusher } from './revocation-flusher.ts';

/** The stages that a flusher flushes, in whatever stacks they and their APIs stand. */
export class FlushedStages {
  private readonly flusher: RevocationFlusher;
  private readonly stack: Stack;
  private readonly known = new Set<ApiIdentity>();

  constructor(flusher: RevocationFlusher) {
    this.flusher = flusher;
    this.stack = Stack.of(flusher);
  }

  /**
   * @param scope - the construct that writes the id
   * @param members - the API's objects; empty: no method or route of the API is known to use the authorizer
   */
  add(flushed: FlushedStage, scope: IConstruct, members: AttachedGroup['members'] | [] = []): void {
    const id = apiIdOf(flushed);
    const identity = apiBehind(id, scope);
    const home = homeOf(id, scope);
    const stage = typeof identity === 'string' ? flushed : withApiId(flushed, identity.ref);
    this.known.add(identity);
    const isFree = members.length > 0 && members.every(({ api }) => Stack.of(api) === this.stack);
    if (home === undefined || isFree || mayReferToApi(this.stack, home, identity)) this.flusher.addStage(stage);
    else this.flusher.addStageOf(home, stage);
  }

  /** The name of the stage that a stage or a deployment makes; undefined: it makes none. @throws DeploymentError */
  nameOf(resource: CfnResource): string | undefined {
    return stageNameOf(resource, this.stack);
  }

  /** One sentence for each API without a known stage: its cached decisions would outlive a revocation by the whole result TTL. */
  missingIn(groups: readonly AttachedGroup[]): readonly string[] {
    return groups
      .filter(({ identity }) => !this.known.has(identity))
      .map(
        (group) =>
          `This app makes no stage of the API ${group.members[0].api.node.path}, so no revocation would flush its cache: call ` +
          `addStage({ ${kindOf(group)}ApiId, stageName }) of the authorizer for each of its stages, or set flush to false.`,
      );
  }
}

function withApiId(stage: FlushedStage, id: string): FlushedStage {
  const { stageName } = stage;
  return 'httpApiId' in stage ? { httpApiId: id, stageName } : { restApiId: id, stageName };
}

/**
 * The name of the stage that a resource makes, as `flusherStack` may write it; undefined: it makes none. For a stage of another stack
 * it must be text: a reference would make the flusher's stack wait for that stack, which waits for the authorizer.
 *
 * @throws DeploymentError for a stage of another stack whose name only the deployment knows
 */
function stageNameOf(resource: CfnResource, flusherStack: Stack): FlushedStage['stageName'] | undefined {
  const isStage = resource.cfnResourceType !== 'AWS::ApiGateway::Deployment';
  const StageName = propertyOf(resource, 'StageName');
  // As text where it is known for an HTTP API: the permission for `$default` needs its name in two spellings.
  const isKnown = isOfHttpApi(resource) && typeof StageName === 'string';
  if (isStage && !isKnown && Stack.of(resource) === flusherStack) return resource.ref;
  // A deployment with a stage's name makes that stage.
  if (typeof StageName === 'string' || (!isStage && StageName === undefined)) return StageName;
  throw new DeploymentError(
    `The stage ${resource.node.path} has a name that only its deployment knows (${JSON.stringify(StageName)}), and the ` +
      `flusher of the stack ${flusherStack.node.path} must know it before: write stageName as text.`,
  );
}
