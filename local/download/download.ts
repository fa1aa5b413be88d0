import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** A file as its publisher describes it. */
export interface DownloadedFile {
  readonly link: string;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly checksum: string;
  /** In bytes. */
  readonly size: number;
}

export interface DownloadOptions {
  /** In bytes. */
  readonly showProgress: (done: number, total: number) => void;
  /** Milliseconds without a byte after which a download is given up. @default 30,000 */
  readonly patience?: number;
  readonly signal: AbortSignal | undefined;
}

const PATIENCE = 30_000;

/** In bytes. The Adoptium API answers with some thousand. */
const MAX_JSON_SIZE = 1_000_000;

/** @throws Error whose message is a cause, not a sentence */
export async function jsonAt(address: string, options: DownloadOptions): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let left = MAX_JSON_SIZE;
  await within(address, options, async (signal, received) => {
    const { body } = await respond(address, signal);
    for await (const chunk of body ?? []) {
      received();
      left -= chunk.length;
      if (left < 0) throw new Error(`${address} answers with more than ${MAX_JSON_SIZE} bytes`);
      chunks.push(chunk);
    }
  });
  return JSON.parse(Buffer.concat(chunks).toString());
}

/**
 * Downloads a file and verifies its size and checksum.
 * @throws Error whose message is a cause, not a sentence
 */
export async function download(
  { link, checksum, size }: DownloadedFile,
  path: string,
  options: DownloadOptions,
): Promise<void> {
  const hash = createHash('sha256');
  let done = 0;
  await within(link, options, async (signal, received) => {
    const { body } = await respond(link, signal);
    const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        received();
        hash.update(chunk);
        done += chunk.length;
        if (done > size) break;
        options.showProgress(done, size);
        yield chunk;
      }
    };
    if (body !== null) await pipeline(body, counted, createWriteStream(path), { signal });
  });
  if (done !== size) throw new Error(`${link} has ${done > size ? 'more than' : `${done} of`} ${size} bytes`);
  const found = hash.digest('hex');
  if (found !== checksum) throw new Error(`${link} has the SHA-256 ${found} in place of ${checksum}`);
}

/** HTTP without TLS is for a mirror that has none itself. */
export function isAsSafe(link: string, address: string): boolean {
  const protocol = URL.canParse(link) ? new URL(link).protocol : undefined;
  return protocol === 'https:' || (protocol === 'http:' && new URL(address).protocol === 'http:');
}

const MAX_REDIRECTS = 10;

/** Not by fetch's own redirects, which also lead from HTTPS to HTTP, where anybody on the way may answer. */
async function respond(address: string, signal: AbortSignal, redirects = MAX_REDIRECTS): Promise<Response> {
  const response = await fetch(address, { signal, redirect: 'manual' });
  if (response.ok) return response;
  await response.body?.cancel();
  const location = response.headers.get('location');
  const isRedirect = response.status < 400 && location !== null && URL.canParse(location, address);
  const next = isRedirect ? new URL(location, address).href : undefined;
  if (next === undefined || redirects === 0) throw new Error(`${address} answers ${response.status}`);
  if (!isAsSafe(next, address)) throw new Error(`${address} redirects to ${next}, which is not HTTPS`);
  return respond(next, signal, redirects - 1);
}

/** Gives an exchange up when nothing has been received for a while. @throws Error whose message is a cause */
async function within<T>(
  address: string,
  { patience = PATIENCE, signal }: DownloadOptions,
  exchange: (signal: AbortSignal, received: () => void) => Promise<T>,
): Promise<T> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), patience);
  const limited = AbortSignal.any([silence.signal, ...(signal === undefined ? [] : [signal])]);
  try {
    return await exchange(limited, () => timer.refresh());
  } catch (error) {
    signal?.throwIfAborted();
    if (silence.signal.aborted) throw new Error(`${address} sends nothing for ${patience / 1000} s`);
    throw causeOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** `fetch` hides the system's error behind one that says "fetch failed". */
function causeOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}
