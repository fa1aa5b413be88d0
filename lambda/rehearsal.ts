import { createPublicKey } from 'node:crypto';
import type { DownloadKeySet } from './key-set-source.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';
import { verifiedClaims } from './verified-claims.ts';

/** Milliseconds after which an answer is not next door, and will take about as long again. */
const LONG_WAIT = 5;

/**
 * The same download. When the first one takes its time, this thread would only wait; it verifies a signature then that
 * nobody made. What Node.js, OpenSSL and jose load and compile for the first signature of a process is there when the keys
 * are, so that the first token waits 4 ms less (`npm run bench`).
 */
export function withRehearsal(
  download: DownloadKeySet,
  rehearse: (issuer: TrustedIssuer) => Promise<unknown> = rehearseVerification,
): DownloadKeySet {
  let isFirst = true;
  return async (issuer) => {
    const answer = download(issuer);
    const waiting = isFirst ? setTimeout(rehearse, LONG_WAIT, issuer) : undefined;
    isFirst = false;
    try {
      return await answer;
    } finally {
      clearTimeout(waiting);
    }
  };
}

const TOKEN = [Buffer.from('{"alg":"RS256"}'), Buffer.from('{}'), Buffer.alloc(256)]
  .map((bytes) => bytes.toString('base64url'))
  .join('.');

/** A modulus of ones, which is nobody's key. */
const JWK = { kty: 'RSA', n: Buffer.alloc(256, 0xff).toString('base64url'), e: 'AQAB' };

/** By RSA with SHA-256, as nearly all issuers sign. @returns why the token is no good; never throws */
export async function rehearseVerification(issuer: TrustedIssuer): Promise<unknown> {
  try {
    const key = createPublicKey({ key: JWK, format: 'jwk' });
    return await verifiedClaims(TOKEN, key, 'RS256', issuer, Date.now());
  } catch (error) {
    return error;
  }
}
