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

/** The context of a REST API: flat, and all values as text. */
export function contextAsText(context: JsonObject): JsonObject | undefined {
  if (Object.values(context).some((value) => typeof value === 'object')) return undefined;
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, String(value)]));
}

/** The context of an HTTP API: any JSON. */
export function contextAsWritten(context: JsonObject): JsonObject {
  return context;
}
