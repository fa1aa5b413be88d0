import { Annotations, Stack } from 'aws-cdk-lib';
import { type CfnRestApi, type CfnStage, type RestApiBase, SpecRestApi } from 'aws-cdk-lib/aws-apigateway';
import { isAcceptableAddress } from '../../lambda/token/trusted-issuer.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import { DeploymentError } from '../errors.ts';
import { nameOf } from '../routes/route-table.ts';
import { isRecord } from '../settings/plain-object.ts';
import { shown } from '../settings/shown-value.ts';
import {
  checkFields,
  isKnownLater,
  listOf,
  literalText,
  optional,
  textWhere,
  type ValidatorsOf,
} from '../settings/validators.ts';
import { elementsBehind, isOfType, resolvedIn } from '../template/resource-reference.ts';
import { addOpenMock, type MockAnswer, openMockOperation } from './mock-method.ts';
import { jsonTemplate, type ResourceMetadata, requestedScopes, scopeOfEveryRoute } from './protected-resource.ts';

/** Where clients look, below the address of the API (RFC 9728 section 3). */
const METADATA_PATH = '/.well-known/oauth-protected-resource';

/** Seconds for which a client may reuse the metadata. */
const MAX_AGE = 3600;

/** The options of {@link addProtectedResourceMetadata}. */
export interface ProtectedResourceOptions {
  /** The authorizer of the API. Its issuers and the scopes of its routes go into the metadata. */
  readonly authorizer: BearerAuthorizer;
  /**
   * The address under which clients know the API, without a slash at the end: `https://api.acme.example`, or with the base path of a
   * custom domain. Clients request tokens for it (RFC 8707), so the issuers must accept it and `audience` must name it.
   * @default the address that API Gateway gives to the API and its stage
   */
  readonly resource?: string;
  /**
   * The issuers from which clients may get a token. Leave out those that no client asks, such as a CI system.
   * @default all issuers of the authorizer
   */
  readonly authorizationServers?: readonly string[];
  /**
   * The name of the API, for people.
   * @default none
   */
  readonly resourceName?: string;
}

/** What a client that is rejected has to know. Pass it to {@link addGatewayResponses}. */
export interface ProtectedResource {
  /** The address of the metadata (RFC 9728). */
  readonly metadataUrl: string;
  /** The one scope that every route with scopes asks for; undefined: there are several. */
  readonly scope: string | undefined;
}

export const resourceAddress = textWhere(
  isResourceAddress,
  'write the address that clients use, as a browser shows it, without a query and a slash at the end: https://api.acme.example',
);

const server = textWhere(isAddress, "write the issuer's address: https://login.acme.example");
/** Not a value that only the deployment knows, which nothing escapes in the mapping template. */
const name = literalText(/^[^\p{Cc}]{1,255}$/u, 'write a name of up to 255 characters');

/** `authorizer` is an object of ours, whose type says enough. */
const OPTIONS: ValidatorsOf<ProtectedResourceOptions> = {
  authorizer: () => undefined,
  resource: optional(resourceAddress),
  authorizationServers: optional(listOf(server, 1)),
  resourceName: optional(name),
};

/**
 * Adds `GET /.well-known/oauth-protected-resource`, which tells a client where to get a token and for what (RFC 9728). Anybody may
 * call it, also pages of other origins. A client finds its address in the challenge of the gateway responses.
 *
 * @throws DeploymentError naming the option
 */
export function addProtectedResourceMetadata(api: RestApiBase, options: ProtectedResourceOptions): ProtectedResource {
  checkFields('addProtectedResourceMetadata', options, OPTIONS);
  const { authorizer, resource = ownAddress(api), authorizationServers, resourceName } = options;
  rejectStage(api, resource);
  const { issuers, routes } = authorizer;
  rejectRoute(authorizer);
  warnOfAudience(api, options);
  const metadata: ResourceMetadata = {
    resource,
    authorization_servers: authorizationServers ?? serversAmong(issuers),
    scopes_supported: requestedScopes(routes, issuers),
    bearer_methods_supported: ['header'],
    ...(resourceName !== undefined && { resource_name: resourceName }),
  };
  if (api instanceof SpecRestApi) describeMethods(api, metadata);
  else addMethods(api, metadata);
  return { metadataUrl: `${resource}${METADATA_PATH}`, scope: scopeOfEveryRoute(routes, issuers) };
}

/** The issuers that a client can find. Those whose tokens name them without a scheme have no address that synth knows. */
function serversAmong(issuers: BearerAuthorizer['issuers']): readonly string[] {
  const names = Object.values(issuers).map(({ issuer }) => issuer);
  return [...new Set(names)].filter((issuer) => isKnownLater(issuer) || isAddress(issuer));
}

/**
 * The address that API Gateway gives the API with its stage, without a slash at the end.
 *
 * With any stage: the address that the deployment gives is not needed, and a reference to the stage would be a cycle.
 */
