import { printable } from '../../lambda/log/printable.ts';

export { printable };

/** Moves the cursor to the beginning of the line and wipes the line (ECMA-48, EL). */
export const WIPE = '\r\u001b[K';

/** Whether a text can be shown and copied unchanged: it is printable and holds no token. */
export function isShowable(text: string): boolean {
  return withholdToken(text) === text && printable(text) === text;
}

/**
 * Withholds every word of a message that is long enough to be a usable piece of a token.
 * @param known - long words that stay, such as names of options
 */
export function withoutTokens(text: string, known: ReadonlySet<string> = new Set()): string {
  return withRunsReplaced(text, WORD, (word) => (known.has(word) ? word : '[withheld]'));
}

const WORD: Run = { begin: /[A-Za-z0-9_\-+/=.~]{20}/g, end: /[^A-Za-z0-9_\-+/=.~]/g };

/** Quotes a text as one word of a POSIX shell command line, where it needs quotes. */
export function shellWord(text: string): string {
  return text !== '' && !/[^A-Za-z0-9_\-./:=@%+,]/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Withholds tokens. A target that was typed by hand may hold a pasted one, which matches no entry and may still work. */
export function withholdToken(text: string): string {
  return withRunsReplaced(text, TOKEN, () => '[a token, withheld]');
}

const TOKEN: Run = { begin: /eyJ[\w-]{10}/g, end: /[^\w.-]/g };

/** A run of characters: its beginning, and the first character after it. */
interface Run {
  readonly begin: RegExp;
  readonly end: RegExp;
}

/** Not by one expression for a whole run: V8 remembers each of its characters, and fails at a few million. */
function withRunsReplaced(text: string, { begin, end }: Run, replacement: (run: string) => string): string {
  let replaced = '';
  let from = 0;
  for (let start = indexOf(begin, text, 0); start < text.length; start = indexOf(begin, text, from)) {
    const kept = text.slice(from, start);
    from = indexOf(end, text, start);
    replaced += kept + replacement(text.slice(start, from));
  }
  return replaced + text.slice(from);
}

/** The index of the first match from `from` on; the text's length: there is none. @param pattern - with the flag `g` */
function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
