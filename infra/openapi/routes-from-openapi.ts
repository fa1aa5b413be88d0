import type { Route } from '../../lambda/policy/route.ts';
import { guardedOperations } from './guarded-operations.ts';
import { readOpenApi } from './openapi-document.ts';
import { basePathWarnings, callbackWarnings, guardWarnings } from './openapi-warnings.ts';

/** What {@link routesFromOpenApi} reads. */
export interface OpenApiRoutes {
  /** One route for each operation that asks for a token. */
  readonly routes: readonly Route[];
  /** What the document says and a route table cannot. Print these sentences at synth. */
  readonly warnings: readonly string[];
}

/**
 * Reads the route table from an OpenAPI 3.0 or 3.1 document. Every operation that asks for a token becomes a route, with the scopes of
 * its own `security` or, without one, of the document's. Any one of the alternatives in `security` opens the operation, as in a route.
 *
 * Operations that are open to everybody have no route, and neither have those that another authorizer, IAM or an API key of API Gateway
 * guards. Their methods must not use the authorizer; warnings name them.
 *
 * References (`$ref`) are not followed. Everything that may contain an operation or its security must be written out: intrinsic
 * functions, CDK tokens and members that OpenAPI does not define are rejected, because API Gateway could publish what they hide open
 * to everybody.
 *
 * @param document - already parsed to an object
 * @throws RouteTableError naming the operation or the member that a route table cannot express, and why
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
