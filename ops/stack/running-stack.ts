import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { isNpmScript } from '../cli/caller.ts';
import type { Screen } from '../cli/progress.ts';
import type { Terminal } from '../cli/terminal.ts';

/** A client of the local authorization server. The secrets are fixed, and good for nothing but this machine. */
export interface LocalClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Scopes separated by spaces; empty: none. */
  readonly scope: string;
}

/** A user of the local authorization server: made up, and without a password. */
export interface LocalUser {
  /** The `sub` of the user's tokens. */
  readonly subject: string;
  /** Scopes separated by spaces; empty: none. */
  readonly scope: string;
}

/** The public client of the local authorization server: the app at which its users sign in, with PKCE. */
export interface LocalApp {
  readonly clientId: string;
  /** One of several; nothing needs to listen there. Any port of this machine will do. */
  readonly redirectUri: string;
}

/** An issuer that the deployment trusts. */
export interface PlayedIssuer {
  readonly alias: string;
  /** The `iss` of its tokens. */
  readonly issuer: string;
}

/** The line that `npm start -- --json` prints when ready. Scripts depend on its names. */
export interface ContractLine {
  /** The API's address, with the stage unless that is `$default`, without a slash at the end. */
  readonly api: string;
  readonly apiKind: ApiKind;
  readonly stage: string;
  /** The addresses of the API's other stages, and of other APIs behind the authorizer, as `api` has its own. */
  readonly otherApis: readonly { readonly apiKind: ApiKind; readonly api: string }[];
  /** The local authorization server; left out where the API trusts its own issuers only, as its alias, endpoint and app are. */
  readonly issuer?: string;
  /** The alias of the local issuer. */
  readonly alias?: string;
  readonly tokenEndpoint?: string;
  readonly clients: readonly LocalClient[];
  readonly app?: LocalApp;
  readonly users: readonly LocalUser[];
  /** None: the deployment has no issuer of its own, and its stack makes a Cognito user pool. */
  readonly playedIssuers: readonly PlayedIssuer[];
  /** The issuers whose tokens are verified with their own keys. */
  readonly realIssuers: readonly PlayedIssuer[];
  /** Where to call the API first, with GET and a token of the first client: `/orders`. */
  readonly samplePath: string;
  /** DynamoDB's address. */
  readonly dynamodb: string;
  readonly table: string;
  readonly region: string;
  readonly resultTtlSeconds: number;
  /** The address of the local transmitter of signals, without a slash at the end. Also its issuer. Left out: none runs. */
  readonly transmitter?: string;
  /** The address of the page to look at, without a slash at the end; undefined: it is not served. */
  readonly page?: string;
}

/** The file that `npm start` writes while it runs: the contract line, and what our own programs need besides. */
export interface RunningStack extends ContractLine {
  readonly pid: number;
  /** The process's start, which tells it apart from a later process with its id; undefined: the system does not say. */
  readonly processStart?: string | undefined;
  /** The authorizer's description of itself, from the template's metadata. */
  readonly authorizer: unknown;
  /** The description of the receiver of signals, from the template's metadata; undefined: there is none. */
  readonly signals?: unknown;
  /** The stack's outputs, by name. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** A run whose API trusts the local authorization server. */
export type IssuingRun = RunningStack & Required<Pick<RunningStack, 'issuer' | 'alias' | 'tokenEndpoint' | 'app'>>;

export function hasLocalIssuer(run: RunningStack): run is IssuingRun {
  // They are left out together.
  return run.tokenEndpoint !== undefined;
}

/** DynamoDB Local requires credentials and accepts any. */
export const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' } as const;

const RUNNING_FILE = /^running-(\d+)\.json$/;

/** The path of the file of the run with this process id. Each run has its own, since several may run at once. */
export function runningFile(folder: string, pid: number): string {
  return join(folder, `running-${pid}.json`);
}

/** The run that started last among those still alive. */
export async function readRunningStack(folder: string): Promise<RunningStack | undefined> {
  return (await runningStacks(folder))[0];
}

/** The runs that are alive, the last one first. A killed process leaves its file behind. */
export async function runningStacks(folder: string): Promise<readonly RunningStack[]> {
  const names = (await ifReadable(readdir(folder))) ?? [];
  const paths = names.filter((name) => RUNNING_FILE.test(name)).map((name) => join(folder, name));
  const runs = await Promise.all(paths.map((path) => ifReadable(readRun(path))));
  return runs
    .filter((run) => run !== undefined)
    .filter(({ running }) => isAlive(running))
    .toSorted((one, other) => other.since - one.since)
    .map(({ running }) => running);
}

/** Says on standard error which of several runs a command addresses. */
export async function sayWhichRun({ localFolder, err }: Pick<Terminal, 'localFolder' | 'err'>): Promise<void> {
  const [addressed, ...others] = await runningStacks(localFolder);
  if (addressed === undefined || others.length === 0) return;
  err.write(
    `${others.length + 1} runs are alive here: this command addresses the one that started last, ${addressed.api} (process ${addressed.pid}).\n`,
  );
}

/** The sentence where no run is described: what to start or to name depends on the program and on the variable. */
export function noRunSentence({ localFolder, environment, caller }: LocalPlace): string {
  if (environment?.BEARER_AUTHORIZER_LOCAL === localFolder) {
    return `The folder ${localFolder} of BEARER_AUTHORIZER_LOCAL describes no run that is alive: name the folder .local of one, or a deployed stack with --stack NAME.`;
  }
  return isNpmScript(caller)
    ? '`npm start` is not running here: start it, or name a deployed stack with --stack NAME.'
    : `No deployment to work on: run the app of this folder with \`${caller('start')}\`, name a stack with --stack NAME, or set BEARER_AUTHORIZER_LOCAL to the folder .local of another run.`;
}

type LocalPlace = Pick<Screen, 'localFolder' | 'environment' | 'caller'>;

/** `since`: milliseconds since the epoch. */
async function readRun(path: string): Promise<{ readonly running: RunningStack; readonly since: number }> {
  const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
  return { running: JSON.parse(text) as RunningStack, since: mtimeMs };
}

/** undefined: it is gone, or not ours. */
async function ifReadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof SyntaxError || isMissingFile(error)) return undefined;
    throw error;
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

export function isAlive({ pid, processStart }: Pick<RunningStack, 'pid' | 'processStart'>): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process lives, and belongs to another user.
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const found = processStart === undefined ? undefined : startOf(pid);
  return found === undefined || found === processStart;
}

/** The start of a process as the system writes it. undefined: the process is gone, or the system does not say. */
export function startOf(pid: number): string | undefined {
  try {
    // proc(5): the 22nd field; the second one, in parentheses, may hold spaces.
    if (process.platform === 'linux')
      return readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19];
    if (process.platform !== 'darwin') return undefined;
    const env = { LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim();
  } catch {
    return undefined;
  }
}
