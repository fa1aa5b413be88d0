import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { OperatorError } from './operator-error.ts';
import { WIPE } from './terminal-text.ts';

/** Standard input at a terminal (Node.js, `tty.ReadStream`). */
interface TypingInput extends Readable {
  readonly isTTY: true;
  setRawMode(mode: boolean): unknown;
}

/** Keys as a terminal in raw mode sends them. */
const END = '\u0004'; // Ctrl-D
const INTERRUPT = '\u0003'; // Ctrl-C
const ERASE = /^[\u007f\b]$/;
const ERASE_LINE = '\u0015'; // Ctrl-U

/** What is piped into standard input, or what a person pastes or types there, unseen, until Ctrl-D. */
export async function typedOrPiped(input: Readable, err: { write(text: string): unknown }): Promise<string> {
  if (!isTyping(input)) return text(input);
  err.write('Paste it here, then press Ctrl-D; it is not shown:\n');
  // A terminal that edits lines itself cuts them at 4,095 bytes (Linux, N_TTY_BUF_SIZE), and tokens are longer.
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

/** Not until Enter: the lines below the first would go to the shell, and a token into its history. */
async function untilEnd(input: TypingInput, err: { write(text: string): unknown }): Promise<string> {
  let typed = '';
  input.setEncoding('utf8');
  for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<string>) {
    for (const key of chunk) {
      if (key === END) return typed;
      if (key === INTERRUPT) interrupt(input);
      typed = withKey(typed, key);
    }
    err.write(`${WIPE}${typed.length.toLocaleString('en')} characters`);
  }
  return typed;
}

function withKey(typed: string, key: string): string {
  if (ERASE.test(key)) return typed.slice(0, -1);
  if (key === ERASE_LINE) return typed.slice(0, typed.lastIndexOf('\n') + 1);
  return typed + (key === '\r' ? '\n' : key);
}

/** In raw mode Ctrl-C is a character: this makes it the signal that it is elsewhere. */
function interrupt(input: TypingInput): never {
  input.setRawMode(false);
  process.kill(process.pid, 'SIGINT');
  throw new OperatorError('Interrupted while standard input was read.');
}
