import type { Route } from '../../lambda/policy/route.ts';
import { guardedOperations } from './guarded-operations.ts';
import { readOpenApi } from './openapi-document.ts';
import { basePathWarnings, callbackWarnings, guardWarnings } from './openapi-warnings.ts';

export interface OpenApiRoutes {
  readonly routes: readonly Route[];
  /** What the document says and a route table does not: show it to whoever synthesizes. */
  readonly warnings: readonly string[];
}

/**
 * The route table of an OpenAPI 3.0 or 3.1 document, already parsed to an object: one route for every operation that
 * asks for a token, with the scopes of its own `security` or else the document's.
 *
 * Alternatives in `security` are any-of, as in a route. Operations that are open to everybody have no route, nor have those
 * that another authorizer, IAM or an API key of API Gateway guards: their methods must not use the authorizer, and warnings
 * name them. References (`$ref`) are not followed. Whatever might hold an operation or its security has to be written out:
 * intrinsic functions, CDK tokens and members that OpenAPI does not know are rejected, because API Gateway could publish
 * what they hide open to everybody.
 *
 * @throws RouteTableError naming the operation or the member that a route table cannot express, and why.
 */
export function routesFromOpenApi(document: object): OpenApiRoutes {
  const read = readOpenApi(document);
  const { operations, pathWarnings } = guardedOperations(read);
  return {
    routes: operations.flatMap(({ operation: { method, path }, guard }) =>
      guard.by === 'token' && method !== 'TRACE' ? [{ method, path, scopes: guard.scopes }] : [],
    ),
    warnings: [
      ...basePathWarnings([read.root, ...read.operations.flatMap((o) => [o.pathItem, o.operation])]),
      ...guardWarnings(operations),
      ...pathWarnings,
      ...callbackWarnings(read),
    ],
  };
}
