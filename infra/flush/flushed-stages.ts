import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { AttachedGroup } from '../attachment/attached-apis.ts';
import { homeOf, mayReferToApi } from '../template/placement.ts';
import { type RestApiIdentity, restApiBehind } from '../template/rest-api-identity.ts';
import type { RevocationFlusher } from './revocation-flusher.ts';
import { stageNameOf } from './stage-discovery.ts';

/** The stages that a flusher flushes, whatever stacks they and their APIs stand in. */
export class FlushedStages {
  private readonly flusher: RevocationFlusher;
  private readonly stack: Stack;
  private readonly known = new Set<RestApiIdentity>();

  constructor(flusher: RevocationFlusher) {
    this.flusher = flusher;
    this.stack = Stack.of(flusher);
  }

  /**
   * @param scope where the id is written
   * @param members the API's objects; none: no method of it is known to use the authorizer
   */
  add(restApiId: string, scope: IConstruct, stageName: string, members: AttachedGroup['members'] | [] = []): void {
    const identity = restApiBehind(restApiId, scope);
    const home = homeOf(restApiId, scope);
    const stage = { restApiId: typeof identity === 'string' ? restApiId : identity.ref, stageName };
    this.known.add(identity);
    const isFree = members.length > 0 && members.every(({ api }) => Stack.of(api) === this.stack);
    if (home === undefined || isFree || mayReferToApi(this.stack, home, identity)) this.flusher.addStage(stage);
    else this.flusher.addStageOf(home, stage);
  }

  /** The stage that a stage's or a deployment's resource makes, if it makes one. @throws DeploymentError */
  nameOf(resource: CfnResource): string | undefined {
    return stageNameOf(resource, this.stack);
  }

  /** Without its stages an API's cached decisions outlive a revocation by the whole result TTL, and nobody is told. */
  missingIn(groups: readonly AttachedGroup[]): readonly string[] {
    return groups
      .filter(({ identity }) => !this.known.has(identity))
      .map(
        ({ members: [{ api }] }) =>
          `This app makes no stage of the API ${api.node.path}, so no revocation would flush its cache: call ` +
          'addStage({ restApiId, stageName }) of the authorizer for each of its stages, or set flush to false.',
      );
  }
}
