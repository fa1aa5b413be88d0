import { UsageError } from '../ops/cli/operator-error.ts';
import { quietly } from '../ops/cli/quiet-commander.ts';
import type { RunningStack } from '../ops/stack/running-stack.ts';
import { LocalRunError } from './errors.ts';
import { nextSteps } from './next-steps.ts';
import { removeRunningFile, writeRunningFile } from './run/running-file.ts';
import { type StartCommand, startGrammar } from './run/start-options.ts';

/** Milliseconds between looks at the parent process. */
const PARENT_INTERVAL = 500;

const exitCode = await main(process.argv.slice(2));
process.exitCode ??= exitCode;

async function main(argv: readonly string[]): Promise<number> {
  try {
    const command = quietly(startGrammar, argv, process.env);
    if (command.kind === 'help') process.stdout.write(command.text);
    else await runUntilStopped(command);
    return 0;
  } catch (error) {
    if (!(error instanceof LocalRunError || error instanceof UsageError)) throw error;
    console.error(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Returns when a signal has stopped the run; then nothing of it is left. */
async function runUntilStopped(command: StartCommand): Promise<void> {
  const stopping = stopSignal();
  try {
    await runUntil(stopping, command);
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
  console.error('Stopped.');
}

async function runUntil(stopping: AbortSignal, { json, port, resultTtlSeconds, reading }: StartCommand): Promise<void> {
  const since = performance.now();
  console.error('Synthesizing the stack, starting DynamoDB and the authorization server …');
  // Loaded only here: what rejects an option needs none of it.
  const { startLocalRun } = await import('./run/local-run.ts');
  const { running, stop } = await startLocalRun({
    port,
    resultTtlSeconds,
    reading,
    // An empty variable is as good as none.
    dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT || undefined,
    say: sayOnStderr(),
    log: process.stderr.isTTY && !json ? (line) => console.error(line) : () => {},
    signal: stopping,
  });
  try {
    await writeRunningFile(running);
    console.error(`Ready after ${((performance.now() - since) / 1000).toFixed(1)} s.`);
    console.log(json ? JSON.stringify(contractLineOf(running)) : nextSteps(running));
    await aborted(stopping);
    await removeRunningFile(running);
  } finally {
    await stop();
  }
}

/** The members that only the file has are left out. */
function contractLineOf({ pid: _pid, authorizer: _authorizer, outputs: _outputs, ...contract }: RunningStack) {
  return contract;
}

/** A line that repeats the one before says nothing new: nobody may be reading, and a full pipe would stop us. */
function sayOnStderr(): (line: string) => void {
  let last = '';
  return (line) => {
    if (line !== last) console.error(line);
    last = line;
  };
}

/** Ctrl-C reaches us from the terminal and once more from npm: every further signal is ignored. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
  process.on('uncaughtException', (error) => {
    console.error(`The local run failed and stops: ${error.message}`);
    process.exitCode = 1;
    stopping.abort();
  });
  // Not every shell under npm hands signals on: without its parent this process would stay behind.
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
