import { isObject, type Json, type JsonObject } from '../../cloudformation/template.ts';
import type { AuthorizerType } from '../rest-api/rest-api.ts';
import { type RoutedRequest, requestContext, requestMembers } from '../rest-api/routed-request.ts';

/**
 * The event of an authorizer's function (developer guide, "Input to an API Gateway Lambda authorizer").
 * @param identity - the values of the authorizer's identity sources, in order
 */
export function authorizerEvent(
  type: AuthorizerType,
  methodArn: string,
  identity: readonly string[],
  routed: RoutedRequest,
): JsonObject {
  if (type === 'TOKEN') return { type, methodArn, authorizationToken: identity[0] ?? '' };
  return { type, methodArn, ...requestMembers(routed), stageVariables: {}, requestContext: requestContext(routed) };
}

/** An authorizer's answer as API Gateway caches it. */
export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: JsonObject;
  /** All values as text, as the backend receives them. */
  readonly context: Readonly<Record<string, string>>;
}

/** Parses a function's output. undefined: API Gateway would call it a configuration error and answer 500. */
export function parseAuthorizerAnswer(output: Json): AuthorizerAnswer | undefined {
  if (!isObject(output)) return undefined;
  const { principalId, policyDocument, context = {} } = output;
  if (typeof principalId !== 'string' || principalId === '') return undefined;
  if (!isObject(policyDocument) || policyDocument.Statement === undefined) return undefined;
  if (!isObject(context) || Object.values(context).some((value) => typeof value === 'object')) return undefined;
  const texts = Object.entries(context).map(([name, value]) => [name, String(value)]);
  return { principalId, policyDocument, context: Object.fromEntries(texts) };
}
