import { fileURLToPath } from 'node:url';
import type { Environment } from './npm-options.ts';
import { typedOrPiped } from './typed-input.ts';

/** The world around a command: every part can be replaced in a test. */
export interface Terminal {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly readStandardInput: () => Promise<string>;
  /** This machine's clock, in seconds since the epoch. */
  readonly now: () => number;
  /** Seconds on a clock that never jumps; without it, Node's own. */
  readonly elapsed?: () => number;
  /** Where `npm start` says what it runs. */
  readonly localFolder: string;
  /** Where npm says what it kept of the command line; nothing: it was not npm that started us. */
  readonly environment?: Environment;
}

export function processTerminal(): Terminal {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', unlessNobodyReads);
  return {
    out: process.stdout,
    err: process.stderr,
    readStandardInput: () => typedOrPiped(process.stdin, process.stderr),
    now: () => Date.now() / 1000,
    localFolder: fileURLToPath(new URL('../../.local/', import.meta.url)),
    environment: process.env,
  };
}

/** `… | head` closes the pipe: what we do, and our exit code, do not depend on a reader. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exit(1);
}
