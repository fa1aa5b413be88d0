import { join } from 'node:path';
import { type DownloadedFile, type DownloadOptions, download, isAsSafe, jsonAt } from '../download/download.ts';
import { fetchKeptFolder } from '../download/kept-folder.ts';
import { unpack } from '../download/unpacked-archive.ts';
import { temurinPlatform } from './temurin-platform.ts';

/** Where Eclipse Temurin, a build of Java, is fetched from. */
export interface TemurinSite extends Omit<DownloadOptions, 'signal'> {
  /** The address of the Adoptium API, or of a mirror of it. */
  readonly address: string;
  /** Called before anything is asked for. */
  readonly announce: () => void;
}

/** A version with long-term support that DynamoDB Local runs on. */
const VERSION = 21;

/** Runtimes have about 50 MB. */
const MAX_SIZE = 500_000_000;

interface TemurinAsset {
  readonly binary?: { readonly package?: Partial<DownloadedFile> };
}

/**
 * Fetches the latest runtime into `target`, which exists only when the whole of it has been verified.
 * @param verify - rejects what does not run
 * @throws Error whose message is a cause, not a sentence
 */
export async function fetchTemurin(
  site: TemurinSite,
  target: string,
  verify: (unpacked: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { os, architecture } = temurinPlatform();
  site.announce();
  const query = new URLSearchParams({ architecture, image_type: 'jre', os, vendor: 'eclipse' });
  const options = { ...site, signal };
  const fetch = async (unfinished: string): Promise<string> => {
    const found = await archiveAt(`${site.address}/v3/assets/latest/${VERSION}/hotspot?${query}`, options);
    const archive = join(unfinished, 'archive');
    await download(found, archive, options);
    return unpack(archive, join(unfinished, 'unpacked'), signal);
  };
  await fetchKeptFolder({ target, fetch, verify });
}

/** The archive as the API describes it. */
async function archiveAt(address: string, options: DownloadOptions): Promise<DownloadedFile> {
  const assets = (await jsonAt(address, options)) as readonly TemurinAsset[] | null;
  const { link = '', checksum = '', size = 0 } = assets?.[0]?.binary?.package ?? {};
  const isGood = /^[0-9a-f]{64}$/.test(checksum) && size > 0 && size <= MAX_SIZE && isAsSafe(link, address);
  if (!isGood) throw new Error(`${address} names no archive with its size and SHA-256`);
  return { link, checksum, size };
}
