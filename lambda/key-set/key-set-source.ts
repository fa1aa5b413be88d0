import { isJsonObject } from '../token/compact-jws.ts';
import type { TrustedIssuer } from '../token/trusted-issuer.ts';
import { DownloadError, downloadJson, isPlainLoopback } from './json-download.ts';

/**
 * Downloads an issuer's keys within `milliseconds`. One attempt, no retry.
 * @throws DownloadError
 */
export type DownloadKeySet = (issuer: TrustedIssuer, milliseconds: number) => Promise<readonly unknown[]>;

/** Milliseconds for which a discovered address serves the attempts that follow a failed one. */
const DISCOVERY_LIFETIME = 10 * 60_000;

/** How far the discovery of a key set has come. */
interface Discovery {
  /** Clock time at which it began. */
  readonly since: number;
  /** Whether the issuer has no metadata at OpenID Connect's address. */
  isOauthOnly: boolean;
  jwksUri: string | undefined;
}

/**
 * Downloads key set documents, each found by discovery when no address is configured.
 *
 * What an attempt has discovered serves the next one when the attempt lost an answer or ran out of time: otherwise two
 * slow documents would never fit into one attempt. A key set that arrives ends it, and so does an answer of no use,
 * because an issuer may move its key set. `now`: milliseconds since the epoch.
 */
export function createKeySetDownload(now: () => number): DownloadKeySet {
  const discoveries = new Map<string, Discovery>();
  const discoveryOf = (issuer: string): Discovery => {
    const kept = discoveries.get(issuer);
    if (kept !== undefined && Math.abs(now() - kept.since) < DISCOVERY_LIFETIME) return kept;
    const begun = { since: now(), isOauthOnly: false, jwksUri: undefined };
    discoveries.set(issuer, begun);
    return begun;
  };
  return async ({ issuer, jwksUri }, milliseconds) => {
    const deadline = performance.now() + milliseconds;
    const remaining = () => deadline - performance.now();
    if (jwksUri !== null) return keysAt(jwksUri, remaining());
    try {
      const keys = await keysAt(await discoverJwksUri(issuer, discoveryOf(issuer), remaining), remaining());
      discoveries.delete(issuer);
      return keys;
    } catch (error) {
      if (error instanceof DownloadError && error.obstacle === 'wrong') discoveries.delete(issuer);
      throw error;
    }
  };
}

async function keysAt(jwksUri: string, milliseconds: number): Promise<readonly unknown[]> {
  const document = await downloadJson(jwksUri, milliseconds);
  if (isJsonObject(document) && Array.isArray(document.keys)) return document.keys;
  throw new DownloadError('answer is not a key set', 'wrong');
}

/** The issuer must say exactly its own name: otherwise one tenant's metadata could hand out another's keys. */
async function discoverJwksUri(issuer: string, discovery: Discovery, remaining: () => number): Promise<string> {
  if (discovery.jwksUri !== undefined) return discovery.jwksUri;
  const metadata = await downloadMetadata(issuer, discovery, remaining);
  if (!isJsonObject(metadata) || metadata.issuer !== issuer) {
    throw new DownloadError('metadata names another issuer', 'wrong');
  }
  const { jwks_uri: jwksUri } = metadata;
  if (typeof jwksUri !== 'string') throw new DownloadError('metadata has no jwks_uri', 'wrong');
  if (!mayName(issuer, jwksUri)) throw new DownloadError('address is not https', 'wrong');
  discovery.jwksUri = jwksUri;
  return jwksUri;
}

/**
 * Whether an issuer's metadata may name this key set address. Plain HTTP on loopback only by an issuer that is configured
 * so itself: anybody's process may listen there, and a document from elsewhere must not choose it.
 */
function mayName(issuer: string, jwksUri: string): boolean {
  const url = URL.parse(jwksUri);
  if (url === null) return false;
  return url.protocol === 'https:' || (isPlainLoopback(url) && isPlainLoopback(new URL(issuer)));
}

async function downloadMetadata(issuer: string, discovery: Discovery, remaining: () => number): Promise<unknown> {
  if (discovery.isOauthOnly) return downloadJson(oauthMetadata(issuer), remaining());
  try {
    return await downloadJson(openIdConfiguration(issuer), remaining());
  } catch (error) {
    if (!(error instanceof DownloadError) || error.status !== 404) throw error;
    discovery.isOauthOnly = true;
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
