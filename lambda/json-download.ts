import { exchange, type HttpExchangeError } from './http-exchange.ts';

/** Most bytes of an answer that we read. A key set of a hundred RSA-4096 keys has about 80,000. */
export const MAX_DOWNLOAD_BYTES = 150_000;

/** The document could not be had. `message` names the obstacle only, never what the other side wrote. */
export class DownloadError extends Error {
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = 'DownloadError';
    this.status = status;
  }
}

/** Plain HTTP is for a laptop: nobody between us and loopback can swap the keys. */
export function isAcceptableAddress(url: URL): boolean {
  const isLoopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}

/**
 * Downloads one JSON document: status 200, at most 150,000 bytes, finished before `deadline` (milliseconds from now).
 *
 * Follows no redirect, retries nothing and leaves no socket open. @throws DownloadError
 */
export async function downloadJson(address: string, deadline: number): Promise<unknown> {
  const url = URL.parse(address);
  if (url === null || !isAcceptableAddress(url)) throw new DownloadError('address is not https');
  const limits = { total: deadline, bytes: MAX_DOWNLOAD_BYTES };
  const { status, text } = await exchange(url, QUESTION, limits).catch(asDownloadError);
  if (status !== 200) throw new DownloadError(`status ${status}`, status);
  try {
    return JSON.parse(text);
  } catch {
    throw new DownloadError('answer is not JSON');
  }
}

const QUESTION = {
  method: 'GET',
  // Firewalls turn away whoever does not say what it is: AWS's own managed rules do (`NoUserAgent_HEADER`).
  headers: { accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'bearer-authorizer' },
  agent: false,
  onlyStatus: 200,
} as const;

function asDownloadError({ message }: HttpExchangeError): never {
  throw new DownloadError(message);
}
