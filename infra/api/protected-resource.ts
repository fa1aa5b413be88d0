import type { Route } from '../../lambda/policy/route.ts';
import type { IssuerSettings } from '../settings/deployment-schema.ts';

/** The metadata of a protected resource (RFC 9728 section 2), by the standard's own names. */
export interface ResourceMetadata {
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name?: string;
}

/** What a client has to request for the routes: the scopes as the issuers write them, with their prefixes. */
export function requestedScopes(
  routes: readonly Route[],
  issuers: Readonly<Record<string, IssuerSettings>>,
): readonly string[] {
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  return prefixesOf(issuers).flatMap((prefix) => scopes.map((scope) => `${prefix}${scope}`));
}

/**
 * The scope that a 403 can name (RFC 6750 section 3.1), as clients have to request it; undefined: no single one is right. The response
 * is the same for all routes, so it is right only where every route that asks for a scope asks for this one alone.
 */
export function scopeOfEveryRoute(
  routes: readonly Route[],
  issuers: Readonly<Record<string, IssuerSettings>>,
): string | undefined {
  const [scope, ...others] = requestedScopes(routes, issuers);
  return scope !== undefined && others.length === 0 && QUOTABLE.test(scope) ? scope : undefined;
}

/** What can stand in the quoted string of a challenge, inside a literal of API Gateway, which a single quote would end. */
const QUOTABLE = /^[\x21\x23-\x26\x28-\x5b\x5d-\x7e]+$/;

function prefixesOf(issuers: Readonly<Record<string, IssuerSettings>>): readonly string[] {
  return [...new Set(Object.values(issuers).map(({ scopePrefix }) => scopePrefix))].sort();
}

/** A CDK token in text, or one of the two characters that begin something in a mapping template. */
const TOKEN_OR_SIGN = /\$\{Token\[[^\]]*\]\}|[$#]/g;

/**
 * The JSON text as a mapping template of API Gateway that produces it. `$` and `#` begin references and directives there, so they
 * are written as JSON escapes. What only the deployment knows stays as it is: addresses, which have neither.
 */
export function jsonTemplate(value: object): string {
  return JSON.stringify(value).replace(TOKEN_OR_SIGN, (found) =>
    found.length > 1 ? found : `\\u00${found.charCodeAt(0).toString(16)}`,
  );
}
