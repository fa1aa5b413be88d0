import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import { watch } from 'chokidar';

export interface SourceWatch {
  stop(): Promise<void>;
}

/** Milliseconds without a change after which the sources count as saved: editors write in several steps, and a branch is many files. */
const QUIET = 300;

/** Folders in which no source of an app stands. Those whose names begin with a dot are not watched either. */
const NOT_SOURCES: readonly string[] = ['node_modules', 'cdk.out'];

/**
 * Watches the sources of an app, and calls `changed` when files have another content than before: one that a build writes again with
 * the same content is no change, so that a build does not trigger itself again and again.
 *
 * @param folder - all below it is watched, but packages, assemblies, and what begins with a dot
 */
export async function watchSources(folder: string, changed: () => void): Promise<SourceWatch> {
  const known = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
  const noticed = (path: string): void => {
    void digestOf(path).then((digest) => {
      if (known.get(path) === digest) return;
      known.set(path, digest);
      clearTimeout(timer);
      timer = setTimeout(changed, QUIET);
    });
  };
  const watcher = watch(folder, { ignoreInitial: true, ignored: (path) => isNoSource(folder, path) });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, noticed);
  await once(watcher, 'ready');
  return {
    stop: async () => {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

function isNoSource(folder: string, path: string): boolean {
  const parts = relative(folder, path).split(sep);
  return parts.some((part) => NOT_SOURCES.includes(part) || (part.startsWith('.') && part !== '..'));
}

/** Empty: the file is gone, or cannot be read. */
async function digestOf(path: string): Promise<string> {
  const content = await readFile(path).catch(() => undefined);
  return content === undefined ? '' : createHash('sha256').update(content).digest('hex');
}
