import { type CryptoKey, importJWK, type JWK } from 'jose';
import { isJsonObject, type JsonObject } from './compact-jws.ts';
import { isIdentifier } from './identifier.ts';
import type { SignatureAlgorithm } from './trusted-issuer.ts';

/** A public key of an issuer, imported once for each algorithm that it may verify. */
export interface VerificationKey {
  readonly keyId: string;
  /** What makes the key, under whatever id: two that have it in common are one. */
  readonly material: string;
  readonly byAlgorithm: ReadonlyMap<SignatureAlgorithm, CryptoKey>;
}

type AlgorithmsByCurve = ReadonlyMap<unknown, readonly SignatureAlgorithm[]>;

const EC_ALGORITHMS: AlgorithmsByCurve = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
]);
const OKP_ALGORITHMS: AlgorithmsByCurve = new Map([['Ed25519', ['EdDSA']]]);
const RSA_ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/** Members of private keys (RFC 7518 section 6): a set that shows one has lost that key. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * The key as one that may verify this issuer's tokens, or undefined when it may not: no key id, meant for something else,
 * secret parts shown, too weak, damaged, or for no algorithm in `accepted`.
 *
 * All of it is looked at when the set is loaded, so that a token naming a bad key meets no key at all (401), never a crash.
 */
export async function verificationKey(
  candidate: unknown,
  accepted: readonly SignatureAlgorithm[],
): Promise<VerificationKey | undefined> {
  if (!isJsonObject(candidate) || !isIdentifier(candidate.kid) || !isForVerification(candidate)) return undefined;
  const algorithms = (algorithmsOf(candidate) ?? []).filter(
    (algorithm) => accepted.includes(algorithm) && (candidate.alg === undefined || candidate.alg === algorithm),
  );
  if (algorithms.length === 0) return undefined;
  try {
    const imported = await Promise.all(algorithms.map(async (name) => [name, await imports(candidate, name)] as const));
    return { keyId: candidate.kid, material: materialOf(candidate), byAlgorithm: new Map(imported) };
  } catch {
    return undefined;
  }
}

/** Whether everybody can sign by now as only the issuer should. */
export function showsPrivateKey(jwk: JsonObject): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member));
}

/** The members that make a public key (RFC 7638 section 3.2), `e` apart: private keys show them as well. */
export function materialOf({ kty, crv, n, x }: JsonObject): string {
  return JSON.stringify([kty, crv, n, x]);
}

function isForVerification(jwk: JsonObject): boolean {
  if (showsPrivateKey(jwk) || Object.hasOwn(jwk, 'k')) return false;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  return jwk.key_ops === undefined || (Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'));
}

/** What a key of this type and curve can verify; undefined when it is damaged, too weak, or of a type that verifies nothing. */
function algorithmsOf(jwk: JsonObject): readonly SignatureAlgorithm[] | undefined {
  if (jwk.kty === 'RSA' && isStrongRsa(jwk)) return RSA_ALGORITHMS;
  if (jwk.kty === 'EC' && areBytes(jwk.x, jwk.y)) return EC_ALGORITHMS.get(jwk.crv);
  if (jwk.kty === 'OKP' && areBytes(jwk.x)) return OKP_ALGORITHMS.get(jwk.crv);
  return undefined;
}

/** At least 2048 bits (RFC 7518 section 3.3), at most 8192 so that one key cannot slow every decision; e odd and above 1. */
function isStrongRsa(jwk: JsonObject): boolean {
  const modulus = base64urlBytes(jwk.n);
  const exponent = base64urlBytes(jwk.e);
  if (modulus === undefined || exponent === undefined || exponent.length > 8) return false;
  const bits = BigInt(`0x${modulus.toString('hex')}`).toString(2).length;
  const e = BigInt(`0x${exponent.toString('hex')}`);
  return bits >= 2048 && bits <= 8192 && e > 1n && e % 2n === 1n;
}

function areBytes(...members: readonly unknown[]): boolean {
  return members.every((member) => base64urlBytes(member) !== undefined);
}

function base64urlBytes(value: unknown): Buffer | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.toString('base64url') === value ? bytes : undefined;
}

/** Only what makes the key: `ext`, `key_ops` and the rest of a foreign document are not handed to WebCrypto. */
async function imports({ kty, crv, x, y, n, e }: JsonObject, algorithm: SignatureAlgorithm): Promise<CryptoKey> {
  // `oct` keys alone import as bytes, and none comes this far.
  return (await importJWK({ kty, crv, x, y, n, e } as JWK, algorithm)) as CryptoKey;
}
