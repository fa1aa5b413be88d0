import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The world around a command: every part can be replaced in a test. */
export interface Terminal {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly readStandardInput: () => Promise<string>;
  /** Seconds since the epoch. */
  readonly now: () => number;
  /** Where `npm start` says what it runs. */
  readonly localFolder: string;
}

export function processTerminal(): Terminal {
  // `… | head` closes the pipe: that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    out: process.stdout,
    err: process.stderr,
    readStandardInput: () => {
      if (process.stdin.isTTY) process.stderr.write('Paste it here, then press Enter and Ctrl-D:\n');
      return text(process.stdin);
    },
    now: () => Date.now() / 1000,
    localFolder: fileURLToPath(new URL('../.local/', import.meta.url)),
  };
}
