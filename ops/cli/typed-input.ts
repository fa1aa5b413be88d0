import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { counted } from '../text/counted.ts';
import { OperatorError } from './operator-error.ts';
import { WIPE } from './terminal-text.ts';

/** Standard input that is a terminal (Node.js, `tty.ReadStream`). */
interface TypingInput extends Readable {
  readonly isTTY: true;
  setRawMode(mode: boolean): unknown;
}

/** The characters that a terminal in raw mode sends for keys. */
const END = '\u0004'; // Ctrl-D
const INTERRUPT = '\u0003'; // Ctrl-C
const ERASE = /^[\u007f\b]$/;
const ERASE_LINE = '\u0015'; // Ctrl-U

/** Reads standard input: what is piped in, or what a person pastes or types, unseen, until Ctrl-D. */
export async function typedOrPiped(input: Readable, err: { write(text: string): unknown }): Promise<string> {
  if (!isTyping(input)) return text(input);
  err.write('Paste it here, then press Ctrl-D; it is not shown:\n');
  // Outside raw mode a terminal cuts lines at 4,095 bytes (Linux, N_TTY_BUF_SIZE), and tokens may be longer.
  input.setRawMode(true);
  try {
    return await untilEnd(input, err);
  } finally {
    input.setRawMode(false);
    input.pause();
    err.write('\n');
  }
}

function isTyping(input: Readable): input is TypingInput {
  return 'isTTY' in input && input.isTTY === true;
}

/** Reads until Ctrl-D. Not until Enter: further lines would go to the shell, and a token into its history. */
async function untilEnd(input: TypingInput, err: { write(text: string): unknown }): Promise<string> {
  let typed = '';
  input.setEncoding('utf8');
  for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    for (const key of chunk) {
      if (key === END) return typed;
      if (key === INTERRUPT) interrupt(input);
      typed = withKey(typed, key);
    }
    err.write(`${WIPE}${counted(typed.length, 'character')}`);
  }
  return typed;
}

function withKey(typed: string, key: string): string {
  if (ERASE.test(key)) return typed.slice(0, -1);
  if (key === ERASE_LINE) return typed.slice(0, typed.lastIndexOf('\n') + 1);
  return typed + (key === '\r' ? '\n' : key);
}

/** Turns Ctrl-C, which is a mere character in raw mode, into its signal. */
function interrupt(input: TypingInput): never {
  input.setRawMode(false);
  process.kill(process.pid, 'SIGINT');
  throw new OperatorError('Interrupted while standard input was read.');
}
