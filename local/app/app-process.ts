import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { LocalRunError, type Say } from '../errors.ts';

export interface AppProcessOptions {
  /** The working directory. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Shows what the app has written, where it fails. */
  readonly say: Say;
}

/** The exit code of a shell that does not find a command, or may not execute it. */
const NOT_STARTED = [126, 127];

/** Milliseconds after which an app that ignores SIGTERM is killed. */
const PATIENCE = 3000;

/** In characters: more of an app's output is not kept. */
const MAX_OUTPUT = 100_000;

/**
 * Runs a command of the team's by the shell, as the CDK Toolkit does, until it ends.
 * @throws LocalRunError when it cannot be started, or fails
 */
export async function runAppCommand(command: string, options: AppProcessOptions, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { folder, environment, say } = options;
  // In a process group of its own: the shell's children end with it, and Ctrl-C in a terminal reaches none of them before us.
  const detached = process.platform !== 'win32';
  const env = { ...environment };
  const child = spawn(command, { shell: true, cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached });
  const output = outputOf(child);
  const stopped = (): void => end(child);
  signal.addEventListener('abort', stopped, { once: true });
  const [code, by] = await once(child, 'close').catch((error: Error) => [error.message, null]);
  signal.removeEventListener('abort', stopped);
  signal.throwIfAborted();
  if (code === 0) return;
  if (output() !== '') say(output());
  throw new LocalRunError(failureOf(command, code ?? by, output() !== ''));
}

/** @param end - the exit code, the signal that ended it, or the system's message */
function failureOf(command: string, end: number | string, hasSaid: boolean): string {
  const see = hasSaid ? ': see above' : '';
  if (typeof end === 'number' && !NOT_STARTED.includes(end)) {
    return `The app failed (\`${command}\`, exit code ${end})${see}.`;
  }
  const cause = typeof end === 'number' ? `exit code ${end}` : end;
  return `The app's command cannot be run (\`${command}\`, ${cause})${see}: name another with --app COMMAND.`;
}

/** The end of what the command has written so far, without white space around it. */
function outputOf({ stdout, stderr }: ChildProcess): () => string {
  let text = '';
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text = (text + part).slice(-MAX_OUTPUT);
    });
  }
  return () => text.trim();
}

function end(child: ChildProcess): void {
  send(child, 'SIGTERM');
  const killer = setTimeout(() => send(child, 'SIGKILL'), PATIENCE);
  child.once('close', () => clearTimeout(killer));
}

function send({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It has ended.
  }
}
