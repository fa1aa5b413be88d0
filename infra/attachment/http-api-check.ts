import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { HTTP_IDENTITY_SOURCES } from '../../lambda/event/http-api.ts';
import { DEFAULT_ROUTE } from '../../lambda/policy/route.ts';
import { documentOf } from '../template/api-content.ts';
import { type ApiIdentity, pathOfResource } from '../template/api-identity.ts';
import { elementsBehind, isOfType, propertyOf, renderedProperties } from '../template/resource-reference.ts';
import type { AttachedApis } from './attached-apis.ts';
import { type DefinedRoute, definedRoutesIn } from './defined-routes.ts';
import { ANSWER_BY_POLICY } from './http-api-authorizer.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * Rejects WebSocket APIs, routes that only the deployment shows, and scopes that API Gateway does not take.
 *
 * @param guarded - the API's routes that use the authorizer
 */
export function httpApiErrors(api: ApiIdentity, guarded: readonly DefinedRoute[]): readonly string[] {
  const ofApi = typeof api === 'string' ? [] : [...protocolSentence(api), ...documentSentence(api)];
  return [...ofApi, ...guarded.flatMap(scopesSentence)];
}

/** A WebSocket API is of the same type of resource, and its events are others. An API that is made of a document has no protocol. */
function protocolSentence(api: CfnResource): readonly string[] {
  const protocol = propertyOf(api, 'ProtocolType');
  if (protocol === undefined || protocol === 'HTTP') return [];
  return [
    `The API ${pathOfResource(api)} has the protocol ${JSON.stringify(protocol)}, and forHttpApi() is for HTTP APIs: take an HttpApi.`,
  ];
}

function documentSentence(api: CfnResource): readonly string[] {
  const property = ['Body', 'BodyS3Location'].find((name) => propertyOf(api, name) !== undefined);
  if (property === undefined) return [];
  return [
    `The HTTP API ${pathOfResource(api)} is made of a document (${property}), whose routes are not compared with the table: define ` +
      'its routes by addRoutes or HttpRoute.',
  ];
}

/** CloudFormation fails at them: API Gateway takes scopes with JWT authorizers only (aws-cdk #27576). */
function scopesSentence({ resource, name }: DefinedRoute): readonly string[] {
  const scopes = propertyOf(resource, 'AuthorizationScopes');
  if (scopes === undefined || (Array.isArray(scopes) && scopes.length === 0)) return [];
  return [
    `${name} has authorizationScopes (${JSON.stringify(scopes)}), which API Gateway takes with JWT authorizers only: write the scopes ` +
      'into its rule of routes, and leave authorizationScopes out.',
  ];
}

/**
 * Rejects what invokes our function for an HTTP API otherwise than `forHttpApi()`: another authorizer, whose routes nobody compares with the
 * table, or an override that changes what is cached, or by which answer.
 */
export function httpAuthorizerErrors(root: IConstruct, attached: AttachedApis): readonly string[] {
  const { node } = attached.authorizerFunction;
  const invokes = (uri: unknown, scope: IConstruct) =>
    elementsBehind(uri, Stack.of(scope)).some((element) => element === node.defaultChild);
  const own = new Set<CfnResource>(attached.authorizers.map(({ resource }) => resource));
  const title = `invokes the function of ${node.scope?.node.path}`;
  return root.node.findAll().flatMap((construct) => {
    if (isOfType(construct, 'AWS::ApiGatewayV2::Api')) {
      const schemes = schemesIn(construct).filter(({ uri }) => invokes(uri, construct));
      return schemes.map(({ name }) => `${name} in the document of ${pathOfResource(construct)} ${title}: ${ADVICE}.`);
    }
    if (!isOfType(construct, 'AWS::ApiGatewayV2::Authorizer')) return [];
    const properties = renderedProperties(construct);
    if (!invokes(properties.AuthorizerUri, construct)) return [];
    const name = `The authorizer ${pathOfResource(construct)} ${title}`;
    if (!own.has(construct)) return [`${name}: ${ADVICE}.`];
    return changedIn(properties).map((change) => `${name} ${change}: remove the override.`);
  });
}

