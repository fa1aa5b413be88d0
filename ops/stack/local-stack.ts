import { userInfo } from 'node:os';
import type { Caller } from '../cli/caller.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { authorizerDescription, type RevocationStack } from './revocation-stack.ts';
import { LOCAL_CREDENTIALS, type RunningStack, readRunningStack, runningFile } from './running-stack.ts';
import { tableClient } from './table-client.ts';

/** The stack that `npm start` runs on this machine; undefined: it does not run. */
export async function findLocalStack(folder: string, caller: Caller): Promise<RevocationStack | undefined> {
  const running = await readRunningStack(folder);
  if (running === undefined) return undefined;
  const stack = localStackOf(running, caller);
  if (stack !== undefined) return stack;
  throw new OperatorError(
    `The file ${runningFile(folder, running.pid)} does not describe the authorizer: stop the run and start it again.`,
  );
}

/** The stack of a run; undefined: the run does not describe its authorizer. */
export function localStackOf(running: RunningStack, caller: Caller): RevocationStack | undefined {
  const { api, table, region, dynamodb } = running;
  const authorizer = authorizerDescription(running.authorizer);
  if (authorizer === undefined) return undefined;
  const client = tableClient({ endpoint: dynamodb, region, credentials: LOCAL_CREDENTIALS }, table);
  return {
    regions: [{ region, table, client, authorizer, api, flags: '--local', caller }],
    operator: async () => userInfo().username,
  };
}
