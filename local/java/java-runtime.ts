import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { Say } from '../errors.ts';
import { fetchTemurin, type TemurinSite } from './temurin.ts';
import { platformName } from './temurin-platform.ts';

/** A Java runtime of our own, for machines without one. */
export interface OwnJava {
  /** The folder that holds it once it has been fetched. */
  readonly folder: string;
  /** undefined: nothing is fetched, but what was fetched before is used. */
  readonly site: TemurinSite | undefined;
}

/** The oldest Java on which DynamoDB Local runs. */
export const MIN_JAVA = 17;

/** Whether a Java program runs that is new enough. @param folder - its folder; undefined: the path of programs is searched */
export async function javaRuns(signal: AbortSignal | undefined, folder = ''): Promise<boolean> {
  const run = promisify(execFile)(join(folder, 'java'), ['-version'], { signal });
  const { stderr } = await run.catch(() => ({ stderr: '' }));
  const [, major = '0'] = /version "(?:1\.)?(\d+)/.exec(stderr) ?? [];
  return Number(major) >= MIN_JAVA;
}

/**
 * Puts the runtime that was fetched before in front of the path of programs, which DynamoDB Local inherits.
 * @returns whether there is one
 */
export async function useKeptJava({ folder }: OwnJava, signal: AbortSignal | undefined): Promise<boolean> {
  const programs = join(javaHome(keptFolder(folder)), 'bin');
  if (!(await javaRuns(signal, programs))) return false;
  process.env.PATH = [programs, process.env.PATH].join(delimiter);
  return true;
}

/** Fetches a runtime for this time and the next ones. @throws Error whose message is a cause, not a sentence */
export async function fetchJava(own: OwnJava, site: TemurinSite, signal: AbortSignal | undefined): Promise<void> {
  const verify = async (home: string): Promise<void> => {
    if (!(await javaRuns(signal, join(javaHome(home), 'bin')))) throw new Error('what was fetched does not run');
  };
  await fetchTemurin(site, keptFolder(own.folder), verify, signal);
  await useKeptJava(own, signal);
}

/** A folder for each kind of machine: a container may share the clone with its host. */
function keptFolder(folder: string): string {
  return join(folder, `jre-${platformName()}`);
}

/** Archives for macOS hold a bundle. */
function javaHome(unpacked: string): string {
  const bundled = join(unpacked, 'Contents', 'Home');
  return existsSync(bundled) ? bundled : unpacked;
}

/** A runtime in a clone's folder for local files. @param address - undefined: nothing is fetched */
export function ownJavaIn(
  folder: string,
  address: string | undefined,
  say: Say,
  showProgress: TemurinSite['showProgress'],
): OwnJava {
  if (address === undefined) return { folder, site: undefined };
  const announce = () =>
    say(
      `Neither Java ${MIN_JAVA} or newer nor Docker runs here, so a Java runtime (Eclipse Temurin) is fetched once from ${address} into ${folder} (--no-download prevents that).`,
    );
  return { folder, site: { address, announce, showProgress } };
}
