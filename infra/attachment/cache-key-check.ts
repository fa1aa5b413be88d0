import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { REQUEST_IDENTITY_SOURCES } from '../../lambda/event/rest-request.ts';
import type { AuthorizerFunction } from '../functions/authorizer-function.ts';
import { documentOf } from '../template/api-content.ts';
import { pathOfResource } from '../template/api-identity.ts';
import { elementsBehind, isOfType, renderedProperties } from '../template/resource-reference.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** An authorizer as API Gateway reads it, with overrides applied. */
interface RenderedAuthorizer {
  readonly name: string;
  readonly uri: unknown;
  readonly stack: Stack;
  /** The identity sources that its cache key lacks for decisions on one route. */
  readonly missing: readonly string[];
}

const HEADER = /^method\.request\.header\./;

/**
 * Rejects REQUEST authorizers of the app that invoke our function and cache its decisions for the token alone. The answer to a REQUEST
 * event is a policy for one route, without Deny, so its wildcards could open routes of other scopes.
 */
export function cacheKeyErrors(root: IConstruct, { node }: AuthorizerFunction): readonly string[] {
  return authorizersIn(root)
    .filter(({ missing }) => missing.length > 0)
    .filter(({ uri, stack }) => elementsBehind(uri, stack).some((element) => element === node.defaultChild))
    .map(
      ({ name, missing }) =>
        `The authorizer ${name} invokes the function of ${node.scope?.node.path}, and its cache key lacks ` +
        `${missing.join(', ')}, so that a decision for one route could serve another: add it to the identity sources, ` +
        'or take forApi(api) for its methods.',
    );
}

function authorizersIn(root: IConstruct): readonly RenderedAuthorizer[] {
  return root.node.findAll().flatMap((construct) => {
    if (isOfType(construct, 'AWS::ApiGateway::RestApi')) return describedIn(construct);
    return isOfType(construct, 'AWS::ApiGateway::Authorizer') ? [rendered(construct)] : [];
  });
}

function rendered(authorizer: CfnResource): RenderedAuthorizer {
  const { Type, IdentitySource, AuthorizerResultTtlInSeconds, AuthorizerUri } = renderedProperties(authorizer);
  return {
    name: pathOfResource(authorizer),
    uri: AuthorizerUri,
    stack: Stack.of(authorizer),
    missing: missingSources(Type, IdentitySource, AuthorizerResultTtlInSeconds),
  };
}

function describedIn(api: CfnResource): readonly RenderedAuthorizer[] {
  const { securitySchemes } = Object(documentOf(api).components) as JsonObject;
  return Object.entries(Object(securitySchemes) as JsonObject).map(([scheme, value]) => {
    const authorizer = Object((Object(value) as JsonObject)['x-amazon-apigateway-authorizer']) as JsonObject;
    const { type, identitySource, authorizerResultTtlInSeconds, authorizerUri } = authorizer;
    return {
      name: `${scheme} in the document of ${pathOfResource(api)}`,
      uri: authorizerUri,
      stack: Stack.of(api),
      missing: missingSources(type, identitySource, authorizerResultTtlInSeconds),
    };
  });
}

/** Empty where nothing is cached. API Gateway caches for 300 seconds by default. */
function missingSources(type: unknown, identitySource: unknown, resultTtlSeconds: unknown): readonly string[] {
  if (String(type).toUpperCase() !== 'REQUEST' || resultTtlSeconds === 0) return [];
  const sources = String(identitySource).split(',').map(spelled);
  return REQUEST_IDENTITY_SOURCES.filter((source) => !sources.includes(spelled(source)));
}

/** The source in one spelling: names of headers do not depend on case. */
function spelled(source: string): string {
  const text = source.trim();
  return HEADER.test(text) ? text.toLowerCase() : text;
}
