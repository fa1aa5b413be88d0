import { deferredIn, type JsonObject, objectAt } from './openapi-members.ts';
import { OperationError } from './operation-error.ts';
import { RouteTableError } from './route-table-error.ts';

/** What a document says of security once for all operations. */
export interface SecuritySource {
  /** Requirements of operations that state none of their own. */
  readonly security: unknown;
  /** `components.securitySchemes`. */
  readonly schemes: Readonly<Record<string, JsonObject>>;
}

/** OpenAPI 3.1, "Security Scheme Object". */
const SCHEME_TYPES: readonly unknown[] = ['apiKey', 'http', 'mutualTLS', 'oauth2', 'openIdConnect'];

/** OpenAPI 3.1, "Components Object". */
const SCHEME_NAME = /^[A-Za-z0-9._-]+$/;

/** RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** @throws RouteTableError for security that the document does not write out, even where no operation uses it. */
export function securitySourceOf(root: JsonObject, components: JsonObject): SecuritySource {
  const fault = root.security === undefined ? undefined : listFault(root.security);
  if (fault !== undefined) throw new RouteTableError(`The OpenAPI document ${fault}: write a list.`);
  const value = components.securitySchemes;
  const schemes = value === undefined ? {} : objectAt('components.securitySchemes', value);
  return { security: root.security, schemes: mapValues(schemes, schemeAt) };
}

function schemeAt(value: unknown, name: string): JsonObject {
  const place = `The security scheme "${name}"`;
  if (!SCHEME_NAME.test(name)) throw new RouteTableError(`${place}: use only letters, digits, ".", "-" and "_".`);
  const scheme = objectAt(place, value);
  if (scheme.$ref !== undefined) throw new RouteTableError(`${place} is a $ref: resolve it before.`);
  if (SCHEME_TYPES.includes(scheme.type)) return scheme;
  throw new RouteTableError(`${place} has an unknown type: write one of ${SCHEME_TYPES.join(', ')}.`);
}

/**
 * The scopes any one of which opens an operation (OpenAPI 3.1, "Security Requirement Object"): empty where every valid
 * token will do, undefined where no token is asked for.
 *
 * @throws OperationError for an operation whose requirements are no list of single scopes.
 */
export function scopesOf(name: string, own: unknown, source: SecuritySource): readonly string[] | undefined {
  const requirements = own === undefined ? (source.security ?? []) : own;
  const fault = listFault(requirements);
  if (fault !== undefined) throw new OperationError(name, { fault, fix: 'write a list, or [] to leave it open' });
  const alternatives = (requirements as readonly unknown[]).map((each) => requirementOf(name, each, source.schemes));
  if (alternatives.length === 0) return undefined;
  const needed = alternatives.filter(
    ({ scopes }) => !alternatives.some((other) => isProperSubset(other.scopes, scopes)),
  );
  const joint = needed.find(({ scopes }) => scopes.size > 1);
  if (joint !== undefined) throw jointScopes(name, joint);
  return [...new Set(needed.flatMap(({ scopes }) => [...scopes]))];
}

/** What one alternative asks for, all of it at once. */
interface Requirement {
  readonly scheme: string;
  /** Empty: any valid token meets it. */
  readonly scopes: ReadonlySet<string>;
}

function requirementOf(name: string, value: unknown, schemes: SecuritySource['schemes']): Requirement {
  const asked = Object.entries(objectAt(`A member of the security of ${name}`, value));
  const [[scheme] = []] = asked;
  if (scheme === undefined) {
    const fault = 'may be called with or without a token ({} in security)';
    throw new OperationError(name, { fault, fix: 'remove {}, since API Gateway asks for a token always or never' });
  }
  return { scheme, scopes: new Set(asked.flatMap(([each, listed]) => tokenScopes(name, each, schemes, listed))) };
}

function tokenScopes(
  name: string,
  scheme: string,
  schemes: SecuritySource['schemes'],
  listed: unknown,
): readonly string[] {
  const definition = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (definition === undefined) {
    const fault = `names the security scheme ${scheme}, which the document lacks`;
    throw new OperationError(name, { fault, fix: 'define it in components.securitySchemes' });
  }
  const scopes = scopesListed(name, scheme, listed);
  if (definition.type === 'oauth2' || definition.type === 'openIdConnect') return scopes;
  if (!isBearer(definition)) {
    const fix = 'list it outside of security';
    throw new OperationError(name, { fault: `asks for ${scheme}, which is not a bearer token`, fix });
  }
  if (scopes.length === 0) return [];
  // Names listed for other scheme types are roles "not otherwise defined or exchanged in-band" (OpenAPI 3.1).
  const fix = 'write [] there, since only oauth2 and openIdConnect have scopes';
  throw new OperationError(name, { fault: `lists roles for ${scheme}`, fix });
}

/** RFC 9110 section 11.1: names of authentication schemes do not depend on case. */
function isBearer({ type, scheme }: JsonObject): boolean {
  return type === 'http' && typeof scheme === 'string' && scheme.toLowerCase() === 'bearer';
}

/** Anything but a list of scopes would otherwise ask for none, and open the operation to every valid token. */
function scopesListed(name: string, scheme: string, listed: unknown): readonly string[] {
  const isListed = deferredIn(listed) === undefined && Array.isArray(listed);
  const scopes: readonly unknown[] = isListed ? Array.from(listed) : [undefined];
  if (scopes.every((scope): scope is string => isScope(scope))) return scopes;
  const fix = 'write a list of scopes without spaces, or [] for any valid token';
  throw new OperationError(name, { fault: `asks ${scheme} for something that is not a list of scopes`, fix });
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && deferredIn(value) === undefined && SCOPE.test(value);
}

function listFault(value: unknown): string | undefined {
  const deferred = deferredIn(value);
  if (deferred !== undefined) return `has a security that ${deferred}, which only the deployment resolves`;
  return Array.isArray(value) ? undefined : 'has a security that is not a list';
}

/** A token that meets the larger set meets the smaller one, which therefore says it all. */
function isProperSubset(smaller: ReadonlySet<string>, larger: ReadonlySet<string>): boolean {
  return smaller.size < larger.size && [...smaller].every((scope) => larger.has(scope));
}

function jointScopes(name: string, { scheme, scopes }: Requirement): OperationError {
  const alternatives = [...scopes].map((scope) => `{ "${scheme}": ["${scope}"] }`).join(', ');
  return new OperationError(name, {
    fault: `asks for ${[...scopes].join(' and ')} at once`,
    fix:
      `a route opens to any one of its scopes. Where one of them is enough, write alternatives, [${alternatives}]; ` +
      'where all are needed, ask for one scope that stands for all of them',
    kind: 'scopes at once',
  });
}

function mapValues<T>(object: JsonObject, change: (value: unknown, key: string) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
