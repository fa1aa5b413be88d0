import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { PageFacts } from '../page-server/page-facts.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** An access token taken apart. Nothing is verified: a client need not, and the API does. */
export interface TokenParts {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  readonly scopes: readonly string[];
}

/** @throws Error for a text that is not a JWT */
export function tokenPartsOf(token: string): TokenParts {
  const [header = '', payload = ''] = token.split('.');
  const claims = jsonIn(payload);
  const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ').filter((each) => each !== '') : [];
  return { header: jsonIn(header), claims, scopes };
}

function jsonIn(base64url: string): JsonObject {
  const bytes = Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as JsonObject;
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
  /** `this user`. */
  readonly what: string;
}

/** What a token has that an entry can name, from the narrowest to the widest. */
export function takeablesOf({ header, claims }: TokenParts, facts: PageFacts): readonly Takeable[] {
  const { jti, sid, sub, client_id, azp } = claims;
  const named = [
    takeable('token', 'this token', jti),
    takeable('session', 'this sign-in', sid),
    takeable('subject', 'this user', sub),
    takeable('client', 'this client', client_id ?? azp),
    ...Object.entries(facts.revocationClaims).map(([name, path]) => claimTakeable(name, valueAt(claims, path))),
    takeable('key', 'this signing key', header.kid),
    takeable('issuer', 'this issuer', facts.alias),
  ];
  return named.filter((each) => each !== undefined).filter(({ level }) => facts.levels.includes(level));
}

function takeable(level: RevocationLevel, what: string, value: unknown): Takeable | undefined {
  return typeof value === 'string' && value !== '' ? { level, what, value } : undefined;
}

function claimTakeable(name: string, value: unknown): Takeable | undefined {
  const found = takeable('claim', `this ${name}`, value);
  return found && { ...found, value: `${name}=${found.value}` };
}

function valueAt(claims: JsonObject, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => Object(value)[name], claims);
}
