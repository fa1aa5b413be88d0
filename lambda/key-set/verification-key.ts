import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { isIdentifier } from '../token/identifier.ts';
import { isJsonObject, type JsonObject } from '../token/json-object.ts';
import type { SignatureAlgorithm } from '../token/trusted-issuer.ts';
import { hasRocaFingerprint } from './roca-fingerprint.ts';

/** A public key of an issuer, imported. */
export interface VerificationKey {
  readonly keyId: string;
  /** Canonical key material without exponent and y: see `materialOf`. */
  readonly material: string;
  /** The algorithms whose signatures it may verify. */
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly publicKey: KeyObject;
}

interface KeyKind {
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Bytes of each number that such a key consists of (RFC 7518 section 6.2.1, RFC 8037 section 2). */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Kinds of key by `kty` and `crv`. A key of any other kind verifies nothing. */
const KINDS: ReadonlyMap<string, KeyKind> = new Map([
  ['RSA', { algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'], bytes: {} }],
  ['EC P-256', { algorithms: ['ES256'], bytes: { x: 32, y: 32 } }],
  ['EC P-384', { algorithms: ['ES384'], bytes: { x: 48, y: 48 } }],
  ['EC P-521', { algorithms: ['ES512'], bytes: { x: 66, y: 66 } }],
  ['OKP Ed25519', { algorithms: ['EdDSA', 'Ed25519'], bytes: { x: 32 } }],
]);

/** Members of private keys (RFC 7518 section 6). A key that is published with one has leaked. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'];

/**
 * Imports a key that may verify this issuer's tokens. undefined: it has no key id, is meant for something else, shows its
 * private part, is too weak or damaged, or is for no algorithm in `accepted`.
 *
 * Everything is checked when the set is loaded, so that a token that names a bad key finds none (401) and crashes nothing.
 */
export function verificationKey(
  candidate: unknown,
  accepted: readonly SignatureAlgorithm[],
): VerificationKey | undefined {
  if (!isJsonObject(candidate) || !isIdentifier(candidate.kid) || !isForVerification(candidate)) return undefined;
  const kind = kindOf(candidate);
  const algorithms = kind?.algorithms.filter(
    (algorithm) => accepted.includes(algorithm) && (candidate.alg === undefined || isSame(candidate.alg, algorithm)),
  );
  if (algorithms === undefined || algorithms.length === 0) return undefined;
  const publicKey = imported(candidate);
  if (publicKey === undefined) return undefined;
  return { keyId: candidate.kid, material: materialOf(candidate), algorithms, publicKey };
}

/** The names of RFC 9864 that a key may have, and the older names of the same algorithms. A key's kind has checked its curve. */
const OLDER_NAMES: ReadonlyMap<unknown, SignatureAlgorithm> = new Map([
  ['ESP256', 'ES256'],
  ['ESP384', 'ES384'],
  ['ESP512', 'ES512'],
  ['Ed25519', 'EdDSA'],
]);

function isSame(alg: unknown, algorithm: SignatureAlgorithm): boolean {
  return (OLDER_NAMES.get(alg) ?? alg) === (OLDER_NAMES.get(algorithm) ?? algorithm);
}

/** Whether the JWK contains private members, i.e. the key has leaked. */
export function showsPrivateKey(jwk: JsonObject): boolean {
  return PRIVATE_MEMBERS.some((member) => Object.hasOwn(jwk, member));
}

/**
 * Canonical key material: of the members that make a public key (RFC 7638 section 3.2) those that its private JWK has in
 * common with it for certain, leading zeros stripped. `e` and `y` are not in it.
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

/** A key's kind. undefined: it is not listed, or its numbers have another size. Takes next to no time. */
function kindOf({ kty, crv, x, y }: JsonObject): KeyKind | undefined {
  const kind = KINDS.get(kty === 'RSA' ? kty : `${textOf(kty)} ${textOf(crv)}`);
  const isSized = Object.entries(kind?.bytes ?? {}).every(([name, bytes]) => bytesIn({ x, y }[name]) === bytes);
  return isSized ? kind : undefined;
}

function textOf(member: unknown): string {
  return typeof member === 'string' ? member : '';
}

function bytesIn(base64url: unknown): number {
  return Buffer.byteLength(textOf(base64url), 'base64url');
}

/** Characters of a public exponent of 64 bits. Node.js takes seconds to read one that fills a document. */
const MAX_EXPONENT_LENGTH = 11;

/**
 * Imports a key with OpenSSL, which rejects points off their curve. undefined: it rejects the key, a member is not the
 * canonical base64url of its bytes, or an RSA key is weak. OpenSSL gets the key material only, not `ext`, `key_ops` and the
 * rest of a foreign document.
 */
function imported({ kty, crv, x, y, n, e }: JsonObject): KeyObject | undefined {
  const members = [x, y, n, e].filter((member) => member !== undefined);
  if (!members.every(isBase64url) || textOf(e).length > MAX_EXPONENT_LENGTH) return undefined;
  if (kty === 'RSA' && bytesIn(n) < MIN_RSA_BITS / 8) return undefined;
  try {
    const publicKey = createPublicKey({ key: { kty, crv, x, y, n, e } as JsonWebKey, format: 'jwk' });
    return kty === 'RSA' && !isStrongRsa(publicKey, textOf(n)) ? undefined : publicKey;
  } catch {
    return undefined;
  }
}

function isBase64url(value: unknown): boolean {
  return typeof value === 'string' && Buffer.from(value, 'base64url').toString('base64url') === value;
}

/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2048;

/** A larger key would slow every decision. */
const MAX_RSA_BITS = 8192;

/** Whether an RSA key has an allowed size, an odd exponent above 1, and primes that cannot be found (ROCA). */
function isStrongRsa({ asymmetricKeyDetails: details = {} }: KeyObject, modulus: string): boolean {
  const { modulusLength: bits = 0, publicExponent: e = 0n } = details;
  if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS || e <= 1n || e % 2n === 0n) return false;
  return !hasRocaFingerprint(BigInt(`0x${Buffer.from(modulus, 'base64url').toString('hex')}`));
}
