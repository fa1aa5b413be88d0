import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { SignatureAlgorithm } from '../../../lambda/token/trusted-issuer.ts';

/** A key pair of an issuer, with the JWK that its key set publishes. */
export interface SigningKey {
  readonly keyId: string;
  readonly algorithm: SignatureAlgorithm;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/** How each algorithm makes its keys and signs (RFC 7518 section 3, RFC 8037). */
const METHODS = {
  RS256: { pair: () => rsa(2048), hash: 'sha256', options: {} },
  RS384: { pair: () => rsa(2048), hash: 'sha384', options: {} },
  RS512: { pair: () => rsa(2048), hash: 'sha512', options: {} },
  PS256: { pair: () => rsa(2048), hash: 'sha256', options: PSS },
  PS384: { pair: () => rsa(2048), hash: 'sha384', options: PSS },
  PS512: { pair: () => rsa(2048), hash: 'sha512', options: PSS },
  ES256: { pair: () => ec('P-256'), hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  ES384: { pair: () => ec('P-384'), hash: 'sha384', options: { dsaEncoding: 'ieee-p1363' } },
  ES512: { pair: () => ec('P-521'), hash: 'sha512', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { pair: () => generateKeyPairSync('ed25519'), hash: null, options: {} },
  Ed25519: { pair: () => generateKeyPairSync('ed25519'), hash: null, options: {} },
} as const;

function rsa(modulusLength: number) {
  return generateKeyPairSync('rsa', { modulusLength });
}

function ec(namedCurve: string) {
  return generateKeyPairSync('ec', { namedCurve });
}

export function createSigningKey(algorithm: SignatureAlgorithm, keyId: string): SigningKey {
  const { privateKey, publicKey } = METHODS[algorithm].pair();
  const publicJwk = { ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: algorithm, use: 'sig' };
  return { keyId, algorithm, privateKey, publicKey, publicJwk };
}

/** The signature of a JWS under this key, in the form of RFC 7518 (ECDSA: r and s concatenated). */
export function signatureOf(key: SigningKey, signedPart: string): Buffer {
  const { hash, options } = METHODS[key.algorithm];
  return sign(hash, Buffer.from(signedPart), { key: key.privateKey, ...options });
}
