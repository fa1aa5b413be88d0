import { type AsymmetricKeyDetails, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
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

/** By OpenSSL's names of a key's type and curve. What is not listed verifies nothing. */
const ALGORITHMS_BY_KEY: ReadonlyMap<string, readonly SignatureAlgorithm[]> = new Map([
  ['rsa', ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']],
  ['ec prime256v1', ['ES256']],
  ['ec secp384r1', ['ES384']],
  ['ec secp521r1', ['ES512']],
  ['ed25519', ['EdDSA']],
]);

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
  const publicKey = imported(candidate);
  if (publicKey === undefined) return undefined;
  const algorithms = algorithmsOf(publicKey).filter(
    (algorithm) => accepted.includes(algorithm) && (candidate.alg === undefined || candidate.alg === algorithm),
  );
  if (algorithms.length === 0) return undefined;
  return { keyId: candidate.kid, material: materialOf(candidate), algorithms, publicKey };
}

/** Whether everybody can sign by now as only the issuer should. */
export function showsPrivateKey(jwk: JsonObject): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member));
}

/**
 * The members that make a public key (RFC 7638 section 3.2), `e` apart: private keys show them as well. Zeros in front of
 * a number do not make another one.
 */
export function materialOf({ kty, crv, n, x }: JsonObject): string {
  const members = kty === 'RSA' ? [kty, n] : [crv, x];
  const [family = '', number = ''] = members.map((member) => (typeof member === 'string' ? member : ''));
  const digits = Buffer.from(number, 'base64url').toString('hex');
  return `${family} ${digits.replace(/^(00)+/, '')}`;
}

function isForVerification(jwk: JsonObject): boolean {
  if (showsPrivateKey(jwk) || Object.hasOwn(jwk, 'k')) return false;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  return jwk.key_ops === undefined || (Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'));
}

/** Characters of a public exponent of 64 bits. Node.js takes seconds to read one that fills a document. */
const LONGEST_EXPONENT = 11;

/**
 * By OpenSSL, which finds points off their curve; undefined when it refuses, or when a member is not the one spelling of
 * its bytes. Only what makes the key is handed to it: not `ext`, `key_ops` and the rest of a foreign document.
 */
function imported({ kty, crv, x, y, n, e }: JsonObject): KeyObject | undefined {
  const members = [x, y, n, e].filter((member) => member !== undefined);
  if (!members.every(isBase64url) || (typeof e === 'string' && e.length > LONGEST_EXPONENT)) return undefined;
  try {
    return createPublicKey({ key: { kty, crv, x, y, n, e } as JsonWebKey, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function isBase64url(value: unknown): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64url').toString('base64url') === value;
}

function algorithmsOf(publicKey: KeyObject): readonly SignatureAlgorithm[] {
  const { asymmetricKeyType: type = '', asymmetricKeyDetails: details = {} } = publicKey;
  if (type === 'rsa' && !isStrongRsa(details)) return [];
  const name = details.namedCurve === undefined ? type : `${type} ${details.namedCurve}`;
  return ALGORITHMS_BY_KEY.get(name) ?? [];
}

/** At least 2048 bits (RFC 7518 section 3.3), at most 8192 so that one key cannot slow every decision; e odd and above 1. */
function isStrongRsa({ modulusLength: bits = 0, publicExponent: e = 0n }: AsymmetricKeyDetails): boolean {
  return bits >= 2048 && bits <= 8192 && e > 1n && e % 2n === 1n;
}
