import { type CryptoKey, importJWK, type JWK } from 'jose';
import { isJsonObject, type JsonObject } from './compact-jws.ts';
import { isIdentifier } from './identifier.ts';
import type { SignatureAlgorithm } from './trusted-issuer.ts';

/** A public key of an issuer, imported once for each algorithm that it may verify. */
export interface VerificationKey {
  readonly keyId: string;
  readonly byAlgorithm: ReadonlyMap<SignatureAlgorithm, CryptoKey>;
}

const ALGORITHMS_OF_CURVE: Readonly<Record<string, readonly SignatureAlgorithm[]>> = {
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  'P-521': ['ES512'],
  Ed25519: ['EdDSA'],
};
const RSA_ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];

/** Members of private and symmetric keys (RFC 7518 section 6): a set that shows one has lost that key. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

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
  const algorithms = algorithmsOf(candidate).filter(
    (algorithm) => accepted.includes(algorithm) && (candidate.alg === undefined || candidate.alg === algorithm),
  );
  if (algorithms.length === 0) return undefined;
  try {
    const imported = await Promise.all(algorithms.map(async (name) => [name, await imports(candidate, name)] as const));
    return { keyId: candidate.kid, byAlgorithm: new Map(imported) };
  } catch {
    return undefined;
  }
}

function isForVerification(jwk: JsonObject): boolean {
  if (SECRET_MEMBERS.some((member) => Object.hasOwn(jwk, member))) return false;
  if (jwk.use !== undefined && jwk.use !== 'sig') return false;
  return jwk.key_ops === undefined || (Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'));
}

function algorithmsOf(jwk: JsonObject): readonly SignatureAlgorithm[] {
  if (jwk.kty === 'RSA') return isStrongRsa(jwk) ? RSA_ALGORITHMS : [];
  const isCurve = jwk.kty === 'EC' ? ['x', 'y'] : jwk.kty === 'OKP' ? ['x'] : undefined;
  if (isCurve === undefined || !isCurve.every((member) => base64urlBytes(jwk[member]) !== undefined)) return [];
  const curves = jwk.kty === 'OKP' ? ['Ed25519'] : ['P-256', 'P-384', 'P-521'];
  const curve = curves.find((name) => name === jwk.crv);
  return curve === undefined ? [] : (ALGORITHMS_OF_CURVE[curve] ?? []);
}

/** At least 2048 bits (RFC 7518 section 3.3), at most 8192 so that one key cannot slow every decision; e odd and above 2. */
function isStrongRsa(jwk: JsonObject): boolean {
  const modulus = base64urlBytes(jwk.n);
  const exponent = base64urlBytes(jwk.e);
  if (modulus === undefined || exponent === undefined || exponent.length > 8) return false;
  const bits = BigInt(`0x${modulus.toString('hex')}`).toString(2).length;
  const e = BigInt(`0x${exponent.toString('hex')}`);
  return bits >= 2048 && bits <= 8192 && e > 2n && e % 2n === 1n;
}

function base64urlBytes(value: unknown): Buffer | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.toString('base64url') === value ? bytes : undefined;
}

async function imports(jwk: JsonObject, algorithm: SignatureAlgorithm): Promise<CryptoKey> {
  const { kty, crv, x, y, n, e } = jwk;
  // Only what makes the key: `ext`, `key_ops` and the rest of a foreign document are not handed to WebCrypto.
  const members = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  );
  const key = await importJWK(members as JWK, algorithm);
  if (key instanceof Uint8Array) throw new TypeError('A public key imports as a CryptoKey.');
  return key;
}
