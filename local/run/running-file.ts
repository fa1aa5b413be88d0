import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, type RunningStack, runningFile, runningStacks } from '../../ops/stack/running-stack.ts';
import { LocalRunError } from '../errors.ts';
import { makeLocalFolder, removeUnusedFolder } from './local-folder.ts';

/**
 * Writes the file by which other programs of this user find this run: it has the secrets of the clients.
 * @throws LocalRunError when it cannot be written
 */
export async function writeRunningFile(running: RunningStack, folder: string): Promise<void> {
  const path = runningFile(folder, running.pid);
  const unfinished = `${path}.unfinished`;
  try {
    await makeLocalFolder(folder);
    await removeStaleFiles(folder);
    await writeFile(unfinished, `${JSON.stringify(running, undefined, 2)}\n`, { mode: 0o600 });
    await rename(unfinished, path);
  } catch (error) {
    throw new LocalRunError(
      `The file ${path}, by which other programs find this run, cannot be written (${(error as NodeJS.ErrnoException).code}): make its folder writable.`,
    );
  }
}

export async function removeRunningFile(running: RunningStack, folder: string): Promise<void> {
  await rm(runningFile(folder, running.pid), { force: true });
  await removeUnusedFolder(folder);
}

/** Removes the files of killed runs, whose process ids may be used again. Unfinished files too. */
async function removeStaleFiles(folder: string): Promise<void> {
  const alive = new Set((await runningStacks(folder)).map(({ pid }) => pid));
  for (const name of await readdir(folder)) {
    const [, pid, unfinished] = /^running-(\d+)\.json(\.unfinished)?$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const isStale = unfinished === undefined ? !alive.has(Number(pid)) : !isAlive({ pid: Number(pid) });
    if (isStale) await rm(join(folder, name), { force: true });
  }
}