const ADVICE = 'take forHttpApi() of that authorizer for the routes instead, which are then compared with the table';

/** The properties that an override has changed so that a decision could open what it was not made for. */
function changedIn(properties: JsonObject): readonly string[] {
  const { AuthorizerType, AuthorizerPayloadFormatVersion, EnableSimpleResponses, IdentitySource } = properties;
  const found = [AuthorizerType, AuthorizerPayloadFormatVersion, EnableSimpleResponses ?? false].map(String);
  const sources = JSON.stringify(IdentitySource);
  const isKnown = Object.values(HTTP_IDENTITY_SOURCES).some((known) => JSON.stringify(known) === sources);
  return [
    ...Object.entries(ANSWER_BY_POLICY)
      .filter(([, value], index) => found[index] !== String(value))
      .map(([name, value]) => `with another ${name} than ${value}`),
    ...(isKnown ? [] : [`for the identity sources ${sources}, by which decisions for one route could serve another`]),
  ];
}

/** The security schemes of an API's document that name an authorizer. */
function schemesIn(api: CfnResource): readonly { readonly name: string; readonly uri: unknown }[] {
  const { securitySchemes } = Object(documentOf(api).components) as JsonObject;
  return Object.entries(Object(securitySchemes) as JsonObject).map(([name, value]) => {
    const { authorizerUri } = Object((Object(value) as JsonObject)['x-amazon-apigateway-authorizer']) as JsonObject;
    return { name: `The scheme ${name}`, uri: authorizerUri };
  });
}

/**
 * One sentence for each HTTP API with a CORS configuration whose preflights meet the authorizer. API Gateway answers a preflight by the
 * configuration only where no route takes it (developer guide, "Configure CORS for HTTP APIs").
 */
export function preflightWarnings(root: IConstruct, { groups, authorizers }: AttachedApis): readonly string[] {
  const defined = definedRoutesIn(root);
  return groups.flatMap(({ identity: api }) => {
    if (typeof api === 'string' || propertyOf(api, 'CorsConfiguration') === undefined) return [];
    const own = defined.filter((route) => route.api === api);
    const open = new Set(own.filter(isOpen).map(({ name }) => withoutNames(name)));
    const guarded = own.filter(({ authorizer }) => authorizers.some(({ resource }) => resource === authorizer));
    const found = guarded.map(({ name }) => ({ name, takers: preflightTakers(name) }));
    return preflightSentence(
      api,
      found.filter(({ takers }) => takers.length > 0 && !takers.some((taker) => open.has(withoutNames(taker)))),
    );
  });
}

/** Routes that differ only in the names of parameters take the same requests. */
function withoutNames(routeKey: string): string {
  return routeKey.replaceAll(/\{[^+}]+/g, '{');
}

function isOpen({ resource }: DefinedRoute): boolean {
  return (propertyOf(resource, 'AuthorizationType') ?? 'NONE') === 'NONE';
}

/** The routes that take the preflights of a route if they are there; the first is the one to add. Empty: the route takes none. */
function preflightTakers(name: string): readonly string[] {
  if (name === DEFAULT_ROUTE) return ['OPTIONS /{proxy+}', 'ANY /{proxy+}'];
  const [, path] = /^(?:ANY|OPTIONS) (.+)$/.exec(name) ?? [];
  return path === undefined ? [] : [`OPTIONS ${path}`];
}

function preflightSentence(
  api: CfnResource,
  found: readonly { readonly name: string; readonly takers: readonly string[] }[],
): readonly string[] {
  if (found.length === 0) return [];
  const names = found.map(({ name }) => name).join(', ');
  const missing = [...new Set(found.flatMap(({ takers: [first] }) => first ?? []))].join(', ');
  return [
    `The CORS configuration of ${pathOfResource(api)} does not answer preflights of ${names}: these use the authorizer and take OPTIONS, so ` +
      `browsers, which send no token with a preflight, get 401. Define ${missing} without an authorizer.`,
  ];
}
