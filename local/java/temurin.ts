import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DownloadedFile, type DownloadOptions, download, isAsSafe, jsonAt } from './download.ts';
import { temurinPlatform } from './temurin-platform.ts';
import { unpack } from './unpacked-archive.ts';

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

const UNFINISHED = 'fetching-jre-';

/** Milliseconds after which nobody can still be fetching into a folder. */
const ABANDONED = 3_600_000;

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
  await mkdir(dirname(target), { recursive: true });
  await removeAbandoned(dirname(target));
  const unfinished = await mkdtemp(join(dirname(target), UNFINISHED));
  try {
    const query = new URLSearchParams({ architecture, image_type: 'jre', os, vendor: 'eclipse' });
    const options = { ...site, signal };
    const found = await archiveAt(`${site.address}/v3/assets/latest/${VERSION}/hotspot?${query}`, options);
    const archive = join(unfinished, 'archive');
    await download(found, archive, options);
    const unpacked = await unpack(archive, join(unfinished, 'unpacked'), signal);
    await verify(unpacked);
    await replace(unpacked, target, verify);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Removes what killed programs have left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => each.startsWith(UNFINISHED))) {
    // Another start may have removed it by now.
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/** The archive as the API describes it. */
async function archiveAt(address: string, options: DownloadOptions): Promise<DownloadedFile> {
  const assets = (await jsonAt(address, options)) as readonly TemurinAsset[] | null;
  const { link = '', checksum = '', size = 0 } = assets?.[0]?.binary?.package ?? {};
  const isGood = /^[0-9a-f]{64}$/.test(checksum) && size > 0 && size <= MAX_SIZE && isAsSafe(link, address);
  if (!isGood) throw new Error(`${address} names no archive with its size and SHA-256`);
  return { link, checksum, size };
}

/** Renames, so that nobody ever sees half a runtime. */
async function replace(unpacked: string, target: string, verify: (unpacked: string) => Promise<void>): Promise<void> {
  if (await succeeds(rename(unpacked, target))) return;
  // Another start has been faster, or what stands there is damaged.
  if (await succeeds(verify(target))) return;
  await rm(target, { recursive: true, force: true });
  await rename(unpacked, target);
}

function succeeds(action: Promise<void>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
