import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { authorizerDescription } from './described-authorizer.ts';
import { OperatorError } from './operator-error.ts';
import type { RevocationStack } from './revocation-stack.ts';

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

export const RUNNING_FILE = 'running.json';

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
      `The file ${join(folder, RUNNING_FILE)} does not describe the authorizer: start \`npm start\` anew.`,
    );
  }
  const client = new DynamoDBClient({ endpoint: dynamodb, region, credentials: LOCAL_CREDENTIALS });
  return {
    regions: [{ region, table, client, authorizer, api, flags: '--local' }],
    operator: async () => userInfo().username,
  };
}

/** The file outlives a process that was killed: only a living one counts. */
export async function readRunningStack(folder: string): Promise<RunningStack | undefined> {
  try {
    const running = JSON.parse(await readFile(join(folder, RUNNING_FILE), 'utf8')) as RunningStack;
    return isAlive(running.pid) ? running : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || isMissingFile(error)) return undefined;
    throw error;
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
