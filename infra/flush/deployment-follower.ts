import { createHash } from 'node:crypto';
import { Annotations, Aspects, Stage as CdkStage, type CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { Deployment } from 'aws-cdk-lib/aws-apigateway';
import type { IConstruct } from 'constructs';
import { apiIdOf, type FlushedStage } from '../../lambda/configuration/environment.ts';
import { type AttachedApis, type AttachedGroup, copiedIntoDeployments, kindOf } from '../attachment/attached-apis.ts';
import { DeploymentError } from '../errors.ts';
import { type AnyApi, isHttpApi } from '../template/any-api.ts';
import { type ApiIdentity, apiBehind, apiOf, isOfHttpApi } from '../template/api-identity.ts';
import { rootOf } from '../template/placement.ts';
import { isOfType, propertyOf, renderedProperties } from '../template/resource-reference.ts';
import { FlushedStages } from './flushed-stages.ts';
import type { RevocationFlusher } from './revocation-flusher.ts';

/**
 * Follows the deployments and stages of an authorizer's APIs: each deployment is made again when the authorizer changes, and the
 * flusher is told each stage. Both may be defined after the authorizer, so an aspect looks for them.
 */
export class DeploymentFollower {
  private readonly owner: IConstruct;
  private readonly attached: AttachedApis;
  /** Undefined: there is no flusher. */
  private readonly stages: FlushedStages | undefined;
  /** Kept until aspects run: how the flusher is told depends on where the API's methods or routes stand. */
  private readonly namedStages: FlushedStage[] = [];
  private readonly redeployed = new Set<ApiIdentity>();
  /** Whether all known stages of an API deploy each change by themselves, as those of HTTP APIs can. */
  private readonly deployedByStages = new Map<ApiIdentity, boolean>();
  /** A second synth of an app visits its constructs again. */
  private readonly followed = new Set<IConstruct>();

  constructor(owner: IConstruct, attached: AttachedApis, flusher: RevocationFlusher | undefined) {
    this.owner = owner;
    this.attached = attached;
    this.stages = flusher && new FlushedStages(flusher);
    Aspects.of(CdkStage.of(owner) ?? owner.node.root).add({
      visit: (construct) => {
        for (const stage of this.namedStages.splice(0)) this.flushNamed(stage);
        if (this.followed.has(construct)) return;
        this.followed.add(construct);
        if (DEPLOYMENTS.some((type) => isOfType(construct, type))) this.followDeployment(construct as CfnResource);
        if (STAGES.some((type) => isOfType(construct, type))) this.followStage(construct as CfnResource);
      },
    });
  }

  /** Flushes a stage that this app does not define. */
  addStage(stage: FlushedStage): void {
    this.namedStages.push(stage);
  }

  /** One sentence for each API without a stage to flush. */
  missingStageErrors(): readonly string[] {
    return this.stages?.missingIn(this.attached.groups) ?? [];
  }

  warnOfDeploymentsElsewhere(): void {
    for (const { identity, members } of this.attached.groups) {
      if (this.redeployed.has(identity) || this.deployedByStages.get(identity)) continue;
      Annotations.of(this.owner).addWarningV2(
        'bearer-authorizer:deployment-elsewhere',
        deploymentWarning(members[0].api, this.deployedByStages.has(identity)),
      );
    }
  }

  private followDeployment(deployment: CfnResource): void {
    const group = this.attached.groupOf(apiOf(deployment));
    if (group === undefined) return;
    redeployWith(deployment, copiedIntoDeployments(group));
    this.redeployed.add(group.identity);
    // A deployment of a REST API may make a stage; one of an HTTP API names a stage that exists.
    if (!isOfHttpApi(deployment)) this.flush(deployment, group);
  }

  private followStage(stage: CfnResource): void {
    const group = this.attached.groupOf(apiOf(stage));
    if (group === undefined) return;
    const isAutomatic = String(propertyOf(stage, 'AutoDeploy')) === 'true';
    this.deployedByStages.set(group.identity, isAutomatic && this.deployedByStages.get(group.identity) !== false);
    this.flush(stage, group);
  }

  private flushNamed(stage: FlushedStage): void {
    const group = this.attached.groupOf(apiBehind(apiIdOf(stage), this.owner));
    if (group !== undefined) rejectOtherKind(stage, group);
    this.stages?.add(stage, this.owner, group?.members);
  }

  private flush(resource: CfnResource, { members }: AttachedGroup): void {
    const stageName = this.stages?.nameOf(resource);
    if (stageName === undefined) return;
    const [{ api }] = members;
    const stage = isHttpApi(api) ? { httpApiId: api.apiId, stageName } : { restApiId: api.restApiId, stageName };
    this.stages?.add(stage, api, members);
  }
}

/** @param hasStages - whether this app makes a stage of the API */
function deploymentWarning(api: AnyApi, hasStages: boolean): string {
  const { path } = api.node;
  const found =
    isHttpApi(api) && hasStages
      ? `Not every known stage of the HTTP API ${path} deploys its changes: set autoDeploy: true on each, or deploy that API`
      : `This app makes no deployment of the API ${path}: deploy that API`;
  return (
    `${found} again whenever its methods or routes, resultTtl or this authorizer change, since API Gateway serves ` +
    'what its last deployment holds.'
  );
}

/**
 * Rejects a stage of an HTTP API that is named as one of a REST API, or the other way round: its flush would find no stage.
 * @throws DeploymentError
 */
function rejectOtherKind(stage: FlushedStage, group: AttachedGroup): void {
  const [given, wanted] = ['httpApiId' in stage ? 'httpApiId' : 'restApiId', `${kindOf(group)}ApiId`];
  if (given === wanted) return;
  throw new DeploymentError(
    `addStage names the stage ${stage.stageName} of ${group.members[0].api.node.path} by ${given}: write ` +
      `addStage({ ${wanted}, stageName }), because it is an API of that kind.`,
  );
}

const DEPLOYMENTS = ['AWS::ApiGateway::Deployment', 'AWS::ApiGatewayV2::Deployment'];
const STAGES = ['AWS::ApiGateway::Stage', 'AWS::ApiGatewayV2::Stage'];

/**
 * Makes a deployment change with what API Gateway copies into it. A deployment is a snapshot: API Gateway does not serve an
 * authorizer that has changed since. CDK does the same behind a feature flag, and only for the API's own deployment.
 *
 * @param sources - the API's authorizers, or the API itself where its document holds the authorizer
 */
function redeployWith(deployment: CfnResource, sources: readonly CfnResource[]): void {
  const copied = () => sources.map((source) => renderedProperties(source));
  const { scope } = deployment.node;
  const inRoot = sources.filter((source) => rootOf(Stack.of(source)) === rootOf(Stack.of(deployment)));
  for (const source of inRoot) deployment.node.addDependency(source);
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
