import { exchange, type HttpExchangeError } from '../network/http-exchange.ts';
import { isJsonObject } from '../token/json-object.ts';
import { isAcceptableAddress, isPlainLoopback, type TrustedIssuer } from '../token/trusted-issuer.ts';

/** What a key set has to know of the issuer whose keys it holds: of tokens, or of signals. */
export type KeySetIssuer = Pick<TrustedIssuer, 'alias' | 'issuer' | 'jwksUri' | 'algorithms'>;

/**
 * Downloads an issuer's keys within `milliseconds`. One attempt, no retry.
 * @throws DownloadError
 */
export type DownloadKeySet<Issuer extends KeySetIssuer = TrustedIssuer> = (
  issuer: Issuer,
  milliseconds: number,
) => Promise<readonly unknown[]>;

/** Milliseconds for which a discovered address serves the attempts that follow a failed one. */
const DISCOVERY_LIFETIME = 10 * 60_000;

/** What discovery has found out about an issuer's key set. */
interface Discovery {
  /** Clock time at which it began. */
  readonly since: number;
  /** Whether the issuer has no metadata at OpenID Connect's address. */
  isOauthOnly: boolean;
  jwksUri: string | undefined;
}

/**
 * Downloads key set documents. An address that is not configured is found by discovery.
 *
 * What an attempt has discovered serves the next one if the attempt failed by `lost` or `busy`: otherwise two slow documents
 * would never fit into one attempt. It is forgotten when a key set arrives, and after a useless response, because an
 * issuer may move its key set. `now`: milliseconds since the epoch.
 */
export function createKeySetDownload(now: () => number): DownloadKeySet<KeySetIssuer> {
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

/** The metadata must name exactly this issuer: otherwise one tenant's metadata could hand out another's keys. */
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
 * Whether an issuer's metadata may name this key set address. Only an issuer whose own address is plain HTTP on loopback
 * may name another such address: any process may listen there, and a document from elsewhere must not choose it.
 */
function mayName(issuer: string, jwksUri: string): boolean {
  if (!URL.canParse(jwksUri)) return false;
  const url = new URL(jwksUri);
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

/** Maximum size of a response. A key set of a hundred RSA-4096 keys has about 80,000 bytes. */
export const MAX_DOWNLOAD_BYTES = 150_000;

/**
 * Whether another download may succeed. `lost`: the connection failed or the server did (5xx), so the same request may
 * succeed at once. `busy`: no response in time, or status 429; a pause may help. `wrong`: the response is useless.
 */
export type DownloadObstacle = 'lost' | 'busy' | 'wrong';

/** The document could not be downloaded. `message` names the obstacle only, never text from the peer. */
export class DownloadError extends Error {
  readonly obstacle: DownloadObstacle;
  readonly status: number | undefined;

  constructor(message: string, obstacle: DownloadObstacle, status?: number) {
    super(message);
    this.name = 'DownloadError';
    this.obstacle = obstacle;
    this.status = status;
  }
}

/**
 * Downloads one JSON document: status 200, at most 150,000 bytes, finished before `deadline` (milliseconds from now).
 *
 * Follows no redirect, retries nothing and leaves no socket open. @throws DownloadError
 */
export async function downloadJson(address: string, deadline: number): Promise<unknown> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !isAcceptableAddress(url)) throw new DownloadError('address is not https', 'wrong');
  const limits = { total: deadline, bytes: MAX_DOWNLOAD_BYTES };
  const { status, text } = await exchange(url, REQUEST, limits).catch(asDownloadError);
  if (status !== 200) throw new DownloadError(`status ${status}`, obstacleOf(status), status);
  try {
    return JSON.parse(text);
  } catch {
    throw new DownloadError('answer is not JSON', 'wrong');
  }
}

const REQUEST = {
  method: 'GET',
  // Firewalls block requests without a user agent; AWS's own managed rules do (`NoUserAgent_HEADER`).
  headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'bearer-authorizer' },
  agent: false,
  onlyStatus: 200,
} as const;

function obstacleOf(status: number): DownloadObstacle {
  if (status === 429) return 'busy';
  return status >= 500 ? 'lost' : 'wrong';
}

function asDownloadError({ message, limit }: HttpExchangeError): never {
  throw new DownloadError(message, limit === undefined ? 'lost' : OBSTACLES[limit]);
}

const OBSTACLES = { time: 'busy', size: 'wrong' } as const;
