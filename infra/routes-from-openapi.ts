import type { Route } from '../lambda/route.ts';
import { type OpenApiDocument, type Operation, readOpenApi } from './openapi-document.ts';
import { type SecuritySource, scopesOf, securitySourceOf } from './openapi-security.ts';
import { basePathWarnings } from './openapi-servers.ts';
import { mapOperations, OperationError } from './operation-error.ts';
import { parsePath } from './route-path.ts';
import { RouteTableError } from './route-table-error.ts';

export interface OpenApiRoutes {
  readonly routes: readonly Route[];
  /** What the document says and a route table does not: show it to whoever synthesizes. */
  readonly warnings: readonly string[];
}

/**
 * The route table of an OpenAPI 3.0 or 3.1 document, already parsed to an object: one route for every operation that
 * asks for a token, with the scopes of its own `security` or else the document's.
 *
 * Alternatives in `security` are any-of, as in a route. An operation without security is open to everybody, so it has
 * no route: its method must not use the authorizer. References (`$ref`) are not followed. Whatever might hold an operation
 * or its security has to be written out: intrinsic functions, CDK tokens and members that OpenAPI does not know are
 * refused, because API Gateway could publish what they hide open to everybody.
 *
 * @throws RouteTableError naming the operation or the member that a route table cannot express, and why.
 */
export function routesFromOpenApi(document: object): OpenApiRoutes {
  return routesOf(readOpenApi(document));
}

/** @throws RouteTableError */
export function routesOf({ root, components, operations }: OpenApiDocument): OpenApiRoutes {
  const source = securitySourceOf(root, components);
  const results = mapOperations(operations, (operation) => routeOf(operation, source));
  const open = results.flatMap(({ route, name }) => (route === undefined ? [openWarning(name)] : []));
  return {
    routes: results.flatMap(({ route }) => route ?? []),
    warnings: [
      ...basePathWarnings([root, ...operations.flatMap((o) => [o.pathItem, o.operation])]),
      ...open,
      ...callbackWarnings(root, operations),
    ],
  };
}

function routeOf(
  { name, method, path, operation }: Operation,
  source: SecuritySource,
): { name: string; route?: Route } {
  if (method === 'TRACE') throw new OperationError(name, { fault: 'cannot be', fix: 'API Gateway has no TRACE' });
  checkPath(name, path);
  const scopes = scopesOf(name, operation.security, source);
  return scopes === undefined ? { name } : { name, route: { method, path, scopes } };
}

function checkPath(name: string, path: string): void {
  try {
    parsePath(path);
  } catch (error) {
    if (!(error instanceof RouteTableError)) throw error;
    throw new RouteTableError(`The operation ${name} cannot be a route: ${error.message}`);
  }
}

function openWarning(name: string): string {
  return `The operation ${name} asks for no security: it has no route, so its method must not use the authorizer.`;
}

/** Requests of the other direction, whose security is somebody else's to check. */
function callbackWarnings(root: OpenApiDocument['root'], operations: readonly Operation[]): readonly string[] {
  const places = [
    ...(root.webhooks === undefined ? [] : ['The document has webhooks']),
    ...operations
      .filter(({ operation }) => operation.callbacks !== undefined)
      .map(({ name }) => `${name} has callbacks`),
  ];
  return places.map((place) => `${place}: the API sends these requests, so they have no route and no authorizer.`);
}
