import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A cloud assembly's assets: one folder for each function, with the module given as its `index.mjs`. */
export async function assetFolder(modules: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'assets-'));
  for (const [name, source] of Object.entries(modules)) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'index.mjs'), source);
  }
  return root;
}
