import { type CfnResource, Names, Stack } from 'aws-cdk-lib';
import type { IRestApi, RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import type { IHttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import type { Construct, IConstruct } from 'constructs';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { type ApiIdentity, apiBehind, apiOf } from '../template/api-identity.ts';
import { homeOf, isInside } from '../template/placement.ts';
import { isOfType, propertyOf } from '../template/resource-reference.ts';
import { type ApiAuthorizerProps, permitInvocations, RestApiAuthorizer } from './api-authorizer.ts';
import { HttpApiAuthorizer } from './http-api-authorizer.ts';

/** `RestApiBase` is not assignable to `IRestApi` under exactOptionalPropertyTypes. */
export type AnyRestApi = IRestApi | RestApiBase;

/** An object for an API of either kind. */
export type AnyApi = AnyRestApi | IHttpApi;

/** One object of an API that uses the authorizer; several objects may stand for one API. */
export interface AttachedApi {
  readonly api: AnyApi;
  /** Undefined: API Gateway creates it when it imports the API's document. */
  readonly authorizer?: RestApiAuthorizer | HttpApiAuthorizer;
  /** The names of the document's operations that ask for a token. */
  readonly operations: readonly string[];
}

/** The properties that the authorizers of all APIs share. */
type AuthorizerSource = Omit<ApiAuthorizerProps, 'apiId'>;

/** One API, with all objects that stand for it. */
export interface AttachedGroup {
  readonly identity: ApiIdentity;
  readonly members: readonly [AttachedApi, ...AttachedApi[]];
}

/** The APIs that use one `BearerAuthorizer`, in the order in which they were attached. */
export class AttachedApis {
  private readonly list: AttachedApi[] = [];
  private readonly owner: Construct;
  private readonly settings: AuthorizerSource;

  constructor(owner: Construct, settings: AuthorizerSource) {
    this.owner = owner;
    this.settings = settings;
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

  addDescribed(api: AnyRestApi, operations: readonly string[]): void {
    this.list.push({ api, operations });
  }

  /** The authorizer of a REST API. */
  restAuthorizerOf(api: AnyRestApi): RestApiAuthorizer {
    const known = this.knownFor(api);
    const authorizer = known instanceof RestApiAuthorizer ? known : this.createRest(api);
    this.add(api, authorizer);
    return authorizer;
  }

  /** The authorizer of an HTTP API. */
  httpAuthorizerOf(api: IHttpApi): HttpApiAuthorizer {
    const known = this.knownFor(api);
    const authorizer = known instanceof HttpApiAuthorizer ? known : this.createHttp(api);
    this.add(api, authorizer);
    return authorizer;
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
    const { scope, id, props } = this.placeFor(api, '', this.countOf(RestApiAuthorizer));
    const authorizer: RestApiAuthorizer = new RestApiAuthorizer(scope, id, {
      ...props,
      onApi: (other): void => this.add(other, authorizer),
    });
    return authorizer;
  }

  private createHttp(api: IHttpApi): HttpApiAuthorizer {
    const { scope, id, props } = this.placeFor(api, 'Http', this.countOf(HttpApiAuthorizer));
    return new HttpApiAuthorizer(scope, id, props);
  }

  private countOf(kind: typeof RestApiAuthorizer | typeof HttpApiAuthorizer): number {
    return this.authorizers.filter((authorizer) => authorizer instanceof kind).length;
  }

  /** Permits the invocations of a new authorizer, and says where it stands. `count`: how many of its kind there are. */
  private placeFor(api: AnyApi, kind: '' | 'Http', count: number) {
    const number = count === 0 ? '' : String(count + 1);
    const stack = this.stackFor(api);
    const isHere = stack === Stack.of(this.owner);
    const scope = isHere ? this.owner : stack;
    const prefix = `${isHere ? '' : Names.uniqueId(this.owner)}${kind}`;
    const identity = identityOf(api);
    const props = { ...this.settings, apiId: typeof identity === 'string' ? idOf(api) : identity.ref };
    permitInvocations(scope, `${prefix}Permission${number}`, props);
    // The id differs for each cache key, so that an authorizer that stages still use stays as it is until they are deployed again.
    const cacheKey = this.settings.cachePer === 'route' ? 'Route' : 'Token';
    return { scope, id: `${prefix}${cacheKey}${number}`, props };
  }

  /** The stack of the API's authorizer: the function's stack where the API's object stands there, otherwise the API's own. */
  private stackFor(api: AnyApi): Stack {
    const [here, there] = [Stack.of(this.owner), Stack.of(api)];
    if (here === there) return here;
    return homeOf(idOf(api), api) ?? (isInside(there, here) ? here : there);
  }
}

/** The API's id, as the construct `api` writes it. */
export function idOf(api: AnyApi): string {
  return isHttpApi(api) ? api.apiId : api.restApiId;
}

export function isHttpApi(api: AnyApi): api is IHttpApi {
  return 'apiId' in api;
}

export function kindOf({ members: [{ api }] }: AttachedGroup): ApiKind {
  return isHttpApi(api) ? 'http' : 'rest';
}

function identityOf(api: AnyApi): ApiIdentity {
  return apiBehind(idOf(api), api);
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
