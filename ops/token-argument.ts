import { UsageError } from './operator-error.ts';

/** A JWT's header begins `{"`, which is `eyJ` in base64url (RFC 7515 section 7.1); the second part is its payload. */
const TOKEN = /\beyJ(?:[\w-]{30}|[\w-]{0,29}\.)/;

/** Whether a word holds a token, or a large piece of one. */
export function holdsToken(word: string): boolean {
  return TOKEN.test(word) || word.split(/[\s"'=]/).some(isSpacedToken);
}

/** JSON may have spaces after its brace, so that the header begins otherwise. */
function isSpacedToken(word: string): boolean {
  const [header = '', payload = '', signature] = word.split('.', 3);
  if (signature === undefined || header.length < 8 || payload.length < 4) return false;
  return !/[^\w-]/.test(header + payload) && isJsonObject(Buffer.from(header, 'base64url').toString());
}

function isJsonObject(text: string): boolean {
  if (!text.startsWith('{')) return false;
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

/** Commands that take a token, by their first words. */
const TAKES_TOKEN: readonly (readonly string[])[] = [
  ['revoke', 'token'],
  ['restore', 'token'],
  ['show', 'token'],
  ['check'],
];

/**
 * An argument is seen in the process list, and kept in the shell's history and npm's debug log: a token there has leaked.
 * @throws UsageError with the piped form, which repeats nothing of the token
 */
export function refuseTokenArguments(argv: readonly string[]): void {
  if (!argv.some(holdsToken)) return;
  const words = TAKES_TOKEN.find((all) => all.every((word, index) => argv[index] === word)) ?? ['revoke', 'token'];
  throw new UsageError(
    `An argument looks like a token, which now stands in the process list, the shell's history and npm's log, so treat it as leaked; nothing was done: pipe it in instead: ${pipedForm(words.join(' '))}`,
  );
}

/** What takes a token from the shell variable `TOKEN` without showing it: `printf` is a part of the shell, no process. */
export function pipedForm(words: string): string {
  return `printf %s "$TOKEN" | npm run --silent revocations -- ${words} -`;
}
