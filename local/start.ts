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
import type { LocalRun } from './run/local-run.ts';
import { otherRunsSentence, requireOwnPorts } from './run/ports/taken-port.ts';
import { removeRunningFile, writeRunningFile } from './run/running-file.ts';
import { type StartCommand, startGrammar } from './run/start-options.ts';
import { aborted, stopSignal } from './run/stop-signal.ts';

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
  const since = performance.now();
  const say = sayOnStderr();
  const others = await runningStacks(LOCAL_FOLDER);
  requireOwnPorts(others, command.port);
  say('Synthesizing the stack, starting DynamoDB and the authorization server …');
  const { running, stop } = await startRun(command, stopping, say);
  try {
    await writeRunningFile(running);
    say(`Ready after ${((performance.now() - since) / 1000).toFixed(1)} s.`);
    if (others.length > 0) say(otherRunsSentence(others, running.api));
    console.log(command.json ? JSON.stringify(contractLineOf(running)) : nextSteps(running));
    await aborted(stopping);
    await removeRunningFile(running);
  } finally {
    await stop();
  }
}

async function startRun(command: StartCommand, signal: AbortSignal, say: Say): Promise<LocalRun> {
  const { port, api, resultTtlSeconds, reading, stage, page } = command;
  // Loaded only here: rejecting an option needs none of it.
  const { startLocalRun } = await import('./run/local-run.ts');
  return startLocalRun({
    port,
    api,
    resultTtlSeconds,
    reading,
    stage,
    page,
    // An empty variable counts as not set.
    dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT || undefined,
    ownJava: ownJava(command, say),
    say,
    log: logOnStderr(command),
    signal,
  });
}

/** The contract line, without the members that only the file has. */
function contractLineOf({
  pid: _pid,
  processStart: _start,
  authorizer: _authorizer,
  outputs: _outputs,
  signals: _signals,
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
