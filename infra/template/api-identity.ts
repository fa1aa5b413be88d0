import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { elementsBehind, isOfType, namedBy, propertyOf, resolvedIn } from './resource-reference.ts';

/**
 * Identifies an API: its resource if this app defines it, otherwise the text of its id. It is equal for all objects that stand for the
 * same API, in any stack.
 */
export type ApiIdentity = CfnResource | string;

const API_TYPES = ['AWS::ApiGateway::RestApi', 'AWS::ApiGatewayV2::Api'] as const;

/** @param id - an API's id, possibly a token, as a construct at `scope` writes it */
export function apiBehind(id: unknown, scope: IConstruct): ApiIdentity {
  const value = resolvedIn(scope, id);
  const named = namedBy(value, Stack.of(scope));
  if (named === undefined) return typeof value === 'string' ? value : JSON.stringify(value);
  const { element, attribute } = named;
  return isApi(element) ? element : `${element.node.path}.${attribute}`;
}

/** The APIs of this app from which an id is computed in a way that `apiBehind` cannot follow. Only the deployment shows which it names. */
export function apisHiddenIn(id: unknown, scope: IConstruct): readonly CfnResource[] {
  if (typeof apiBehind(id, scope) !== 'string') return [];
  return elementsBehind(resolvedIn(scope, id), Stack.of(scope)).filter(isApi);
}

/** The API of a stage, a deployment, a method or a route, with overrides applied. */
export function apiOf(resource: CfnResource): ApiIdentity {
  return apiBehind(apiIdIn(resource), resource);
}

/** The API's id as a stage, a deployment, a method or a route has it. */
export function apiIdIn(resource: CfnResource): unknown {
  return propertyOf(resource, isOfHttpApi(resource) ? 'ApiId' : 'RestApiId');
}

/** Whether a resource belongs to API Gateway's second version, which has HTTP APIs and WebSocket APIs. */
export function isOfHttpApi({ cfnResourceType }: CfnResource): boolean {
  return cfnResourceType.startsWith('AWS::ApiGatewayV2::');
}

/** The path of the construct that people know: the `RestApi` that made the resource, otherwise the resource itself. */
export function pathOfResource({ node }: CfnResource): string {
  const { scope } = node;
  return scope?.node.defaultChild?.node === node ? scope.node.path : node.path;
}

function isApi(construct: IConstruct): construct is CfnResource {
  return API_TYPES.some((type) => isOfType(construct, type));
}
