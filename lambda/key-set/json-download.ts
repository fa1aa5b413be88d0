import { exchange, type HttpExchangeError } from '../network/http-exchange.ts';

/** Most bytes of an answer that we read. A key set of a hundred RSA-4096 keys has about 80,000. */
export const MAX_DOWNLOAD_BYTES = 150_000;

/**
 * What a failed download says of the next one. `lost`: the connection failed or the server did (5xx), so the same request
 * may succeed at once. `busy`: no answer in time, or status 429; a pause may help. `wrong`: an answer that is of no use.
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

/** Plain HTTP is for a laptop: nobody between us and loopback can swap the keys. */
export function isAcceptableAddress(url: URL): boolean {
  return url.protocol === 'https:' || isPlainLoopback(url);
}

/** Whether the address is plain HTTP on this very machine. */
export function isPlainLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

/**
 * Downloads one JSON document: status 200, at most 150,000 bytes, finished before `deadline` (milliseconds from now).
 *
 * Follows no redirect, retries nothing and leaves no socket open. @throws DownloadError
 */
export async function downloadJson(address: string, deadline: number): Promise<unknown> {
  const url = URL.parse(address);
  if (url === null || !isAcceptableAddress(url)) throw new DownloadError('address is not https', 'wrong');
  const limits = { total: deadline, bytes: MAX_DOWNLOAD_BYTES };
  const { status, text } = await exchange(url, QUESTION, limits).catch(asDownloadError);
  if (status !== 200) throw new DownloadError(`status ${status}`, obstacleOf(status), status);
  try {
    return JSON.parse(text);
  } catch {
    throw new DownloadError('answer is not JSON', 'wrong');
  }
}

const QUESTION = {
  method: 'GET',
  // Firewalls turn away whoever does not say what it is: AWS's own managed rules do (`NoUserAgent_HEADER`).
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
