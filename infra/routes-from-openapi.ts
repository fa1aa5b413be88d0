import type { Route } from '../lambda/route.ts';
import { type SecuritySource, scopesOf } from './openapi-security.ts';
import { parsePath } from './route-path.ts';
import { RouteTableError } from './route-table-error.ts';

export interface OpenApiRoutes {
  readonly routes: readonly Route[];
  /** What the document says and a route table does not: show it to whoever synthesizes. */
  readonly warnings: readonly string[];
}

/** The keys of a path item that are operations; API Gateway exports `ANY` as an extension. */
const METHODS: Readonly<Record<string, Route['method'] | 'TRACE'>> = {
  delete: 'DELETE',
  get: 'GET',
  head: 'HEAD',
  options: 'OPTIONS',
  patch: 'PATCH',
  post: 'POST',
  put: 'PUT',
  trace: 'TRACE',
  'x-amazon-apigateway-any-method': 'ANY',
};

type JsonObject = Readonly<Record<string, unknown>>;

interface Operation {
  readonly method: Route['method'] | 'TRACE';
  readonly path: string;
  readonly pathItem: JsonObject;
  readonly operation: JsonObject;
}

/**
 * The route table of an OpenAPI 3.0 or 3.1 document, already parsed to an object: one route for every operation that
 * asks for a token, with the scopes of its own `security` or else the document's.
 *
 * Alternatives in `security` are any-of, as in a route. An operation without security is open to everybody, so it has
 * no route: its method must not use the authorizer. References (`$ref`) are not followed.
 *
 * @throws RouteTableError naming the operation that a route table cannot express, and why.
 */
export function routesFromOpenApi(document: object): OpenApiRoutes {
  const root = document as JsonObject;
  if (!/^3\.[01]\./.test(String(root.openapi))) {
    throw new RouteTableError(`The OpenAPI document says version ${String(root.openapi)}: give one of 3.0 or 3.1.`);
  }
  const operations = operationsOf(root);
  const source = { security: root.security, schemes: objectAt(objectAt(root, 'components'), 'securitySchemes') };
  const results = operations.map((operation) => routeOf(operation, source));
  const open = results.flatMap(({ route, name }) => (route === undefined ? [openWarning(name)] : []));
  return {
    routes: results.flatMap(({ route }) => route ?? []),
    warnings: [...basePathWarnings([root, ...operations.flatMap((o) => [o.pathItem, o.operation])]), ...open],
  };
}

function operationsOf(root: JsonObject): readonly Operation[] {
  return Object.entries(objectAt(root, 'paths')).flatMap(([path, item]) => {
    const pathItem = asObject(item);
    if (pathItem.$ref !== undefined) throw new RouteTableError(`The path ${path} is a $ref: resolve it before.`);
    return Object.entries(METHODS).flatMap(([key, method]) =>
      pathItem[key] === undefined ? [] : [{ method, path, pathItem, operation: asObject(pathItem[key]) }],
    );
  });
}

function routeOf({ method, path, operation }: Operation, source: SecuritySource): { name: string; route?: Route } {
  const name = `${method} ${path}`;
  if (method === 'TRACE') throw new RouteTableError(`The operation ${name} cannot be: API Gateway has no TRACE.`);
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

/** A REST API's base path is its stage or its domain's mapping; resource paths stay without it. */
function basePathWarnings(places: readonly JsonObject[]): readonly string[] {
  const urls = places.flatMap(({ servers }) =>
    Array.isArray(servers) ? servers.map((s) => String(asObject(s).url)) : [],
  );
  return [...new Set(urls.map(basePathOf))]
    .filter((basePath) => basePath !== '')
    .map((basePath) => `The servers' base path ${basePath} is ignored: the stage or the domain's mapping adds it.`);
}

function basePathOf(url: string): string {
  return url
    .replace(/^[a-z][a-z0-9+.-]*:/i, '')
    .replace(/^\/\/[^/]*/, '')
    .replace(/\/+$/, '');
}

function objectAt(parent: JsonObject, key: string): JsonObject {
  return asObject(parent[key]);
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}
