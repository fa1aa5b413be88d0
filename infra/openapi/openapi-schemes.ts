import { RouteTableError } from '../errors.ts';
import { checkExtensions, deferredIn, type JsonObject, objectAt } from './openapi-members.ts';

/**
 * How API Gateway enforces a security scheme. `token`: this authorizer does. `authorizer`: another authorizer of API Gateway does, or
 * IAM. `api-key`: API Gateway does, as an API key of its usage plans. `unchecked`: it does not.
 */
export type SchemeKind = 'token' | 'authorizer' | 'api-key' | 'unchecked';

/** The only type of scheme that API Gateway's import reads (developer guide, "Important notes for REST APIs"). */
export const IMPORTED_SCHEME_TYPE = 'apiKey';

/** The spelling of the developer guide, "Configure a method to use API keys with an OpenAPI definition". */
export const API_KEY_HEADER = 'x-api-key';

const AUTHORIZER = 'x-amazon-apigateway-authorizer';
const AUTH_TYPE = 'x-amazon-apigateway-authtype';
const IAM_AUTH_TYPE = 'awsSigv4';

/** The types for REST APIs (developer guide, "x-amazon-apigateway-authorizer object"). */
const AUTHORIZER_TYPES: readonly unknown[] = ['token', 'request', 'cognito_user_pools'];

/** The types by OpenAPI 3.1, "Security Scheme Object". */
const SCHEME_TYPES: readonly unknown[] = [IMPORTED_SCHEME_TYPE, 'http', 'mutualTLS', 'oauth2', 'openIdConnect'];

/** The names that OpenAPI 3.1 allows, "Components Object". */
const SCHEME_NAME = /^[A-Za-z0-9._-]+$/;

/** Reads `components.securitySchemes`. @throws RouteTableError for a scheme that is not written out, even if nothing uses it */
export function securitySchemesOf(components: JsonObject): Readonly<Record<string, JsonObject>> {
  const value = components.securitySchemes === undefined ? {} : components.securitySchemes;
  const schemes = objectAt('components.securitySchemes', value);
  return Object.fromEntries(Object.entries(schemes).map(([name, value]) => [name, schemeAt(name, value)]));
}

function schemeAt(name: string, value: unknown): JsonObject {
  const place = `The security scheme "${name}"`;
  if (!SCHEME_NAME.test(name)) throw new RouteTableError(`${place}: use only letters, digits, ".", "-" and "_".`);
  // CDK assigns members by name when it renders a template: this member would get lost, and with it the guard of its operations.
  if (name === '__proto__') throw new RouteTableError(`${place}: choose another name.`);
  const scheme = objectAt(place, value);
  checkExtensions(place, scheme);
  if (scheme.$ref !== undefined) throw new RouteTableError(`${place} is a $ref: resolve it first.`);
  if (!SCHEME_TYPES.includes(scheme.type)) {
    throw new RouteTableError(`${place} has an unknown type: write one of ${SCHEME_TYPES.join(', ')}.`);
  }
  checkTexts(place, scheme);
  if (scheme.type === IMPORTED_SCHEME_TYPE) checkImported(place, scheme);
  else checkNotImported(place, scheme);
  return scheme;
}

/** Checks the members that decide what a scheme is, which must be the same here and at the deployment. */
function checkTexts(place: string, scheme: JsonObject): void {
  for (const member of ['in', 'name', 'scheme']) {
    const deferred = deferredIn(scheme[member]);
    if (deferred === undefined) continue;
    throw new RouteTableError(`${place} has a member ${member} that ${deferred}: write the text itself.`);
  }
}

/** Rejects an authorizer that API Gateway would ignore: this one must not silently replace it. */
function checkNotImported(place: string, scheme: JsonObject): void {
  const extension = [AUTHORIZER, AUTH_TYPE].find((member) => scheme[member] !== undefined);
  if (extension === undefined) return;
  throw new RouteTableError(
    `${place} has ${extension}, which API Gateway reads for the type ${IMPORTED_SCHEME_TYPE} only: ` +
      `write that type to keep what it asks for, or remove ${extension}.`,
  );
}

function checkImported(place: string, scheme: JsonObject): void {
  if (scheme[AUTHORIZER] !== undefined) checkAuthorizer(`${place}: its ${AUTHORIZER}`, scheme[AUTHORIZER]);
  else if (scheme[AUTH_TYPE] !== undefined && scheme[AUTH_TYPE] !== IAM_AUTH_TYPE) {
    const fix = `add that, or write ${IAM_AUTH_TYPE} for IAM`;
    throw new RouteTableError(`${place} has ${AUTH_TYPE} and no ${AUTHORIZER}: ${fix}.`);
  }
}

function checkAuthorizer(place: string, value: unknown): void {
  if (AUTHORIZER_TYPES.includes(objectAt(place, value).type)) return;
  throw new RouteTableError(`${place} has an unknown type: write one of ${AUTHORIZER_TYPES.join(', ')}.`);
}

export function schemeKind(scheme: JsonObject): SchemeKind {
  if (isToken(scheme)) return 'token';
  if (scheme.type !== IMPORTED_SCHEME_TYPE) return 'unchecked';
  if (scheme[AUTHORIZER] !== undefined || scheme[AUTH_TYPE] !== undefined) return 'authorizer';
  return isHeader(scheme, API_KEY_HEADER) ? 'api-key' : 'unchecked';
}

/** Whether the scheme is a bearer token. Names of authentication schemes do not depend on case (RFC 9110 section 11.1). */
function isToken({ type, scheme }: JsonObject): boolean {
  if (type === 'oauth2' || type === 'openIdConnect') return true;
  return type === 'http' && typeof scheme === 'string' && scheme.toLowerCase() === 'bearer';
}

/** Whether the scheme is in this header. Names of header fields do not depend on case (RFC 9110 section 5.1). */
export function isHeader({ type, in: place, name }: JsonObject, header: string): boolean {
  const isNamed = typeof name === 'string' && name.toLowerCase() === header;
  return type === IMPORTED_SCHEME_TYPE && place === 'header' && isNamed;
}
