import { type CfnResource, Lazy } from 'aws-cdk-lib';
import type { IRestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct, IConstruct } from 'constructs';
import type { ApiKind } from '../../lambda/policy/route.ts';
import type { AuthorizerFunction } from '../functions/authorizer-function.ts';
import { type AnyApi, type AnyRestApi, identityOf, isHttpApi } from '../template/any-api.ts';
import { type ApiIdentity, apiOf } from '../template/api-identity.ts';
import { isOfType, propertyOf } from '../template/resource-reference.ts';
import { HttpApiAuthorizer } from './http-api-authorizer.ts';
import { type AuthorizerSource, NewAuthorizers } from './new-authorizers.ts';
import { checkEnvironments, checkPlacement } from './placement-check.ts';
import { RestApiAuthorizer } from './rest-api-authorizer.ts';

/** One object of an API that uses the authorizer; several objects may stand for one API. */
export interface AttachedApi {
  readonly api: AnyApi;
  /** Undefined: API Gateway creates it when it imports the API's document. */
  readonly authorizer?: RestApiAuthorizer | HttpApiAuthorizer;
  /** The names of the document's operations that ask for a token. */
  readonly operations: readonly string[];
}

/** One API, with all objects that stand for it. */
export interface AttachedGroup {
  readonly identity: ApiIdentity;
  readonly members: readonly [AttachedApi, ...AttachedApi[]];
}

/** The APIs that use one `BearerAuthorizer`, in the order in which they were attached. */
export class AttachedApis {
  private readonly list: AttachedApi[] = [];
  private readonly owner: Construct;
  readonly authorizerFunction: AuthorizerFunction;
  private readonly newAuthorizers: NewAuthorizers;
  private isPlacementChecked = false;
  /**
   * The function's ARN, as authorizers name it. CDK produces the value when it looks for references, before it turns references into
   * dependencies: the last moment to check.
   */
  readonly functionArn = Lazy.uncachedString({
    produce: () => {
      this.checkPlacementOnce();
      return this.authorizerFunction.functionArn;
    },
  });

  constructor(
    owner: Construct,
    authorizerFunction: AuthorizerFunction,
    settings: Omit<AuthorizerSource, 'functionArn'>,
  ) {
    this.owner = owner;
    this.authorizerFunction = authorizerFunction;
    this.newAuthorizers = new NewAuthorizers(owner, { ...settings, functionArn: this.functionArn });
  }

  /** The APIs, each by its first object. */
  get apis(): readonly AnyApi[] {
    return this.groups.map(({ members: [{ api }] }) => api);
  }

  /** The authorizer of the first REST API that has one of its own. */
  get first(): RestApiAuthorizer | undefined {
    return this.authorizers.find((authorizer) => authorizer instanceof RestApiAuthorizer);
  }

  get authorizers(): readonly (RestApiAuthorizer | HttpApiAuthorizer)[] {
    return [...new Set(this.list.flatMap(({ authorizer }) => authorizer ?? []))];
  }

  /** The groups are complete once the app is, because an id may show only then which API it names. */
  get groups(): readonly AttachedGroup[] {
    const groups = new Map<ApiIdentity, [AttachedApi, ...AttachedApi[]]>();
    for (const member of this.list) {
      const identity = identityOf(member.api);
      const known = groups.get(identity);
      if (known === undefined) groups.set(identity, [member]);
      else known.push(member);
    }
    return [...groups].map(([identity, members]) => ({ identity, members }));
  }

  groupOf(identity: ApiIdentity): AttachedGroup | undefined {
    return this.groups.find((group) => group.identity === identity);
  }

  /** The names of these APIs' stages below `root`, as far as synth knows them. */
  stageNamesIn(root: IConstruct): readonly string[] {
    return root.node
      .findAll()
      .filter((construct) => isStage(construct))
      .filter((stage) => this.groupOf(apiOf(stage)) !== undefined)
      .map((stage) => propertyOf(stage, 'StageName'))
      .filter((name) => typeof name === 'string');
  }

  /** @throws DeploymentError or RouteTableError like `restAuthorizerOf` */
  addDescribed(api: AnyRestApi, operations: readonly string[]): void {
    this.admit(api, 'rest');
    this.list.push({ api, operations });
  }

  /**
   * The authorizer of a REST API.
   *
   * @throws DeploymentError for an API in another account, Region or stage of the app
   * @throws RouteTableError if REST APIs cannot express the route table
   */
  restAuthorizerOf(api: AnyRestApi): RestApiAuthorizer {
    this.admit(api, 'rest');
    const known = this.knownFor(api);
    const authorizer = known instanceof RestApiAuthorizer ? known : this.createRest(api);
    this.add(api, authorizer);
    return authorizer;
  }

  /** The authorizer of an HTTP API. @throws DeploymentError or RouteTableError like `restAuthorizerOf` */
  httpAuthorizerOf(api: IHttpApi): HttpApiAuthorizer {
    this.admit(api, 'http');
    const known = this.knownFor(api);
    const authorizer =
      known instanceof HttpApiAuthorizer ? known : this.newAuthorizers.ofHttp(api, this.countOf('http'));
    this.add(api, authorizer);
    return authorizer;
  }

  private admit(api: AnyApi, kind: ApiKind): void {
    checkEnvironments(this.owner, api);
    this.authorizerFunction.serve(kind);
  }

  private checkPlacementOnce(): void {
    if (this.isPlacementChecked) return;
    this.isPlacementChecked = true;
    checkPlacement(this.owner, this.groups);
  }

  private knownFor(api: AnyApi): AttachedApi['authorizer'] {
    const identity = identityOf(api);
    return this.list.find((member) => member.authorizer !== undefined && identityOf(member.api) === identity)
      ?.authorizer;
  }

  private add(api: AnyApi, authorizer: NonNullable<AttachedApi['authorizer']>): void {
    const isKnown = this.list.some((member) => member.api === api && member.authorizer === authorizer);
    if (!isKnown) this.list.push({ api, authorizer, operations: [] });
  }

  private createRest(api: AnyRestApi): RestApiAuthorizer {
    const onApi = (other: IRestApi): void => this.add(other, authorizer);
    const authorizer: RestApiAuthorizer = this.newAuthorizers.ofRest(api, this.countOf('rest'), onApi);
    return authorizer;
  }

  private countOf(kind: ApiKind): number {
    const type = kind === 'rest' ? RestApiAuthorizer : HttpApiAuthorizer;
    return this.authorizers.filter((authorizer) => authorizer instanceof type).length;
  }
}

export function kindOf({ members: [{ api }] }: AttachedGroup): ApiKind {
  return isHttpApi(api) ? 'http' : 'rest';
}

function isStage(construct: IConstruct): construct is CfnResource {
  return isOfType(construct, 'AWS::ApiGateway::Stage') || isOfType(construct, 'AWS::ApiGatewayV2::Stage');
}

/** The resources that API Gateway copies into a deployment of the API: its authorizers, or its document. */
export function copiedIntoDeployments({ identity, members }: AttachedGroup): readonly CfnResource[] {
  const authorizers = [...new Set(members.flatMap(({ authorizer }) => authorizer?.resource ?? []))];
  const isDescribed = members.some(({ operations }) => operations.length > 0);
  return isDescribed && typeof identity !== 'string' ? [...authorizers, identity] : authorizers;
}
