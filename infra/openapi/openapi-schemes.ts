import { RouteTableError } from '../errors.ts';
import { checkExtensions, deferredIn, type JsonObject, objectAt } from './openapi-members.ts';

/**
 * What API Gateway makes of a security scheme. `token`: nothing, and this authorizer takes its place. `authorizer`: another
 * authorizer of API Gateway, or IAM. `api-key`: an API key of API Gateway, which its usage plans know. `unchecked`: nothing.
 */
export type SchemeKind = 'token' | 'authorizer' | 'api-key' | 'unchecked';

/** The only type of scheme that API Gateway's import reads (developer guide, "Important notes for REST APIs"). */
export const IMPORTED_SCHEME_TYPE = 'apiKey';

/** As the developer guide spells it, "Configure a method to use API keys with an OpenAPI definition". */
export const API_KEY_HEADER = 'x-api-key';

const AUTHORIZER = 'x-amazon-apigateway-authorizer';
const AUTH_TYPE = 'x-amazon-apigateway-authtype';
const IAM_AUTH_TYPE = 'awsSigv4';

/** Of REST APIs (developer guide, "x-amazon-apigateway-authorizer object"). */
const AUTHORIZER_TYPES: readonly unknown[] = ['token', 'request', 'cognito_user_pools'];

/** OpenAPI 3.1, "Security Scheme Object". */
const SCHEME_TYPES: readonly unknown[] = [IMPORTED_SCHEME_TYPE, 'http', 'mutualTLS', 'oauth2', 'openIdConnect'];

/** OpenAPI 3.1, "Components Object". */
const SCHEME_NAME = /^[A-Za-z0-9._-]+$/;

/** `components.securitySchemes`. @throws RouteTableError for a scheme that is not written out, even where none uses it. */
export function securitySchemesOf(components: JsonObject): Readonly<Record<string, JsonObject>> {
  const value = components.securitySchemes === undefined ? {} : components.securitySchemes;
  const schemes = objectAt('components.securitySchemes', value);
  return Object.fromEntries(Object.entries(schemes).map(([name, value]) => [name, schemeAt(name, value)]));
}

function schemeAt(name: string, value: unknown): JsonObject {
  const place = `The security scheme "${name}"`;
  if (!SCHEME_NAME.test(name)) throw new RouteTableError(`${place}: use only letters, digits, ".", "-" and "_".`);
  // CDK assigns members by name when it renders a template: this one would be gone, with the guard of its operations.
  if (name === '__proto__') throw new RouteTableError(`${place}: choose another name.`);
  const scheme = objectAt(place, value);
  checkExtensions(place, scheme);
  if (scheme.$ref !== undefined) throw new RouteTableError(`${place} is a $ref: resolve it before.`);
  if (!SCHEME_TYPES.includes(scheme.type)) {
    throw new RouteTableError(`${place} has an unknown type: write one of ${SCHEME_TYPES.join(', ')}.`);
  }
  checkTexts(place, scheme);
  if (scheme.type === IMPORTED_SCHEME_TYPE) checkImported(place, scheme);
  else checkNotImported(place, scheme);
  return scheme;
}

/** These tell what a scheme is, here and at the deployment. */
function checkTexts(place: string, scheme: JsonObject): void {
  for (const member of ['in', 'name', 'scheme']) {
    const deferred = deferredIn(scheme[member]);
    if (deferred === undefined) continue;
    throw new RouteTableError(`${place} has a member ${member} that ${deferred}: write the text itself.`);
  }
}

/** An authorizer that the document names must not give way to this one in silence. */
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

/** RFC 9110 section 11.1: names of authentication schemes do not depend on case. */
function isToken({ type, scheme }: JsonObject): boolean {
  if (type === 'oauth2' || type === 'openIdConnect') return true;
  return type === 'http' && typeof scheme === 'string' && scheme.toLowerCase() === 'bearer';
}

/** RFC 9110 section 5.1: names of header fields do not depend on case. */
export function isHeader({ type, in: place, name }: JsonObject, header: string): boolean {
  const isNamed = typeof name === 'string' && name.toLowerCase() === header;
  return type === IMPORTED_SCHEME_TYPE && place === 'header' && isNamed;
}
