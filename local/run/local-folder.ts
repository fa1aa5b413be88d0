import { mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const GITIGNORE = '.gitignore';

/** Makes the folder in which runs keep their files, which git then ignores. */
export async function makeLocalFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Not over one that is there: a person may have changed it.
  await writeFile(join(folder, GITIGNORE), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

/** Removes the folder when nothing is kept in it. */
export async function removeUnusedFolder(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (names.some((name) => name !== GITIGNORE)) return;
  await rm(join(folder, GITIGNORE), { force: true });
  // Another run may have made a file by now.
  await rmdir(folder).catch(() => {});
}
