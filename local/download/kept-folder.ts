import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A folder that is fetched once, and kept. */
export interface KeptFolder {
  /** Where it is kept. */
  readonly target: string;
  /** @param unfinished - an empty folder. @returns the folder to keep, in it */
  readonly fetch: (unfinished: string) => Promise<string>;
  /** Rejects a folder that cannot be used. */
  readonly verify: (folder: string) => Promise<void>;
}

const UNFINISHED = 'fetching-';

/** Milliseconds after which nobody can still be fetching into a folder. */
const ABANDONED = 3_600_000;

/**
 * Fetches a folder. The target exists only when the whole of it has been verified.
 * @throws what `fetch` and `verify` throw
 */
export async function fetchKeptFolder({ target, fetch, verify }: KeptFolder): Promise<void> {
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  const unfinished = await mkdtemp(join(parent, `${UNFINISHED}${basename(target)}-`));
  try {
    const fetched = await fetch(unfinished);
    await verify(fetched);
    await replace(fetched, target, verify);
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

/** Renames, so that nobody ever sees half of a folder. */
async function replace(fetched: string, target: string, verify: KeptFolder['verify']): Promise<void> {
  if (await succeeds(rename(fetched, target))) return;
  // Another start has been faster, or what stands there is damaged.
  if (await succeeds(verify(target))) return;
  await rm(target, { recursive: true, force: true });
  await rename(fetched, target);
}

function succeeds(action: Promise<void>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
