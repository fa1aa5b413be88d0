import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { CdkApp } from './cdk-app.ts';

/** A file of the app that a person wrote. */
export interface SourceFile {
  /** From the folder of the app, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Folders that hold what others wrote, what a program made, or tests. */
const OTHER_FOLDERS = /^(\..*|node_modules|cdk\.out|dist|build|coverage|tests?|__tests__)$/;
const OTHER_FILES = /\.d\.[cm]?ts$|\.(test|spec)\.[cm]?[jt]s$/;

/** The sources of the app in a folder, in its language. */
export async function readAppSources(root: string, language: CdkApp['language']): Promise<readonly SourceFile[]> {
  const extension = language === 'TypeScript' ? /\.[cm]?ts$/ : /\.[cm]?js$/;
  const paths = (await filesIn(root, '.')).filter((path) => extension.test(path) && !OTHER_FILES.test(path));
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(posix.join(root, path), 'utf8') })));
}

async function filesIn(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(posix.join(root, folder), { withFileTypes: true });
  const found = entries.map(async (entry): Promise<readonly string[]> => {
    const path = posix.join(folder, entry.name);
    if (entry.isFile()) return [path];
    return entry.isDirectory() && !OTHER_FOLDERS.test(entry.name) ? filesIn(root, path) : [];
  });
  return (await Promise.all(found)).flat();
}
