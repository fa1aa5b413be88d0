import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Windows' own tar also reads zip, which that of Git for Windows does not. */
const TAR = process.platform === 'win32' ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar';

/** @returns the archive's only folder, unpacked. @throws Error whose message is a cause, not a sentence */
export async function unpack(archive: string, folder: string, signal: AbortSignal | undefined): Promise<string> {
  const tar = (...argv: readonly string[]) => promisify(execFile)(TAR, argv, { signal, maxBuffer: 10_000_000 });
  const { stdout } = await tar('-tf', archive);
  const names = stdout.split(/\r?\n/).filter((name) => name !== '');
  const stray = names.find((name) => /^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(name));
  if (stray !== undefined) throw new Error(`the archive has a path outside of its folder, ${JSON.stringify(stray)}`);
  await mkdir(folder);
  // `o`: the files belong to the person at the keyboard, also for root.
  await tar('-xof', archive, '-C', folder);
  const [only, ...others] = await readdir(folder);
  if (only === undefined || others.length > 0) throw new Error('the archive does not hold one folder');
  return join(folder, only);
}
