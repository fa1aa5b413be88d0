import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../errors.ts';
import { answers } from './dynamodb-endpoint.ts';
import type { DynamoDbLocal } from './dynamodb-local.ts';

export interface SupervisorOptions {
  readonly endpoint: string;
  /** undefined: another program runs DynamoDB (`DYNAMODB_ENDPOINT`), and the supervisor never starts one. */
  readonly own: OwnDynamoDb | undefined;
  /** Creates the tables that are missing. Rejects while DynamoDB is down. */
  readonly ensureTables: () => Promise<void>;
  readonly say: Say;
}

export interface OwnDynamoDb {
  readonly running: DynamoDbLocal;
  /** Starts it again with the same data. */
  readonly restart: (signal: AbortSignal) => Promise<DynamoDbLocal>;
}

export interface DynamoDbSupervisor {
  /** The id of the process started last. undefined: another program's DynamoDB answers. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** Milliseconds in which another program may start a DynamoDB before ours starts again. */
const RESTART_AFTER = 5000;
const POLL_INTERVAL = 500;

/** Supervises DynamoDB Local: reports its end, then adopts what answers in its place, or restarts it with the same data. */
export function superviseDynamoDb(options: SupervisorOptions): DynamoDbSupervisor {
  const { endpoint, own, ensureTables, say } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: DynamoDbLocal | undefined = own?.running;

  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      await (running === undefined
        ? adoptedIsGone(ensureTables, signal)
        : ownIsGone(running.process, ensureTables, signal));
      say(goneSentence(endpoint, own !== undefined));
      running = undefined;
      running = await successor(options, signal).catch(() => undefined);
      if (await answers(endpoint)) say(`DynamoDB answers again at ${endpoint}.`);
    }
  };

  const watching = watch().catch((error: Error) => {
    if (!signal.aborted) throw error;
  });
  return {
    pid: () => running?.process.pid,
    stop: async () => {
      stopping.abort();
      await watching;
      await running?.stop();
    },
  };
}

function goneSentence(endpoint: string, startsAgain: boolean): string {
  const next = startsAgain
    ? `it is started again with the same data in ${RESTART_AFTER / 1000} s unless another one answers there first`
    : 'start it again';
  return `DynamoDB at ${endpoint} has ended, so requests that need it answer 5xx until it is back: ${next}.`;
}

/** The restarted DynamoDB. undefined: another one answers at the endpoint, and is adopted. */
async function successor(
  { endpoint, own }: SupervisorOptions,
  signal: AbortSignal,
): Promise<DynamoDbLocal | undefined> {
  const deadline = Date.now() + RESTART_AFTER;
  while (own === undefined || Date.now() < deadline) {
    if (await answers(endpoint)) return undefined;
    await delay(POLL_INTERVAL, undefined, { signal });
  }
  return own.restart(signal);
}

/** Waits until our process ends. A new process may need its tables first. */
async function ownIsGone(child: ChildProcess, ensureTables: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (isRunning(child) && !(await succeeds(ensureTables))) await delay(POLL_INTERVAL, undefined, { signal });
  if (isRunning(child)) await once(child, 'exit', { signal });
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Waits until an adopted DynamoDB stops answering. Creates its tables again if a new, empty one takes over. */
async function adoptedIsGone(ensureTables: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; failures < 2; ) {
    await delay(POLL_INTERVAL, undefined, { signal });
    failures = (await succeeds(ensureTables)) ? 0 : failures + 1;
  }
}

async function succeeds(action: () => Promise<void>): Promise<boolean> {
  return action().then(
    () => true,
    () => false,
  );
}
