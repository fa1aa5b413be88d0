import { RouteTableError } from './route-table-error.ts';
import { routesFromOpenApi } from './routes-from-openapi.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** The security scheme's name in the document; API Gateway gives it to the authorizer. */
export const SECURITY_SCHEME = 'bearer-authorizer';

/** The only scheme types that API Gateway's import reads; an operation that names others alone would be open to everybody. */
const IMPORTED_SCHEME_TYPE = 'apiKey';

/**
 * The document as API Gateway imports it: the operations that ask for a token ask for `scheme`, the others for nothing.
 * The document's own bearer schemes and scopes are gone from it; the routes hold the scopes.
 *
 * @throws RouteTableError for a document that API Gateway refuses, or whose operation would stay open, by its name.
 */
export function protectedDocument(document: object, scheme: object): JsonObject {
  const { security: _, ...root } = document as JsonObject;
  const routes = new Set(routesFromOpenApi(document).routes.map(({ method, path }) => `${method} ${path}`));
  if (!String(root.openapi).startsWith('3.0.')) {
    throw new RouteTableError(
      `The OpenAPI document says version ${String(root.openapi)}: give API Gateway one of 3.0, as its import refuses 3.1.`,
    );
  }
  const components = asObject(root.components);
  const paths = mapValues(asObject(root.paths), (item, path) =>
    mapValues(asObject(item), (value, key) => {
      const name = `${methodOf(key)} ${path}`;
      return routes.has(name) ? protectedOperation(name, asObject(value)) : openOperation(value);
    }),
  );
  const kept = Object.entries(asObject(components.securitySchemes)).filter(
    ([, definition]) => asObject(definition).type === IMPORTED_SCHEME_TYPE,
  );
  return {
    ...root,
    components: { ...components, securitySchemes: { ...Object.fromEntries(kept), [SECURITY_SCHEME]: scheme } },
    paths,
  };
}

function methodOf(key: string): string {
  return key === 'x-amazon-apigateway-any-method' ? 'ANY' : key.toUpperCase();
}

function protectedOperation(name: string, operation: JsonObject): JsonObject {
  if (operation['x-amazon-apigateway-auth'] !== undefined) {
    throw new RouteTableError(
      `The operation ${name} asks for a token, and for something else in x-amazon-apigateway-auth: remove that extension.`,
    );
  }
  return { ...operation, security: [{ [SECURITY_SCHEME]: [] }] };
}

/** Anything else below a path: an operation without security, parameters, a description. */
function openOperation(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { security: _, ...operation } = value as JsonObject;
  return operation;
}

function mapValues(object: JsonObject, change: (value: unknown, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}
