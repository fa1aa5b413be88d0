import { type OpenApiDocument, readOpenApi } from './openapi-document.ts';
import type { JsonObject } from './openapi-members.ts';
import { securitySourceOf } from './openapi-security.ts';
import { nameOf } from './route-table.ts';
import { RouteTableError } from './route-table-error.ts';
import { routesOf } from './routes-from-openapi.ts';

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
  const read = readOpenApi(document);
  const routes = new Set(routesOf(read).routes.map(nameOf));
  if (!read.version.startsWith('3.0.')) {
    throw new RouteTableError(
      `The OpenAPI document says version ${read.version}: give API Gateway one of 3.0, as its import refuses 3.1.`,
    );
  }
  const { security: _, ...root } = read.root;
  const items: Record<string, JsonObject> = {};
  for (const { name, path, pathItem, key, operation } of read.operations) {
    const secured = routes.has(name) ? protectedOperation(name, operation) : openOperation(operation);
    items[path] = { ...(items[path] ?? pathItem), [key]: secured };
  }
  const securitySchemes = { ...importedSchemes(read), [SECURITY_SCHEME]: scheme };
  return { ...root, components: { ...read.components, securitySchemes }, paths: { ...read.paths, ...items } };
}

function protectedOperation(name: string, operation: JsonObject): JsonObject {
  if (Object.keys(operation).some((member) => member.toLowerCase() === 'x-amazon-apigateway-auth')) {
    throw new RouteTableError(
      `The operation ${name} asks for a token, and for something else in x-amazon-apigateway-auth: remove that extension.`,
    );
  }
  return { ...operation, security: [{ [SECURITY_SCHEME]: [] }] };
}

function openOperation({ security: _, ...operation }: JsonObject): JsonObject {
  return operation;
}

function importedSchemes({ root, components }: OpenApiDocument): JsonObject {
  const { schemes } = securitySourceOf(root, components);
  if (Object.hasOwn(schemes, SECURITY_SCHEME)) {
    throw new RouteTableError(
      `components.securitySchemes has "${SECURITY_SCHEME}", the name of this authorizer: give yours another one.`,
    );
  }
  return Object.fromEntries(Object.entries(schemes).filter(([, { type }]) => type === IMPORTED_SCHEME_TYPE));
}
