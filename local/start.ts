import { npmScripts } from '../ops/cli/caller.ts';
import { LOCAL_FOLDER } from '../ops/cli/local-folder.ts';
import { UsageError } from '../ops/cli/operator-error.ts';
import { screenOn } from '../ops/cli/progress.ts';
import { parseCommandLine } from '../ops/cli/quiet-commander.ts';
import { processTerminal } from '../ops/cli/terminal.ts';
import { isColoured, toned } from '../ops/cli/tone.ts';
import { type RunningStack, runningStacks } from '../ops/stack/running-stack.ts';
import { LocalRunError, type Say } from './errors.ts';
import { type OwnJava, ownJavaIn } from './java/java-runtime.ts';
import { logLines } from './log/log-line.ts';
import type { ReportRunEvent } from './log/run-event.ts';
import { nextSteps } from './next-steps.ts';
import { removeRunningFile, writeRunningFile } from './run/running-file.ts';
import { type StartCommand, startGrammar } from './run/start-options.ts';
import { otherRunsSentence, requireOwnPorts } from './run/taken-port.ts';

/** Milliseconds between checks of the parent process. */
const PARENT_INTERVAL = 500;

const screen = screenOn(processTerminal(LOCAL_FOLDER), npmScripts);

const exitCode = await main(process.argv.slice(2));
process.exitCode ??= exitCode;

async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = parseCommandLine(startGrammar, argv, process.env);
    if (command.kind === 'help') process.stdout.write(command.text);
    else await runUntilStopped(command);
    return 0;
  } catch (error) {
    if (!(error instanceof LocalRunError || error instanceof UsageError)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Runs the stack until a signal stops it, and leaves nothing behind. */
async function runUntilStopped(command: StartCommand): Promise<void> {
  const stopping = stopSignal();
  try {
    await runUntil(stopping, command);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  console.error('Stopped.');
}

async function runUntil(stopping: AbortSignal, command: StartCommand): Promise<void> {
  const { json, port, resultTtlSeconds, reading, stage } = command;
  const since = performance.now();
  const say = sayOnStderr();
  const others = await runningStacks(LOCAL_FOLDER);
  requireOwnPorts(others, port);
  console.error('Synthesizing the stack, starting DynamoDB and the authorization server …');
  // Loaded only here: rejecting an option needs none of it.
  const { startLocalRun } = await import('./run/local-run.ts');
  const { running, stop } = await startLocalRun({
    port,
    resultTtlSeconds,
    reading,
    stage,
    // An empty variable counts as not set.
    dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT || undefined,
    ownJava: ownJava(command, say),
    say,
    log: logOnStderr(command),
    signal: stopping,
  });
  try {
    await writeRunningFile(running);
    console.error(`Ready after ${((performance.now() - since) / 1000).toFixed(1)} s.`);
    if (others.length > 0) say(otherRunsSentence(others, running.api));
    console.log(json ? JSON.stringify(contractLineOf(running)) : nextSteps(running));
    await aborted(stopping);
    await removeRunningFile(running);
  } finally {
    await stop();
  }
}

/** The contract line, without the members that only the file has. */
function contractLineOf({
  pid: _pid,
  processStart: _start,
  authorizer: _authorizer,
  outputs: _outputs,
  ...contract
}: RunningStack) {
  return contract;
}

/** The variable that forbids the download for tests, too. */
function ownJava({ javaFrom }: StartCommand, say: Say): OwnJava {
  const address = process.env.BEARER_AUTHORIZER_NO_DOWNLOAD ? undefined : javaFrom;
  const showProgress = (done: number, total: number) => screen.showProgress('Java runtime, bytes', done, total);
  return ownJavaIn(LOCAL_FOLDER, address, say, showProgress);
}

function logOnStderr({ log, json }: StartCommand): ReportRunEvent {
  const form = log ?? (process.stderr.isTTY && !json ? 'text' : 'none');
  const colours = isColoured(process.stderr, process.env);
  const lineOf = logLines(form, (text, tone) => (colours ? toned(text, tone) : text));
  return (event) => {
    const line = lineOf(event);
    if (line !== undefined) console.error(line);
  };
}

/** Drops repeated lines: with no reader, a full pipe would block us. */
function sayOnStderr(): Say {
  let last = '';
  return (line) => {
    if (line !== last) screen.err.write(`${line}\n`);
    last = line;
  };
}

/** Aborts at the first signal and ignores further ones: Ctrl-C arrives from the terminal and once more from npm. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
  process.on('uncaughtException', (error) => {
    console.error(`The local run failed and stops: ${error.message}`);
    process.exitCode = 1;
    stopping.abort();
  });
  // Not every shell under npm forwards signals, so the run also stops when its parent is gone.
  const parent = process.ppid;
  const orphaned = (): void => {
    if (process.ppid !== parent) stopping.abort();
  };
  if (process.env.npm_lifecycle_event !== undefined) setInterval(orphaned, PARENT_INTERVAL).unref();
  return stopping.signal;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
