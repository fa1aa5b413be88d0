import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { REQUEST_IDENTITY_SOURCES } from '../lambda/rest-request.ts';
import type { AuthorizerFunction } from './authorizer-function.ts';
import { elementsBehind, isOfType, renderedProperties } from './resource-reference.ts';

const HEADER = /^method\.request\.header\./;

/**
 * The answer to a REQUEST event is a policy for one route, without Deny: an authorizer that caches it for the token alone would
 * let that policy's wildcards open routes of other scopes. Of every authorizer of the app, overrides applied.
 */
export function cacheKeyErrors(root: IConstruct, { node }: AuthorizerFunction): readonly string[] {
  const authorizers = root.node.findAll().filter((each) => isOfType(each, 'AWS::ApiGateway::Authorizer'));
  return authorizers.flatMap((authorizer) => {
    const { AuthorizerUri, ...properties } = renderedProperties(authorizer);
    const missing = missingSources(properties);
    if (missing.length === 0) return [];
    const isOurs = elementsBehind(AuthorizerUri, Stack.of(authorizer)).some((element) => element === node.defaultChild);
    return isOurs ? [sentence(pathOf(authorizer), node.scope?.node.path ?? node.path, missing)] : [];
  });
}

/** API Gateway caches for 300 seconds unless it is told otherwise. */
function missingSources(properties: Readonly<Record<string, unknown>>): readonly string[] {
  const { Type, IdentitySource, AuthorizerResultTtlInSeconds } = properties;
  if (Type !== 'REQUEST' || AuthorizerResultTtlInSeconds === 0) return [];
  const sources = String(IdentitySource).split(',').map(spelled);
  return REQUEST_IDENTITY_SOURCES.filter((source) => !sources.includes(spelled(source)));
}

/** Names of headers do not depend on case. */
function spelled(source: string): string {
  const text = source.trim();
  return HEADER.test(text) ? text.toLowerCase() : text;
}

function pathOf({ node }: CfnResource): string {
  return node.scope?.node.defaultChild?.node === node ? node.scope.node.path : node.path;
}

function sentence(path: string, owner: string, missing: readonly string[]): string {
  return (
    `The authorizer ${path} invokes the function of ${owner}, and its cache key lacks ${missing.join(', ')}, so that a ` +
    'decision for one route could serve another: add it to the identity sources, or take forApi(api) for its methods.'
  );
}
