import { readdir, readFile, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../cli/operator-error.ts';
import type { RevocationStack } from './revocation-stack.ts';
import { authorizerDescription } from './revocation-stack.ts';
import { tableClient } from './table-client.ts';

/** What `npm start` writes while it runs: its JSON line, and what the operator's tool needs besides. */
export interface RunningStack {
  readonly pid: number;
  readonly api: string;
  readonly tokenEndpoint: string;
  readonly clients: readonly { readonly clientId: string; readonly clientSecret: string; readonly scope: string }[];
  readonly dynamodb: string;
  readonly table: string;
  readonly region: string;
  /** The authorizer's description, as its stack hands it out. */
  readonly authorizer: unknown;
}

/** Each run writes a file of its own. */
const RUNNING_FILE = /^running-\d+\.json$/;

/** DynamoDB Local asks for credentials and accepts any. */
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** The stack that `npm start` runs on this machine, or undefined when it does not. */
export async function findLocalStack(folder: string): Promise<RevocationStack | undefined> {
  const running = await readRunningStack(folder);
  if (running === undefined) return undefined;
  const { api, table, region, dynamodb } = running;
  const authorizer = authorizerDescription(running.authorizer);
  if (authorizer === undefined) {
    throw new OperatorError(
      `The file ${join(folder, `running-${running.pid}.json`)} does not describe the authorizer: start \`npm start\` anew.`,
    );
  }
  const client = tableClient({ endpoint: dynamodb, region, credentials: LOCAL_CREDENTIALS }, table);
  return {
    regions: [{ region, table, client, authorizer, api, flags: '--local' }],
    operator: async () => userInfo().username,
  };
}

/** The run that started last, of those that live: a file outlives a process that was killed. */
export async function readRunningStack(folder: string): Promise<RunningStack | undefined> {
  const names = (await ifReadable(readdir(folder))) ?? [];
  const paths = names.filter((name) => RUNNING_FILE.test(name)).map((name) => join(folder, name));
  const runs = await Promise.all(paths.map((path) => ifReadable(readRun(path))));
  return runs
    .filter((run) => run !== undefined)
    .filter(({ running }) => isAlive(running.pid))
    .toSorted((one, other) => other.since - one.since)[0]?.running;
}

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

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
