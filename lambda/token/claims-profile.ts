import { InvalidTokenError } from '../errors.ts';
import type { AccessToken } from './access-token.ts';
import { type ClaimPath, claimAt } from './claim-path.ts';
import { identifierIn, isIdentifier } from './identifier.ts';
import type { JsonObject } from './json-object.ts';
import { isNumericDate } from './numeric-date.ts';
import { subjectNames } from './subject-alias.ts';
import { acceptsNoAudience, type ScopeClaim, type TrustedIssuer } from './trusted-issuer.ts';

/** What verification knows besides the claims. */
export interface VerifiedSignature {
  readonly keyId: string;
  readonly signedPartDigest: string | undefined;
}

/** The claims that a deployment wants of every issuer's tokens. */
export interface DeploymentClaims {
  /** Claims handed to the backend: context name -> claim name. */
  readonly contextClaims: Readonly<Record<string, string>>;
  /** Claims at whose values entries revoke: the deployment's name -> path. Left out: none. */
  readonly revocationClaims?: Readonly<Record<string, ClaimPath>>;
}

/**
 * Checks verified claims against the issuer's profile and turns them into an access token.
 *
 * jose has checked the values of times and names that are present. It lets `sub: 1`, `exp: 1e999` and an audience of
 * `[1, null, "api"]` through, and requires no claim: that is checked here. @throws InvalidTokenError
 */
export function accessTokenOf(
  claims: JsonObject,
  issuer: TrustedIssuer,
  { keyId, signedPartDigest }: VerifiedSignature,
  { contextClaims, revocationClaims = {} }: DeploymentClaims,
): AccessToken {
  rejectBoundToken(claims, issuer);
  const issuedAt = instant(claims.iat);
  const expiresAt = Math.min(instant(claims.exp), issuedAt + issuer.maxTokenAge);
  if (claims.nbf !== undefined) instant(claims.nbf);
  requireClaims(claims, issuer);
  requireAudience(claims, issuer);
  const subject = identifier(claims.sub);
  return {
    issuerAlias: issuer.alias,
    formerAliases: issuer.formerAliases ?? [],
    subject,
    subjects: subjectsIn(claims, subject, issuer),
    clientId: clientOf(claims, issuer),
    revocationClaims: revocationValuesIn(claims, revocationClaims),
    sessionId: optionalIdentifier(claims[issuer.claimNames.session]),
    jwtId: jwtIdOf(claims, issuer),
    keyId,
    signedPartDigest,
    scopes: scopesIn(claims, issuer),
    issuedAt,
    expiresAt,
    contextClaims: passedOn(claims, contextClaims),
  };
}

/**
 * Whatever `cnf` is: a token that the issuer meant to bind is no bearer token, even where the claim is malformed. An issuer
 * without the setting comes from an older environment, which a new function may read while a deployment is under way.
 */
function rejectBoundToken(claims: JsonObject, { boundTokens }: TrustedIssuer): void {
  if (boundTokens !== 'ignore' && Object.hasOwn(claims, 'cnf')) throw new InvalidTokenError('bound-token');
}

function instant(claim: unknown): number {
  if (!isNumericDate(claim)) throw new InvalidTokenError('claim');
  return claim;
}

function identifier(claim: unknown): string {
  if (!isIdentifier(claim)) throw new InvalidTokenError('claim');
  return claim;
}

function optionalIdentifier(claim: unknown): string | undefined {
  return claim === undefined ? undefined : identifier(claim);
}

/** Each name once: DynamoDB rejects a read that names a key twice. */
function subjectsIn(claims: JsonObject, subject: string, { subjectAliases }: TrustedIssuer): readonly string[] {
  if (subjectAliases === undefined) return [subject];
  return [...new Set(subjectNames(claims, subjectAliases).map(({ name }) => name))];
}

/**
 * A claim in a form that no entry can name rejects the token: it might belong to the tenant that is to be revoked. Null and an
 * empty text name nobody, as issuers write them for none.
 */
function revocationValuesIn(
  claims: JsonObject,
  revocationClaims: Readonly<Record<string, ClaimPath>>,
): readonly string[] {
  return Object.entries(revocationClaims).flatMap(([name, path]) => {
    const claim = claimAt(claims, path) ?? '';
    return claim === '' ? [] : [`${name}#${required(identifierIn(claim))}`];
  });
}

function required(value: string | undefined): string {
  if (value === undefined) throw new InvalidTokenError('claim');
  return value;
}

function jwtIdOf(claims: JsonObject, issuer: TrustedIssuer): string | undefined {
  const jwtId = optionalIdentifier(claims[issuer.claimNames.jwtId]);
  if (jwtId === undefined && issuer.tokensWithoutId === 'reject') throw new InvalidTokenError('no-token-id');
  return jwtId;
}

/** RFC 7519 section 4.1.3: one string or an array of strings, one of which is configured. */
function requireAudience({ aud }: JsonObject, { audiences }: TrustedIssuer): void {
  if (aud === undefined && acceptsNoAudience(audiences)) return;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!named.every((audience) => typeof audience === 'string')) throw new InvalidTokenError('claim');
  if (!named.some((audience) => audiences.includes(audience))) throw new InvalidTokenError('audience');
}

function requireClaims(claims: JsonObject, { requiredClaims }: TrustedIssuer): void {
  const holds = Object.entries(requiredClaims).every(([name, value]) => claims[name] === value);
  if (!holds) throw new InvalidTokenError('claim');
}

function clientOf(claims: JsonObject, { claimNames, clients }: TrustedIssuer): string | undefined {
  const name = claimNames.client.find((candidate) => claims[candidate] !== undefined);
  const clientId = name === undefined ? undefined : identifier(claims[name]);
  if (clients.length > 0 && !clients.some((client) => client === clientId)) {
    throw new InvalidTokenError('client');
  }
  return clientId;
}

/** The scopes that have the prefix, without it. */
function scopesIn(claims: JsonObject, { claimNames, scopePrefix }: TrustedIssuer): ReadonlySet<string> {
  const scopes = new Set<string>();
  for (const scope of claimNames.scopes.flatMap((claim) => listedIn(claims, claim))) {
    if (typeof scope === 'string' && scope.startsWith(scopePrefix)) scopes.add(scope.slice(scopePrefix.length));
  }
  scopes.delete('');
  return scopes;
}

function listedIn(claims: JsonObject, { path, form }: ScopeClaim): readonly unknown[] {
  const claim = claimAt(claims, path);
  if (form === 'string') return typeof claim === 'string' ? claim.split(' ') : [];
  return Array.isArray(claim) ? claim : [];
}

/**
 * Visible ASCII and spaces. AWS does not document what API Gateway makes of other characters in a context, and a claim that
 * only some tokens carry must not turn good ones into 500s.
 */
const PLAIN_TEXT = /^[\x20-\x7e]{1,255}$/;

/** The claims for the backend. API Gateway takes only flat values, so any other is left out. */
function passedOn(claims: JsonObject, names: Readonly<Record<string, string>>): AccessToken['contextClaims'] {
  const entries = Object.entries(names).flatMap(([contextName, claimName]) => {
    const claim = Object.hasOwn(claims, claimName) ? claims[claimName] : undefined;
    return isFlat(claim) ? [[contextName, claim] as const] : [];
  });
  return Object.fromEntries(entries);
}

function isFlat(claim: unknown): claim is string | number | boolean {
  if (typeof claim === 'string') return PLAIN_TEXT.test(claim);
  return typeof claim === 'boolean' || Number.isFinite(claim);
}
