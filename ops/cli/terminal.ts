import type { Environment } from './npm-options.ts';
import { typedOrPiped } from './typed-input.ts';

/** The environment of a command. Tests can replace every part. */
export interface Terminal {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly readStandardInput: () => Promise<string>;
  /** The time on this machine's clock, in seconds since the epoch. */
  readonly now: () => number;
  /** Seconds on a monotonic clock; undefined: Node's own is used. */
  readonly elapsed?: () => number;
  /** The folder in which `npm start` describes what it runs. */
  readonly localFolder: string;
  /** The variables that show which options npm kept; undefined: npm did not start this program. */
  readonly environment?: Environment;
}

/** @param localFolder - where `npm start` describes what it runs */
export function processTerminal(localFolder: string): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessNobodyReads);
  return {
    out: process.stdout,
    err: process.stderr,
    readStandardInput: () => typedOrPiped(process.stdin, process.stderr),
    now: () => Date.now() / 1000,
    localFolder,
    environment: process.env,
  };
}

/** Ignores a reader that goes away (`… | head`): neither the work nor the exit code depends on it. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exit(1);
}
