import { RouteTableError } from './route-table-error.ts';

/** What a document says of security once for all operations. */
export interface SecuritySource {
  /** Requirements of operations that state none of their own. */
  readonly security: unknown;
  /** `components.securitySchemes`. */
  readonly schemes: Readonly<Record<string, unknown>>;
}

/**
 * The scopes any one of which opens an operation (OpenAPI 3.1, "Security Requirement Object"): empty where every valid
 * token will do, undefined where no token is asked for.
 *
 * @throws RouteTableError for an operation whose requirements are no list of single scopes.
 */
export function scopesOf(name: string, own: unknown, source: SecuritySource): readonly string[] | undefined {
  const requirements = (own ?? source.security ?? []) as unknown;
  if (!Array.isArray(requirements)) throw refusal(name, 'has a security that is not a list: write a list');
  if (requirements.length === 0) return undefined;
  const alternatives = requirements.map((requirement) => scopeOf(name, requirement, source.schemes));
  const scopes = alternatives.filter((scope) => scope !== undefined);
  return scopes.length < alternatives.length ? [] : [...new Set(scopes)];
}

/** The one scope that a requirement asks for; undefined: any token meets it. */
function scopeOf(name: string, requirement: unknown, schemes: SecuritySource['schemes']): string | undefined {
  const asked = Object.entries(Object(requirement) as Record<string, unknown>);
  if (asked.length === 0) {
    throw refusal(name, 'may be called with or without a token ({} in security): API Gateway asks always or never');
  }
  const scopes = new Set(asked.flatMap(([scheme, listed]) => tokenScopes(name, scheme, schemes[scheme], listed)));
  if (scopes.size > 1) {
    throw refusal(name, `asks for ${[...scopes].join(' and ')} at once: a route opens to any one of its scopes`);
  }
  const [scope] = scopes;
  return scope;
}

function tokenScopes(name: string, scheme: string, definition: unknown, listed: unknown): readonly string[] {
  if (definition === undefined) throw refusal(name, `names the security scheme ${scheme}, which the document lacks`);
  const { type, scheme: httpScheme } = Object(definition) as { type?: unknown; scheme?: unknown };
  const scopes = Array.isArray(listed) ? listed.map(String) : [];
  if (type === 'oauth2' || type === 'openIdConnect') return scopes;
  if (type !== 'http' || String(httpScheme).toLowerCase() !== 'bearer') {
    throw refusal(name, `asks for ${scheme}, which is not a bearer token: list it outside of security`);
  }
  // Names listed for other scheme types are roles "not otherwise defined or exchanged in-band" (OpenAPI 3.1).
  if (scopes.length > 0) throw refusal(name, `lists roles for ${scheme}: only oauth2 and openIdConnect have scopes`);
  return [];
}

function refusal(name: string, reason: string): RouteTableError {
  return new RouteTableError(`The operation ${name} ${reason}.`);
}
