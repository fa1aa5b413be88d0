import { isObject, type Json, type JsonObject } from '../../cloudformation/template.ts';

/** An authorizer's answer as API Gateway caches it. */
export interface AuthorizerAnswer {
  readonly principalId: string;
  readonly policyDocument: JsonObject;
  /** The values as the backend receives them. */
  readonly context: JsonObject;
}

/** Reads the context as the backend receives it. undefined: API Gateway does not take it. */
export type ReadContext = (context: JsonObject) => JsonObject | undefined;

/** Parses a function's output. undefined: API Gateway would call it a configuration error and answer 500. */
export function parseAuthorizerAnswer(output: Json, readContext: ReadContext): AuthorizerAnswer | undefined {
  if (!isObject(output)) return undefined;
  const { principalId, policyDocument, context: written = {} } = output;
  if (typeof principalId !== 'string' || principalId === '') return undefined;
  if (!isObject(policyDocument) || policyDocument.Statement === undefined) return undefined;
  const context = isObject(written) ? readContext(written) : undefined;
  return context && { principalId, policyDocument, context };
}

/**
 * Parses a simple response of an HTTP API's authorizer as a policy for all routes (developer guide, "Control access to HTTP APIs with AWS
 * Lambda authorizers"). undefined: API Gateway would answer 500.
 */
export function parseSimpleAnswer(output: Json, readContext: ReadContext): AuthorizerAnswer | undefined {
  if (!isObject(output) || typeof output.isAuthorized !== 'boolean') return undefined;
  const { isAuthorized, context: written = {} } = output;
  const context = isObject(written) ? readContext(written) : undefined;
  const statement = { Effect: isAuthorized ? 'Allow' : 'Deny', Action: 'execute-api:Invoke', Resource: '*' };
  return context && { principalId: '', policyDocument: { Version: '2012-10-17', Statement: [statement] }, context };
}

/** The context of a REST API: flat, and all values as text. */
export function contextAsText(context: JsonObject): JsonObject | undefined {
  if (Object.values(context).some((value) => typeof value === 'object')) return undefined;
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
}

/** The context of an HTTP API: any JSON. */
export function contextAsWritten(context: JsonObject): JsonObject {
  return context;
}
