import type { Caller } from './caller.ts';
import { UsageError } from './operator-error.ts';

/** A large piece of a token: most headers begin with `{"`, which is `eyJ` in base64url (RFC 7515 section 7.1). */
const PIECE = /\beyJ(?:[\w-]{30}|[\w-]{0,29}\.)/;

/** Whether a word holds a token or a large piece of one, also with the escapes of URLs (`%2E` for a dot). */
export function holdsToken(word: string): boolean {
  const plain = word.replace(/%[2-7][0-9a-f]/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  return PIECE.test(plain) || plain.split(/[^\w.-]+/).some(hasHeader);
}

/** Whether a part is a JSON object, with another part after it. JSON may have spaces before its brace, hence not by `eyJ`. */
function hasHeader(word: string): boolean {
  const parts = word.split('.');
  return parts.some((part, index) => isHeader(part) && (parts[index + 1] ?? '').length >= 4);
}

function isHeader(part: string): boolean {
  return part.length >= 8 && isJsonObject(Buffer.from(part, 'base64url').toString());
}

function isJsonObject(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** The first words of the commands that take a token. */
const TAKES_TOKEN: readonly (readonly string[])[] = [
  ['revoke', 'token'],
  ['restore', 'token'],
  ['show', 'token'],
  ['check'],
  ['signals', 'test'],
];

/**
 * Rejects arguments that hold a token: arguments are visible in the process list, the shell's history and npm's debug log.
 * @throws UsageError that shows how to pipe the token in, and repeats nothing of it
 */
export function rejectTokenArguments(argv: readonly string[], caller: Caller): void {
  if (!argv.some(holdsToken)) return;
  const words = TAKES_TOKEN.find((all) => all.every((word, index) => argv[index] === word)) ?? ['revoke', 'token'];
  throw new UsageError(
    `An argument looks like a token, which is now in the process list, the shell's history and npm's log, so treat it as leaked; nothing was done: pipe it in instead: ${pipedForm(words.join(' '), caller)}`,
  );
}

/** A command that takes a token from the shell variable `TOKEN` without showing it: `printf` is built into the shell. */
function pipedForm(words: string, caller: Caller): string {
  return `printf %s "$TOKEN" | ${caller(`${words} -`, 'piped')}`;
}
