import { createPublicKey } from 'node:crypto';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import { verifiedClaims } from '../token/verified-claims.ts';
import type { DownloadKeySet } from './key-set-download.ts';

/** Milliseconds, Node's own first steps with HTTP included. A response that comes sooner leaves no time to warm up. */
const LONG_WAIT = 5;

/**
 * Wraps a download: while the first one of the process is in flight, `warmUp` verifies a dummy signature, so that what
 * Node.js, OpenSSL and jose load and compile for it is ready when the keys arrive. A cold start took 4 ms less with an
 * issuer 20 ms away, and no more with one on loopback.
 */
export function withWarmUp(
  download: DownloadKeySet,
  warmUp: (issuer: TrustedIssuer) => Promise<unknown> = verifyDummyToken,
): DownloadKeySet {
  let isFirst = true;
  return async (issuer, milliseconds) => {
    const keys = download(issuer, milliseconds);
    const waiting = isFirst ? setTimeout(warmUp, LONG_WAIT, issuer) : undefined;
    isFirst = false;
    try {
      return await keys;
    } finally {
      clearTimeout(waiting);
    }
  };
}

/** Verifies a dummy token by RSA with SHA-256, as nearly all issuers sign. @returns why the token is bad; never throws */
export async function verifyDummyToken(issuer: TrustedIssuer): Promise<unknown> {
  const segments = [Buffer.from('{"alg":"RS256"}'), Buffer.from('{}'), Buffer.alloc(256)];
  const token = segments.map((bytes) => bytes.toString('base64url')).join('.');
  // A modulus of ones. Anybody can compute its private key, but no token is accepted because of it.
  const jwk = { kty: 'RSA', n: Buffer.alloc(256, 0xff).toString('base64url'), e: 'AQAB' };
  try {
    return await verifiedClaims(token, createPublicKey({ key: jwk, format: 'jwk' }), 'RS256', issuer, Date.now());
  } catch (error) {
    return error;
  }
}
