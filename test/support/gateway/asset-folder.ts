import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes the assets of a cloud assembly: one folder for each function, with the given module as `index.mjs`. */
export async function assetFolder(modules: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'assets-'));
  for (const [name, source] of Object.entries(modules)) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'index.mjs'), source);
  }
  return root;
}
