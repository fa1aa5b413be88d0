import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file that a browser loads. */
export interface PageFile {
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** The page's files, by path. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE_FOLDER = fileURLToPath(new URL('../page/', import.meta.url));

/** The folder that `package/build.ts` writes next to the packed program. It exists only in the package. */
const PREBUILT_FOLDER = fileURLToPath(new URL('page/', import.meta.url));

const SCRIPT_TYPE = 'text/javascript; charset=utf-8';

/** The files that need no building: by path, their names in `local/page/`. */
const DOCUMENTS = {
  '/': { name: 'page.html', type: 'text/html; charset=utf-8' },
  '/callback': { name: 'callback.html', type: 'text/html; charset=utf-8' },
  '/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/icon.svg': { name: 'icon.svg', type: 'image/svg+xml' },
} as const;

/** The programs of the page, each bundled into one file of the same name. */
const PROGRAMS = ['page', 'callback'] as const;

/** Reads the page's files: in the package as they were built, here from their sources. */
export async function pageFiles(): Promise<PageFiles> {
  const isPrebuilt = existsSync(join(PREBUILT_FOLDER, 'page.js'));
  const folder = isPrebuilt ? PREBUILT_FOLDER : SOURCE_FOLDER;
  const documents = Object.entries(DOCUMENTS).map(async ([path, { name, type }]): Promise<[string, PageFile]> => {
    return [path, { type, content: await readFile(join(folder, name)) }];
  });
  const scripts = isPrebuilt ? readScripts() : bundledScripts();
  return new Map([...(await Promise.all(documents)), ...(await scripts)]);
}

async function readScripts(): Promise<readonly [string, PageFile][]> {
  return Promise.all(
    PROGRAMS.map(async (name): Promise<[string, PageFile]> => {
      const content = await readFile(join(PREBUILT_FOLDER, `${name}.js`));
      return [`/${name}.js`, { type: SCRIPT_TYPE, content }];
    }),
  );
}

async function bundledScripts(): Promise<readonly [path: string, PageFile][]> {
  const { outputFiles } = await bundledPrograms();
  return outputFiles.map(({ path, contents }): [string, PageFile] => [
    path.slice(SOURCE_FOLDER.length - 1),
    { type: SCRIPT_TYPE, content: contents },
  ]);
}

/** Bundles the page's programs. Each is one module that imports nothing. */
async function bundledPrograms() {
  // A package's user has no esbuild, and needs none.
  const { build } = await import('esbuild');
  return build({
    absWorkingDir: ROOT,
    entryPoints: PROGRAMS.map((name) => join(SOURCE_FOLDER, 'entry', `${name}.ts`)),
    outdir: SOURCE_FOLDER,
    write: false,
    metafile: true,
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'inline',
    logLevel: 'error',
  });
}

/** The folder `page/` of the package, by the names of its files, and which sources stand in its programs. */
export async function packedPage() {
  const { outputFiles, metafile } = await bundledPrograms();
  const scripts = outputFiles.map(({ path, contents }) => [path.slice(SOURCE_FOLDER.length), contents] as const);
  const documents = Object.values(DOCUMENTS).map(
    async ({ name }) => [name, await readFile(join(SOURCE_FOLDER, name))] as const,
  );
  const files: Readonly<Record<string, Uint8Array>> = Object.fromEntries([
    ...scripts,
    ...(await Promise.all(documents)),
  ]);
  return { files, metafile };
}
