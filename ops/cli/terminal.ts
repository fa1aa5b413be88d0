import { printableLines } from '../../lambda/log/printable.ts';
import type { Environment } from './npm-options.ts';
import { typedOrPiped } from './typed-input.ts';

/** The environment of a command. Tests can replace every part. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly readStandardInput: () => Promise<string>;
  /** The time on this machine's clock, in seconds since the epoch. */
  readonly now: () => number;
  /** Seconds on a monotonic clock; undefined: Node's own is used. */
  readonly elapsed?: () => number;
  /** The folder in which `npm start` describes what it runs. */
  readonly localFolder: string;
  /** The variables that show which options npm kept; undefined: npm did not start this program. */
  readonly environment?: Environment;
  /** Asks a question, and gives the line that is typed; undefined: nobody is there to answer. */
  readonly ask?: (question: string) => Promise<string>;
  /** Has Ctrl-C print the last words, and end the program; undefined: it ends without. @returns what takes that back */
  readonly onInterrupt?: (lastWords: () => string) => () => void;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** The width of a terminal. */
  readonly columns?: number;
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
    onInterrupt: lastWordsAtInterrupt,
    ...(process.stdin.isTTY && process.stderr.isTTY && { ask: askOnTerminal }),
    environment: process.env,
  };
}

/** The exit code of a program that Ctrl-C ends: 128 + SIGINT, as shells have it. */
const INTERRUPTED = 130;

function lastWordsAtInterrupt(lastWords: () => string): () => void {
  const end = () => {
    process.stderr.write(`\n${printableLines(lastWords())}\n`);
    process.exit(INTERRUPTED);
  };
  process.once('SIGINT', end);
  return () => process.off('SIGINT', end);
}

/** Ctrl-D and Ctrl-C are answered as an empty line is. */
async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    const withoutAnswer = () => {
      process.stderr.write('\n');
      resolve('');
    };
    lines.on('SIGINT', () => lines.close());
    lines.on('close', withoutAnswer);
    lines.question(question, (answer) => {
      lines.off('close', withoutAnswer);
      resolve(answer);
      lines.close();
    });
  });
}

/** Ignores a reader that goes away (`… | head`): neither the work nor the exit code depends on it. */
function unlessNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') process.exit(1);
}
