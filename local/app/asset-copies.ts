import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetFolders } from '../cloudformation/assembly-view.ts';
import type { ChangedFiles } from './trusted-issuers.ts';

/**
 * Copies the assets of which files change into a folder, and leaves the originals as they are.
 * @returns the folders of all assets, the copies among them
 */
export async function withCopies(
  assets: AssetFolders,
  changed: readonly ChangedFiles[],
  folder: string,
): Promise<AssetFolders> {
  const copies = new Map<string, string>();
  for (const [index, { s3Key, files }] of changed.entries()) {
    const original = assets(s3Key);
    if (original === undefined) continue;
    const copy = join(folder, `asset-copy-${index}`);
    await mkdir(copy, { recursive: true });
    await cp(original, copy, { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(join(copy, name), text);
    copies.set(s3Key, copy);
  }
  return (s3Key) => copies.get(s3Key) ?? assets(s3Key);
}
