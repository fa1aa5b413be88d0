import { printable } from '../lambda/printable.ts';

export { printable };

/** Whether a text can be shown and copied as it stands: it is printable, and holds no token. */
export function isShowable(text: string): boolean {
  return withholdToken(text) === text && printable(text) === text;
}

/**
 * Anything long enough to be a usable piece of a token is left out of messages about a command line.
 * @param known - long words that are ours, such as names of options
 */
export function withoutTokens(text: string, known: ReadonlySet<string> = new Set()): string {
  return text.replace(/[A-Za-z0-9_\-+/=.~]{20,}/g, (word) => (known.has(word) ? word : '[withheld]'));
}

/** One word of a POSIX shell command line. */
export function shellWord(text: string): string {
  return /^[A-Za-z0-9_\-./:=@%+,]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A target typed by hand may hold a pasted token, which matches nothing and may still work. */
export function withholdToken(text: string): string {
  return text.replace(/eyJ[\w-]{10,}(\.[\w-]*)*/g, '[a token, withheld]');
}