export function ownAddress(api: RestApiBase): string {
  const stage = api.deploymentStage as RestApiBase['deploymentStage'] | undefined;
  const { stageName } = Object(stage?.node.defaultChild) as Partial<CfnStage>;
  if (stageName === undefined) {
    throw new DeploymentError(
      `${api.node.path} has no stage of its own: name its address in resource, https://api.acme.example.`,
    );
  }
  const { region, urlSuffix } = Stack.of(api);
  return `https://${api.restApiId}.execute-api.${region}.${urlSuffix}/${stageName}`;
}

/** The stage waits for the deployment, which waits for every method. CloudFormation would report the cycle, not synth. */
function rejectStage(api: RestApiBase, resource: string): void {
  const elements = elementsBehind(resolvedIn(api, resource), Stack.of(api));
  if (!elements.some((element) => isOfType(element, 'AWS::ApiGateway::Stage'))) return;
  throw new DeploymentError(
    `resource names the stage of ${api.node.path}, which waits for the metadata: leave it out, or write the address itself.`,
  );
}

function rejectRoute({ routes, node }: BearerAuthorizer): void {
  const taken = routes.find(({ path }) => path === METADATA_PATH);
  if (taken === undefined) return;
  throw new DeploymentError(
    `The routes of ${node.path} name ${nameOf(taken)}: leave it out, because the metadata is there, without a token.`,
  );
}

const ANY_ORIGIN = { 'Access-Control-Allow-Origin': '*' };

/** Clients of the Model Context Protocol name its version in every request. */
const ALLOWED_HEADERS = ['Authorization', 'Content-Type', 'MCP-Protocol-Version'];

const PREFLIGHT: MockAnswer = {
  status: '204',
  headers: {
    ...ANY_ORIGIN,
    'Access-Control-Allow-Headers': ALLOWED_HEADERS.join(','),
    'Access-Control-Allow-Methods': 'GET',
  },
  templates: {},
};

function answerOf(metadata: ResourceMetadata): MockAnswer {
  const headers = { ...ANY_ORIGIN, 'Cache-Control': `max-age=${MAX_AGE}` };
  return { status: '200', headers, templates: { 'application/json': jsonTemplate(metadata) } };
}

function alreadyThere(api: RestApiBase): DeploymentError {
  return new DeploymentError(
    `${api.node.path} has ${METADATA_PATH} already: leave it out, because the metadata is there, and add the metadata once.`,
  );
}

function addMethods(api: RestApiBase, metadata: ResourceMetadata): void {
  const [, parentName = '', name = ''] = METADATA_PATH.split('/');
  const parent = api.root.resourceForPath(`/${parentName}`);
  if (parent.getResource(name) !== undefined) throw alreadyThere(api);
  const resource = parent.addResource(name, {
    defaultCorsPreflightOptions: { allowOrigins: ['*'], allowHeaders: ALLOWED_HEADERS, allowMethods: ['GET'] },
  });
  addOpenMock(resource, 'GET', answerOf(metadata));
}

/** An import of the document would remove a method that stands only in the template, so the document gets the operations. */
function describeMethods(api: SpecRestApi, metadata: ResourceMetadata): void {
  const definition = api.node.defaultChild as CfnRestApi;
  const { paths, ...members } = Object(definition.body) as { readonly paths?: unknown };
  if (!isRecord(paths)) {
    throw new DeploymentError(
      `${api.node.path} has a document that synth cannot read: pass apiDefinition(document) of the authorizer.`,
    );
  }
  if (Object.hasOwn(paths, METADATA_PATH)) throw alreadyThere(api);
  const operations = { get: openMockOperation(answerOf(metadata)), options: openMockOperation(PREFLIGHT) };
  definition.body = { ...members, paths: { ...paths, [METADATA_PATH]: operations } };
  api.latestDeployment?.addToLogicalId(operations);
}

/** A client names `resource` in its token request, and an issuer that knows RFC 8707 writes it into `aud`. */
function warnOfAudience(
  api: RestApiBase,
  { authorizer, resource, authorizationServers }: ProtectedResourceOptions,
): void {
  if (resource === undefined || isKnownLater(resource)) return;
  for (const [alias, { issuer, audiences }] of Object.entries(authorizer.issuers)) {
    const isAsked = authorizationServers?.includes(issuer) !== false;
    if (!isAsked || audiences.some((audience) => audience === null || audience === resource || isKnownLater(audience)))
      continue;
    Annotations.of(api).addWarningV2(
      `bearer-authorizer:resource-audience-${alias}`,
      `Clients ask issuers.${alias} for tokens for ${resource} (RFC 8707), and it accepts the audience ${shown(audiences)} ` +
        'only: add the address to audience, unless the issuer ignores it.',
    );
  }
}

/** As a URL parser writes it, so that a client that parses it finds the same text (RFC 9728 section 3.3). */
function isResourceAddress(value: string): boolean {
  return isAddress(value) && !value.endsWith('/') && [value, `${value}/`].includes(new URL(value).href);
}

/** No text that would end the quoted string or the literal in which a challenge has it. */
function isAddress(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  return isAcceptableAddress(url) && url.username === '' && url.password === '' && !/[?#\s'"\\]/.test(value);
}
