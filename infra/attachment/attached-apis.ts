import { type CfnResource, Names, Stack, Token } from 'aws-cdk-lib';
import { CfnStage, type IRestApi, type RestApiBase } from 'aws-cdk-lib/aws-apigateway';
import type { Construct, IConstruct } from 'constructs';
import { homeOf, isInside } from '../template/placement.ts';
import { type RestApiIdentity, restApiBehind, restApiOf } from '../template/rest-api-identity.ts';
import { ApiAuthorizer, type ApiAuthorizerProps, permitInvocations } from './api-authorizer.ts';

/** `RestApiBase` is not assignable to `IRestApi` under exactOptionalPropertyTypes. */
export type AnyRestApi = IRestApi | RestApiBase;

/** One object of an API that uses the authorizer; several objects may stand for one API. */
export interface AttachedApi {
  readonly api: AnyRestApi;
  /** Undefined: API Gateway creates it when it imports the API's document. */
  readonly authorizer?: ApiAuthorizer;
  /** The names of the document's operations that ask for a token. */
  readonly operations: readonly string[];
}

/** The properties that the authorizers of all APIs share. */
type AuthorizerSource = Omit<ApiAuthorizerProps, 'restApiId' | 'onApi'>;

/** One API, with all objects that stand for it. */
export interface AttachedGroup {
  readonly identity: RestApiIdentity;
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

  /** The authorizer of the first API that has one of its own. */
  get first(): ApiAuthorizer | undefined {
    return this.authorizers[0];
  }

  get authorizers(): readonly ApiAuthorizer[] {
    return [...new Set(this.list.flatMap(({ authorizer }) => authorizer ?? []))];
  }

  /** The groups are complete once the app is, because an id may show only then which API it names. */
  get groups(): readonly AttachedGroup[] {
    const groups = new Map<RestApiIdentity, [AttachedApi, ...AttachedApi[]]>();
    for (const member of this.list) {
      const identity = identityOf(member);
      const known = groups.get(identity);
      if (known === undefined) groups.set(identity, [member]);
      else known.push(member);
    }
    return [...groups].map(([identity, members]) => ({ identity, members }));
  }

  groupOf(identity: RestApiIdentity): AttachedGroup | undefined {
    return this.groups.find((group) => group.identity === identity);
  }

  /** The names of these APIs' stages below `root`, as far as synth knows them. */
  stageNamesIn(root: IConstruct): readonly string[] {
    return root.node
      .findAll()
      .filter((construct) => construct instanceof CfnStage)
      .filter((stage) => this.groupOf(restApiOf(stage)) !== undefined)
      .flatMap(({ stageName = '' }) => (Token.isUnresolved(stageName) ? [] : stageName));
  }

  addDescribed(api: AnyRestApi, operations: readonly string[]): void {
    this.list.push({ api, operations });
  }

  authorizerOf(api: AnyRestApi): ApiAuthorizer {
    const identity = restApiBehind(api.restApiId, api);
    const known = this.list.find((member) => member.authorizer !== undefined && identityOf(member) === identity);
    const authorizer = known?.authorizer ?? this.createFor(api, identity);
    this.add(api, authorizer);
    return authorizer;
  }

  private add(api: AnyRestApi, authorizer: ApiAuthorizer): void {
    const isKnown = this.list.some((member) => member.api === api && member.authorizer === authorizer);
    if (!isKnown) this.list.push({ api, authorizer, operations: [] });
  }

  private createFor(api: AnyRestApi, identity: RestApiIdentity): ApiAuthorizer {
    const { length } = this.authorizers;
    const number = length === 0 ? '' : String(length + 1);
    const stack = this.stackFor(api);
    const isHere = stack === Stack.of(this.owner);
    const scope = isHere ? this.owner : stack;
    const prefix = isHere ? '' : Names.uniqueId(this.owner);
    const settings = { ...this.settings, restApiId: typeof identity === 'string' ? api.restApiId : identity.ref };
    permitInvocations(scope, `${prefix}Permission${number}`, settings);
    // The id differs for each kind, so that an authorizer that stages still use stays as it is until they are deployed again.
    const kind = this.settings.cachePer === 'route' ? 'Route' : 'Token';
    const authorizer: ApiAuthorizer = new ApiAuthorizer(scope, `${prefix}${kind}${number}`, {
      ...settings,
      onApi: (other): void => this.add(other, authorizer),
    });
    return authorizer;
  }

  /** The stack of the API's authorizer: the function's stack where the API's object stands there, otherwise the API's own. */
  private stackFor(api: AnyRestApi): Stack {
    const [here, there] = [Stack.of(this.owner), Stack.of(api)];
    if (here === there) return here;
    return homeOf(api.restApiId, api) ?? (isInside(there, here) ? here : there);
  }
}

function identityOf({ api }: AttachedApi): RestApiIdentity {
  return restApiBehind(api.restApiId, api);
}

/** The resources that API Gateway copies into a deployment of the API: its authorizers, or its document. */
export function copiedIntoDeployments({ identity, members }: AttachedGroup): readonly CfnResource[] {
  const authorizers = [...new Set(members.flatMap(({ authorizer }) => authorizer?.resource ?? []))];
  const isDescribed = members.some(({ operations }) => operations.length > 0);
  return isDescribed && typeof identity !== 'string' ? [...authorizers, identity] : authorizers;
}
