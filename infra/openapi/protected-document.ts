import { RouteTableError } from '../errors.ts';
import { guardedOperations } from './guarded-operations.ts';
import { type OpenApiDocument, readOpenApi } from './openapi-document.ts';
import type { JsonObject } from './openapi-members.ts';
import { API_KEY_HEADER, IMPORTED_SCHEME_TYPE, schemeKind, securitySchemesOf } from './openapi-schemes.ts';
import type { Guard } from './operation-guard.ts';

/** The name of the security scheme, which API Gateway also gives to the authorizer. */
export const SECURITY_SCHEME = 'bearer-authorizer';

/**
 * The document for API Gateway to import. Operations that ask for a token ask for `scheme`, and for their API key; those that another
 * authorizer, IAM or an API key guards keep what they ask for; all others ask for nothing. The document's own bearer schemes and scopes
 * are left out, because the routes have the scopes. Each operation states its security itself, because API Gateway "doesn't use root level
 * security" (developer guide, "Important notes for REST APIs").
 *
 * @throws RouteTableError for a document that API Gateway rejects, or naming an operation that would stay open
 */
export function protectedDocument(document: object, scheme: object): JsonObject {
  const read = readOpenApi(document);
  const { operations } = guardedOperations(read);
  if (!read.version.startsWith('3.0.')) {
    throw new RouteTableError(
      `The OpenAPI document says version ${read.version}: give API Gateway one of 3.0, as its import rejects 3.1.`,
    );
  }
  const { security: _, ...root } = read.root;
  const imported = importedSchemes(read);
  const items: Record<string, JsonObject> = {};
  for (const { operation, guard } of operations) {
    const { path, pathItem, key } = operation;
    items[path] = { ...(items[path] ?? pathItem), [key]: guardedOperation(operation.operation, guard, imported) };
  }
  const securitySchemes = { ...imported, [SECURITY_SCHEME]: scheme };
  return { ...root, components: { ...read.components, securitySchemes }, paths: { ...read.paths, ...items } };
}

function guardedOperation({ security: _, ...operation }: JsonObject, guard: Guard, schemes: JsonObject): JsonObject {
  const security = importedSecurity(guard, schemes);
  return security.length > 0 ? { ...operation, security } : operation;
}

/**
 * The security for API Gateway, which asks for all objects of the list: to it they are not alternatives. AWS SAM and the AWS PDK ask for
 * an authorizer and an API key in this form. Schemes that it does not import are left out, because they guard nothing.
 */
function importedSecurity(guard: Guard, schemes: JsonObject): readonly object[] {
  if (guard.by === 'nobody') return [];
  if (guard.by === 'token') return [SECURITY_SCHEME, ...guard.apiKeys].map((name) => ({ [name]: [] }));
  return guard.security.flatMap((each) => {
    // JSON has no undefined members.
    const asked = Object.entries(each).filter(([name, scopes]) => scopes !== undefined && Object.hasOwn(schemes, name));
    return asked.length > 0 ? [Object.fromEntries(asked)] : [];
  });
}

function importedSchemes({ components }: OpenApiDocument): JsonObject {
  const schemes = securitySchemesOf(components);
  if (Object.hasOwn(schemes, SECURITY_SCHEME)) {
    throw new RouteTableError(
      `components.securitySchemes has "${SECURITY_SCHEME}", the name of this authorizer: give yours another one.`,
    );
  }
  const imported = Object.entries(schemes).filter(([, { type }]) => type === IMPORTED_SCHEME_TYPE);
  return Object.fromEntries(imported.map(([name, scheme]) => [name, importedScheme(scheme)]));
}

function importedScheme(scheme: JsonObject): JsonObject {
  return schemeKind(scheme) === 'api-key' ? { ...scheme, name: API_KEY_HEADER } : scheme;
}
