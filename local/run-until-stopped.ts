import type { Screen } from '../ops/cli/progress.ts';
import { isColoured, toned } from '../ops/cli/tone.ts';
import { type RunningStack, runningStacks } from '../ops/stack/running-stack.ts';
import { type DynamoDbSource, dynamoDbSource } from './dynamodb/dynamodb-package.ts';
import type { Say } from './errors.ts';
import { type OwnJava, ownJavaIn } from './java/java-runtime.ts';
import { logLines } from './log/log-line.ts';
import type { ReportRunEvent } from './log/run-event.ts';
import { nextSteps } from './next-steps.ts';
import type { LocalRun } from './run/local-run.ts';
import { otherRunsSentence, requireOwnPorts } from './run/ports/taken-port.ts';
import { removeRunningFile, writeRunningFile } from './run/running-file.ts';
import type { StartCommand } from './run/start-options.ts';
import { aborted, stopSignal } from './run/stop-signal.ts';

/**
 * Runs a deployment until a signal stops it, and leaves nothing behind.
 * @throws LocalRunError when it cannot run
 */
export async function runUntilStopped(command: StartCommand, screen: Screen): Promise<void> {
  const stopping = stopSignal();
  try {
    await runUntil(stopping, command, screen);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  screen.err.write('Stopped.\n');
}

async function runUntil(stopping: AbortSignal, command: StartCommand, screen: Screen): Promise<void> {
  const { localFolder, caller } = screen;
  const since = performance.now();
  const say = sayOn(screen);
  const others = await runningStacks(localFolder);
  requireOwnPorts(others, command.port, caller);
  say(`Synthesizing the ${command.own === undefined ? 'stack' : 'app'}, and starting DynamoDB and other services …`);
  const { running, stop } = await startRun(command, stopping, say, screen);
  try {
    await writeRunningFile(running, localFolder);
    say(`Ready after ${((performance.now() - since) / 1000).toFixed(1)} s.`);
    if (others.length > 0) say(otherRunsSentence(others, running.api, caller));
    screen.out.write(`${command.json ? JSON.stringify(contractLineOf(running)) : nextSteps(running, caller)}\n`);
    await aborted(stopping);
    await removeRunningFile(running, localFolder);
  } finally {
    await stop();
  }
}

async function startRun(command: StartCommand, signal: AbortSignal, say: Say, screen: Screen): Promise<LocalRun> {
  const { port, own, api, resultTtlSeconds, reading, stage, page } = command;
  // Loaded only here: what is rejected before needs none of it.
  const { startLocalRun } = await import('./run/local-run.ts');
  return startLocalRun({
    ...{ port, own, api, resultTtlSeconds, reading, stage, page },
    caller: screen.caller,
    // An empty variable counts as not set.
    dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT || undefined,
    ownJava: ownJava(command, say, screen),
    dynamoDbSource: sourceOfDynamoDb(command, say, screen),
    say,
    log: logOn(screen, command),
    replaced: (running) => writeRunningFile(running, screen.localFolder),
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

function ownJava(command: StartCommand, say: Say, { localFolder, showProgress }: Screen): OwnJava {
  const address = mayDownload(command) ? command.javaFrom : undefined;
  const show = (done: number, total: number) => showProgress('Java runtime, bytes', done, total);
  return ownJavaIn(localFolder, address, say, show);
}

function sourceOfDynamoDb(command: StartCommand, say: Say, { localFolder, showProgress }: Screen): DynamoDbSource {
  const show = (seconds: number) => showProgress('DynamoDB Local, seconds', seconds, undefined);
  return dynamoDbSource(process.cwd(), localFolder, mayDownload(command), say, show);
}

/** The variable forbids downloads for tests, too. */
function mayDownload({ javaFrom }: StartCommand): boolean {
  return javaFrom !== undefined && !process.env.BEARER_AUTHORIZER_NO_DOWNLOAD;
}

function logOn({ err, environment }: Screen, { log, json }: StartCommand): ReportRunEvent {
  const form = log ?? (err.isTTY === true && !json ? 'text' : 'none');
  const colours = isColoured(err, environment);
  const lineOf = logLines(form, (text, tone) => (colours ? toned(text, tone) : text));
  return (event) => {
    const line = lineOf(event);
    // Not by the screen, which would escape the colours.
    if (line !== undefined) console.error(line);
  };
}

/** Drops repeated lines: with no reader, a full pipe would block us. */
function sayOn({ err }: Screen): Say {
  let last = '';
  return (line) => {
    if (line !== last) err.write(`${line}\n`);
    last = line;
  };
}
