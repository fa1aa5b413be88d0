import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject } from './compact-jws.ts';
import { isIdentifier } from './identifier.ts';
import type { SignatureAlgorithm } from './trusted-issuer.ts';

/** A public key of an issuer, imported. */
export interface VerificationKey {
  readonly keyId: string;
  /** What makes the key, under whatever id: two that have it in common are one. */
  readonly material: string;
  /** What it may verify. */
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly publicKey: KeyObject;
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
export function verificationKey(
  candidate: unknown,
  accepted: readonly SignatureAlgorithm[],
): VerificationKey | undefined {
  if (!isJsonObject(candidate) || !isIdentifier(candidate.kid) || !isForVerification(candidate)) return undefined;
  const algorithms = algorithmsOf(candidate).filter(
    (algorithm) => accepted.includes(algorithm) && (candidate.alg === undefined || candidate.alg === algorithm),
  );
  if (algorithms.length === 0) return undefined;
  const publicKey = imported(candidate);
  if (publicKey === undefined || (candidate.kty === 'RSA' && !isStrongRsa(publicKey))) return undefined;
  return { keyId: candidate.kid, material: materialOf(candidate), algorithms, publicKey };
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

/** What a key of this type and curve can verify: nothing when its members are no bytes, or its type verifies nothing. */
function algorithmsOf({ kty, crv, x, y, n, e }: JsonObject): readonly SignatureAlgorithm[] {
  if (kty === 'RSA' && areBytes(n, e)) return RSA_ALGORITHMS;
  if (kty === 'EC' && areBytes(x, y)) return EC_ALGORITHMS.get(crv) ?? [];
  if (kty === 'OKP' && areBytes(x)) return OKP_ALGORITHMS.get(crv) ?? [];
  return [];
}

function areBytes(...members: readonly unknown[]): boolean {
  return members.every(
    (member) =>
      typeof member === 'string' && member !== '' && Buffer.from(member, 'base64url').toString('base64url') === member,
  );
}

/**
 * By OpenSSL, which finds points off their curve; undefined when it refuses. Only what makes the key is handed to it:
 * not `ext`, `key_ops` and the rest of a foreign document.
 */
function imported({ kty, crv, x, y, n, e }: JsonObject): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, crv, x, y, n, e } as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** The largest exponent of 64 bits: what is longer has no purpose but to slow every decision. */
const LARGEST_EXPONENT = 2n ** 64n - 1n;

/** At least 2048 bits (RFC 7518 section 3.3), at most 8192 so that one key cannot slow every decision; e odd and above 1. */
function isStrongRsa({ asymmetricKeyDetails }: KeyObject): boolean {
  const { modulusLength: bits = 0, publicExponent: e = 0n } = asymmetricKeyDetails ?? {};
  return bits >= 2048 && bits <= 8192 && e > 1n && e <= LARGEST_EXPONENT && e % 2n === 1n;
}
