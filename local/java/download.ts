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

/** @throws Error whose message is a cause, not a sentence */
export async function jsonAt(address: string, options: DownloadOptions): Promise<unknown> {
  return within(address, options, async (signal) => (await respond(address, signal)).json());
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

async function respond(address: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  return response;
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
