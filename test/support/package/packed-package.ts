import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';

const run = promisify(execFile);

/** The npm package, as `npm pack` makes it. */
export interface PackedPackage {
  readonly tarball: string;
  /** The paths of its files. */
  readonly files: readonly string[];
}

/** Packs the package once for a test run, however many test files ask for it. */
export async function packedPackage(): Promise<PackedPackage> {
  // The temporary folder is that of the test run.
  const folder = join(tmpdir(), 'packed-package');
  const description = join(folder, 'packed.json');
  const isOurs = await mkdir(folder).then(
    () => true,
    () => false,
  );
  if (isOurs) await describe(description, pack(folder));
  await vi.waitUntil(() => existsSync(description), { timeout: 280_000, interval: 100 });
  const packed = JSON.parse(await readFile(description, 'utf8')) as PackedPackage | { readonly failure: string };
  if ('failure' in packed) throw new Error(packed.failure);
  return packed;
}

async function describe(file: string, packing: Promise<PackedPackage>): Promise<void> {
  const packed = await packing.catch((error: Error) => ({ failure: error.message }));
  await writeFile(`${file}.unfinished`, JSON.stringify(packed));
  await rename(`${file}.unfinished`, file);
}

async function pack(folder: string): Promise<PackedPackage> {
  const { stdout } = await run('npm', ['pack', '--json', '--silent', '--pack-destination', folder]);
  // npm 11 prints a list, npm 12 an object by name.
  const [packed] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))) as [
    { filename: string; files: { path: string }[] },
  ];
  return { tarball: join(folder, packed.filename), files: packed.files.map(({ path }) => path) };
}
