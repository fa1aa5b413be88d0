import type { RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import type { PageFacts, PageIssuer } from '../../page-server/page-messages.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** An access token taken apart. Nothing is verified: a client need not, and the API does. */
export interface TokenParts {
  readonly header: JsonObject;
  readonly claims: JsonObject;
}

/** @throws Error for a text that is not a JWT. Its sentence does not quote the text. */
export function tokenPartsOf(token: string): TokenParts {
  const [header, claims] = token.split('.').map(objectIn);
  if (header !== undefined && claims !== undefined) return { header, claims };
  throw new Error('The text is not a JWT: paste an access token, which begins with eyJ and has two full stops.');
}

/** undefined: the text is not a JSON object in base64url. */
function objectIn(base64url: string): JsonObject | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The fingerprint by which the run's events tell tokens apart: 16 hexadecimal digits of SHA-256 of the `Authorization` header. */
export async function fingerprintOf(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(`Bearer ${token}`));
  return [...new Uint8Array(digest).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What can be taken back, and the tokens that go with it. */
export interface Takeable {
  readonly level: RevocationLevel;
  readonly value: string;
  /** The alias of the token's issuer. */
  readonly issuer: string;
  /** `this user`. */
  readonly what: string;
}

/** What a token has that an entry can name, from the narrowest to the widest. Empty: no issuer of the API has issued it. */
export function takeablesOf(parts: TokenParts, facts: PageFacts): readonly Takeable[] {
  const issuer = issuerOf(parts, facts);
  if (issuer === undefined) return [];
  const named = namedValues(parts, issuer, facts);
  return named
    .filter(({ level, value }) => facts.levels.includes(level) && typeof value === 'string' && value !== '')
    .map(({ value, ...rest }) => ({ ...rest, value: String(value), issuer: issuer.alias }));
}

type NamedValue = Pick<Takeable, 'level' | 'what'> & { readonly value: unknown };

function namedValues(
  { header, claims }: TokenParts,
  { alias, claimNames }: PageIssuer,
  { revocationClaims }: PageFacts,
): readonly NamedValue[] {
  const client = claimNames.client.map((name) => claims[name]).find((value) => value !== undefined);
  return [
    { level: 'token', what: 'this token', value: claims[claimNames.jwtId] },
    { level: 'session', what: 'this sign-in', value: claims[claimNames.session] },
    { level: 'subject', what: 'this user', value: claims.sub },
    { level: 'client', what: 'this client', value: client },
    ...Object.entries(revocationClaims).map(([name, path]) => claimValue(name, valueAt(claims, path))),
    { level: 'key', what: 'this signing key', value: header.kid },
    { level: 'issuer', what: 'this issuer', value: alias },
  ];
}

function claimValue(name: string, value: unknown): NamedValue {
  return { level: 'claim', what: `this ${name}`, value: typeof value === 'string' ? `${name}=${value}` : undefined };
}

/** The scopes of a token, in the claims in which its issuer writes them. */
export function scopesOf(parts: TokenParts, facts: PageFacts): readonly string[] {
  const { scopes: claims = [] } = issuerOf(parts, facts)?.claimNames ?? {};
  const values = claims.map(({ path }) => valueAt(parts.claims, path));
  return values.flatMap((value) => (typeof value === 'string' ? value.split(' ') : [value].flat())).filter(isScope);
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The issuer that a token says it is from. */
export function issuerOf({ claims }: TokenParts, { issuers }: PageFacts): PageIssuer | undefined {
  return issuers.find(({ issuer }) => issuer === claims.iss);
}

function valueAt(claims: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => Object(value)[name], claims);
}
