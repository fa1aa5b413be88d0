import type { ClaimPath } from './claim-path.ts';

/**
 * A signature algorithm that the authorizer accepts (RFC 7518 section 3.1, RFC 8037). Of the names of RFC 9864, which say the curve
 * too, jose knows `Ed25519`.
 */
export type SignatureAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519';

/** The signature algorithms we accept: public keys only, so that nothing a client can read is enough to sign. */
export const SIGNATURE_ALGORITHMS: readonly SignatureAlgorithm[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/**
 * A header parameter that an issuer may be allowed to send although tokens with it are rejected by default. It points to
 * keys or certificates, or means nothing in a JWS; this code never acts on it.
 */
export type IgnorableParameter = 'jku' | 'x5u' | 'zip';

export const IGNORABLE_PARAMETERS: readonly IgnorableParameter[] = ['jku', 'x5u', 'zip'];

/** How a deployment calls an issuer, in entries, logs and metrics. Never `#`: it separates the parts of a revocation target. */
export const ALIAS_PATTERN = /^[a-z0-9-]{1,16}$/;

/**
 * Maximum number of former aliases of an issuer: each one adds a key for every level to the read of every decision. Fourteen
 * targets under five aliases are 70 of the 100 keys that one `BatchGetItem` takes.
 */
export const MAX_FORMER_ALIASES = 4;

/** A claim that lists what a token permits; a path of several names descends into objects (`['realm_access', 'roles']`). */
export interface ScopeClaim {
  /** The names that lead to the claim, from the outermost. */
  readonly path: readonly string[];
  /** `string`: separated by single spaces (RFC 6749 section 3.3). `array`: of strings. In any other form it grants nothing. */
  readonly form: 'string' | 'array';
}

/** The names of the claims in an issuer's tokens. */
export interface ClaimNames {
  /** The scopes of all that are present count. */
  readonly scopes: readonly ScopeClaim[];
  /** The token's own identifier: `jti`, or `uti` at Microsoft Entra ID. */
  readonly jwtId: string;
  /** The sign-in a token belongs to: `sid`, or `origin_jti` at Cognito. */
  readonly session: string;
  /** The client the token was issued to; the first that is present: `client_id`, `azp`, `cid`, `appid`. */
  readonly client: readonly string[];
}

/**
 * Everything the authorizer pins for one issuer. Presets in `infra/` write it, the environment carries it as JSON, and
 * nothing in it has a default here: what a token must look like is never left to the token.
 */
export interface TrustedIssuer {
  /** How the deployment calls the issuer, in entries, logs and metrics. */
  readonly alias: string;
  /** Aliases under which older entries of this issuer stand in the table; they count as if they named `alias`. */
  readonly formerAliases?: readonly string[];
  /** Compared with `iss` by code unit: a trailing slash more or less is another issuer (RFC 7519 section 4.1.1). */
  readonly issuer: string;
  /** The key set's address; null: found by discovery (RFC 8414, OpenID Connect Discovery) under `issuer`. */
  readonly jwksUri: string | null;
  /**
   * One of these must be in `aud`; null accepts a token that has none. Empty: only tokens without `aud` are accepted. Where
   * a token may have none, `clients` is pinned instead.
   */
  readonly audiences: readonly (string | null)[];
  /** Client identifiers that may use the API; empty: any client of this issuer. */
  readonly clients: readonly string[];
  /** Signature algorithms that its tokens may have. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Accepted `typ` headers, compared as RFC 7515 section 4.1.9 says; null accepts a token that has none. */
  readonly tokenTypes: readonly (string | null)[];
  /** Header parameters that its tokens may carry although they are rejected by default. They are ignored. */
  readonly ignoredHeaderParameters: readonly IgnorableParameter[];
  /** Claims that must equal a value, such as Cognito's `token_use: access`. */
  readonly requiredClaims: Readonly<Record<string, string>>;
  /** Where its tokens say what. */
  readonly claimNames: ClaimNames;
  /**
   * Claims besides `sub` that name the subject, at most 2: what the issuer's console shows as the user's id, or an e-mail address
   * (`email`), which is compared in lower case. Entries of the subject level count for each of them.
   */
  readonly subjectAliases?: readonly ClaimPath[];
  /**
   * What the issuer puts before every scope of this API (Cognito: `<resource server>/`). It is taken off, and scopes
   * without it are not granted; empty: scopes count as they stand.
   */
  readonly scopePrefix: string;
  /** Seconds by which the issuer's clock and ours may differ. */
  readonly clockTolerance: number;
  /** Seconds after `iat` at which a token ends, whatever `exp` says; the purge times of revocation entries stand on it. */
  readonly maxTokenAge: number;
  /** Tokens without a token id: rejected, or revocable by the digest of their signed part (`th#`). */
  readonly tokensWithoutId: 'reject' | 'digest';
  /**
   * Tokens that are bound to a key or a certificate (`cnf`, RFC 7800): rejected, or accepted as if they were not bound. Nothing
   * here checks the proof (RFC 9449 section 7.2, RFC 8705 section 3), so a stolen copy of an accepted one works.
   */
  readonly boundTokens: 'reject' | 'ignore';
}

/** Whether entries under an alias, the present one or a former one, are about this issuer. */
export function isKnownAs(issuer: Pick<TrustedIssuer, 'alias' | 'formerAliases'>, alias: string): boolean {
  return aliasesOf(issuer).includes(alias);
}

/** Every alias under which entries of an issuer are read, the present one first. */
export function aliasesOf({ alias, formerAliases = [] }: Pick<TrustedIssuer, 'alias' | 'formerAliases'>): string[] {
  return [alias, ...formerAliases];
}

/** Whether a token without `aud` is accepted. */
export function acceptsNoAudience(audiences: TrustedIssuer['audiences']): boolean {
  return audiences.length === 0 || audiences.includes(null);
}

/** Whether an address may be asked for keys. Plain HTTP is for a laptop: nobody between us and loopback can swap them. */
export function isAcceptableAddress(url: URL): boolean {
  return url.protocol === 'https:' || isPlainLoopback(url);
}

/** Whether the address is plain HTTP on this machine. */
export function isPlainLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}
