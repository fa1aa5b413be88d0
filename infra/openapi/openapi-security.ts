import { RouteTableError } from '../errors.ts';
import { deferredIn, type JsonObject, objectAt } from './openapi-members.ts';
import { type SchemeKind, schemeKind, securitySchemesOf } from './openapi-schemes.ts';
import { OperationError } from './operation-error.ts';

/** What a document says about the security of all operations. */
export interface SecuritySource {
  /** The requirements of operations that state none of their own. */
  readonly security: unknown;
  /** `components.securitySchemes`. */
  readonly schemes: Readonly<Record<string, JsonObject>>;
}

/** One alternative: everything that it asks for together. */
export interface Requirement {
  readonly asked: readonly { readonly scheme: string; readonly kind: SchemeKind }[];
  /** The scopes that it asks for. Empty: any valid token meets it. */
  readonly scopes: ReadonlySet<string>;
}

/** `scope-token` of RFC 6749 section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** @throws RouteTableError for security that the document does not write out, even if no operation uses it */
export function securitySourceOf(root: JsonObject, components: JsonObject): SecuritySource {
  const problem = root.security === undefined ? undefined : listProblem(root.security);
  if (problem !== undefined) throw new RouteTableError(`The OpenAPI document ${problem}: write a list.`);
  for (const each of (root.security ?? []) as readonly unknown[]) objectAt("A member of the document's security", each);
  return { security: root.security, schemes: securitySchemesOf(components) };
}

/**
 * The alternatives of a `security` (OpenAPI 3.1, "Security Requirement Object").
 *
 * @throws OperationError for an alternative that does not write out which schemes and scopes it asks for
 */
export function requirementsIn(
  name: string,
  security: unknown,
  schemes: SecuritySource['schemes'],
): readonly Requirement[] {
  const problem = listProblem(security);
  if (problem !== undefined) throw new OperationError(name, { problem, fix: 'write a list, or [] to leave it open' });
  return Array.from(security as readonly unknown[], (each) => {
    const listed = Object.entries(objectAt(`A member of the security of ${name}`, each)).map(([scheme, scopes]) =>
      schemeAsked(name, scheme, schemes, scopes),
    );
    return { asked: listed, scopes: new Set(listed.flatMap(({ scopes }) => scopes)) };
  });
}

function schemeAsked(name: string, scheme: string, schemes: SecuritySource['schemes'], listed: unknown) {
  const definition = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined;
  if (definition === undefined) {
    const problem = `names the security scheme ${scheme}, which the document lacks`;
    throw new OperationError(name, { problem, fix: 'define it in components.securitySchemes' });
  }
  const scopes = scopesListed(name, scheme, listed);
  const kind = schemeKind(definition);
  if (kind !== 'token') return { scheme, kind, scopes: [] };
  if (definition.type !== 'http' || scopes.length === 0) return { scheme, kind, scopes };
  // Names listed for other scheme types are roles "not otherwise defined or exchanged in-band" (OpenAPI 3.1).
  const fix = 'write [] there, since only oauth2 and openIdConnect have scopes';
  throw new OperationError(name, { problem: `lists roles for ${scheme}`, fix });
}

/** The schemes of a kind that the alternatives name. */
export function schemesOf(kind: SchemeKind, requirements: readonly Requirement[]): readonly string[] {
  return [
    ...new Set(requirements.flatMap(({ asked }) => asked.flatMap((one) => (one.kind === kind ? one.scheme : [])))),
  ];
}

/**
 * The scopes of which any one opens an operation; empty: every valid token does.
 *
 * @throws OperationError for an operation that asks for several scopes at once
 */
export function scopesOf(name: string, alternatives: readonly Requirement[]): readonly string[] {
  const needed = alternatives.filter(
    ({ scopes }) => !alternatives.some((other) => isProperSubset(other.scopes, scopes)),
  );
  const joint = needed.find(({ scopes }) => scopes.size > 1);
  if (joint !== undefined) throw jointScopes(name, joint);
  return [...new Set(needed.flatMap(({ scopes }) => [...scopes]))];
}

/** Rejects anything but a list of scopes: read as no scopes, it would open the operation to every valid token. */
function scopesListed(name: string, scheme: string, listed: unknown): readonly string[] {
  const isListed = deferredIn(listed) === undefined && Array.isArray(listed);
  const scopes: readonly unknown[] = isListed ? Array.from(listed) : [undefined];
  if (scopes.every((scope): scope is string => isScope(scope))) return scopes;
  const fix = 'write a list of scopes without spaces, or [] for any valid token';
  throw new OperationError(name, { problem: `asks ${scheme} for something that is not a list of scopes`, fix });
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && deferredIn(value) === undefined && SCOPE.test(value);
}

function listProblem(value: unknown): string | undefined {
  const deferred = deferredIn(value);
  if (deferred !== undefined) return `has a security that ${deferred}, which only the deployment resolves`;
  return Array.isArray(value) ? undefined : 'has a security that is not a list';
}

/** A token that meets the larger set also meets the smaller one, so the larger alternative is redundant. */
function isProperSubset(smaller: ReadonlySet<string>, larger: ReadonlySet<string>): boolean {
  return smaller.size < larger.size && [...smaller].every((scope) => larger.has(scope));
}

function jointScopes(name: string, requirement: Requirement): OperationError {
  const [scheme] = schemesOf('token', [requirement]);
  const scopes = [...requirement.scopes];
  const alternatives = scopes.map((scope) => `{ "${scheme}": ["${scope}"] }`).join(', ');
  return new OperationError(name, {
    problem: `asks for ${scopes.join(' and ')} at once`,
    fix:
      'a route opens to any one of its scopes. Ask for one scope that stands for all of them; only where each of them alone ' +
      `is meant to open it, write alternatives, [${alternatives}]`,
    kind: 'scopes at once',
  });
}
