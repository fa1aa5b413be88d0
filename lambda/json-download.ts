import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';

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
 * Follows no redirect, retries nothing and leaves no socket open. By `node:https` because the global `fetch` costs a cold
 * start about 50 ms. @throws DownloadError
 */
export async function downloadJson(address: string, deadline: number): Promise<unknown> {
  const url = URL.parse(address);
  if (url === null || !isAcceptableAddress(url)) throw new DownloadError('address is not https');
  const text = await downloadText(url, deadline);
  try {
    return JSON.parse(text);
  } catch {
    throw new DownloadError('answer is not JSON');
  }
}

function downloadText(url: URL, deadline: number): Promise<string> {
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' };
    const request = get(url, { agent: false, headers }, (response) => {
      readWithin(response).then(resolve, abandon);
    });
    const timer = setTimeout(() => abandon(new DownloadError('timeout')), Math.max(0, deadline));
    const abandon = (error: NodeJS.ErrnoException) => {
      reject(error instanceof DownloadError ? error : new DownloadError(error.code ?? 'network error'));
      request.destroy();
    };
    request.on('error', abandon);
    request.on('close', () => clearTimeout(timer));
  });
}

async function readWithin(response: IncomingMessage): Promise<string> {
  const { statusCode } = response;
  if (statusCode !== 200) throw new DownloadError(`status ${statusCode}`, statusCode);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_DOWNLOAD_BYTES) throw new DownloadError('answer is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
