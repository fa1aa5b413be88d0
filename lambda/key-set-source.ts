import { isJsonObject } from './compact-jws.ts';
import { DownloadError, downloadJson } from './json-download.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/** @throws DownloadError */
export type DownloadKeySet = (issuer: TrustedIssuer) => Promise<readonly unknown[]>;

/** Milliseconds that one attempt may take in all, discovery included. */
export const ATTEMPT_MILLISECONDS = 1500;

/**
 * Downloads an issuer's key set document, found by discovery when no address is configured. One attempt, no retry.
 * @throws DownloadError
 */
export async function downloadKeySet(issuer: Pick<TrustedIssuer, 'issuer' | 'jwksUri'>): Promise<readonly unknown[]> {
  const deadline = performance.now() + ATTEMPT_MILLISECONDS;
  const remaining = () => deadline - performance.now();
  const jwksUri = issuer.jwksUri ?? (await discoverJwksUri(issuer.issuer, remaining));
  const document = await downloadJson(jwksUri, remaining());
  if (!isJsonObject(document) || !Array.isArray(document.keys)) throw new DownloadError('answer is not a key set');
  return document.keys;
}

/** The issuer must say exactly its own name: otherwise one tenant's metadata could hand out another's keys. */
async function discoverJwksUri(issuer: string, remaining: () => number): Promise<string> {
  const metadata = await downloadMetadata(issuer, remaining);
  if (!isJsonObject(metadata) || metadata.issuer !== issuer) throw new DownloadError('metadata names another issuer');
  if (typeof metadata.jwks_uri !== 'string') throw new DownloadError('metadata has no jwks_uri');
  return metadata.jwks_uri;
}

async function downloadMetadata(issuer: string, remaining: () => number): Promise<unknown> {
  try {
    return await downloadJson(openIdConfiguration(issuer), remaining());
  } catch (error) {
    if (!(error instanceof DownloadError) || error.status !== 404) throw error;
    return downloadJson(oauthMetadata(issuer), remaining());
  }
}

/** OpenID Connect Discovery 1.0 section 4: appended to the issuer. */
function openIdConfiguration(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
}

/** RFC 8414 section 3.1: inserted between host and path. */
function oauthMetadata(issuer: string): string {
  const { origin, pathname } = new URL(issuer);
  return `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`;
}
