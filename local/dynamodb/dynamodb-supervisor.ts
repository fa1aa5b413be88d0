import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Say } from '../errors.ts';
import { answers } from './dynamodb-endpoint.ts';
import { type DynamoDbLocal, startDynamoDbLocal } from './dynamodb-local.ts';

export interface SupervisorOptions {
  readonly endpoint: string;
  /** undefined: a DynamoDB that somebody else runs (`DYNAMODB_ENDPOINT`); it is never started from here. */
  readonly own: { readonly port: number; readonly dataFolder: string; readonly running: DynamoDbLocal } | undefined;
  /** Creates the table where it is missing; rejects while DynamoDB is away. */
  readonly ensureTable: () => Promise<void>;
  readonly say: Say;
}

export interface DynamoDbSupervisor {
  /** The process started last; undefined when somebody else's DynamoDB answers. */
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** Milliseconds for a person, or a script, to start a DynamoDB of their own before ours starts again. */
const RESTART_AFTER = 5000;
const POLL_INTERVAL = 500;

/** Watches over DynamoDB Local: says when it ends, adopts what answers in its place, or starts it again with the same data. */
export function superviseDynamoDb(options: SupervisorOptions): DynamoDbSupervisor {
  const { endpoint, own, ensureTable, say } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: DynamoDbLocal | undefined = own?.running;

  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      await (running === undefined
        ? adoptedIsGone(ensureTable, signal)
        : ownIsGone(running.process, ensureTable, signal));
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

/** undefined: another DynamoDB answers there, and is adopted. */
async function successor(
  { endpoint, own }: SupervisorOptions,
  signal: AbortSignal,
): Promise<DynamoDbLocal | undefined> {
  const deadline = Date.now() + RESTART_AFTER;
  while (own === undefined || Date.now() < deadline) {
    if (await answers(endpoint)) return undefined;
    await delay(POLL_INTERVAL, undefined, { signal });
  }
  return startDynamoDbLocal({ port: own.port, dataFolder: own.dataFolder, signal });
}

/** Until our process ends; a new one may first have to get its table. */
async function ownIsGone(child: ChildProcess, ensureTable: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (isRunning(child) && !(await succeeds(ensureTable))) await delay(POLL_INTERVAL, undefined, { signal });
  if (isRunning(child)) await once(child, 'exit', { signal });
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** Until a DynamoDB that is not our process stops answering. Its table may vanish meanwhile: it may be a new, empty one. */
async function adoptedIsGone(ensureTable: () => Promise<void>, signal: AbortSignal): Promise<void> {
  for (let failures = 0; failures < 2; ) {
    await delay(POLL_INTERVAL, undefined, { signal });
    failures = (await succeeds(ensureTable)) ? 0 : failures + 1;
  }
}

async function succeeds(action: () => Promise<void>): Promise<boolean> {
  return action().then(
    () => true,
    () => false,
  );
}
