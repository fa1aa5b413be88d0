import { printable } from '../../lambda/log/printable.ts';

export { printable };

/** Moves the cursor to the beginning of the line and wipes the line (ECMA-48, EL). */
export const WIPE = '\r\u001b[K';

/** Whether a text can be shown and copied as it stands: it is printable, and holds no token. */
export function isShowable(text: string): boolean {
  return withholdToken(text) === text && printable(text) === text;
}

/**
 * Anything long enough to be a usable piece of a token is left out of messages about a command line.
 * @param known - long words that are ours, such as names of options
 */
export function withoutTokens(text: string, known: ReadonlySet<string> = new Set()): string {
  return withRunsReplaced(text, WORD, (word) => (known.has(word) ? word : '[withheld]'));
}

const WORD: Run = { begin: /[A-Za-z0-9_\-+/=.~]{20}/g, end: /[^A-Za-z0-9_\-+/=.~]/g };

/** One word of a POSIX shell command line. */
export function shellWord(text: string): string {
  return text !== '' && !/[^A-Za-z0-9_\-./:=@%+,]/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A target typed by hand may hold a pasted token, which matches nothing and may still work. */
export function withholdToken(text: string): string {
  return withRunsReplaced(text, TOKEN, () => '[a token, withheld]');
}

const TOKEN: Run = { begin: /eyJ[\w-]{10}/g, end: /[^\w.-]/g };

/** Characters in a row: how they begin, and the first one after them. */
interface Run {
  readonly begin: RegExp;
  readonly end: RegExp;
}

/** Not with one expression for a whole run: V8 remembers every character of it, and fails at some millions. */
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

/** Where a global expression matches first from there on; the text's length: nowhere. */
function indexOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}

/** A plain table: columns as wide as their widest cell, two spaces between, no line drawing to trip over in a paste. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map(printable));
  // Not by Math.max(...): a call takes some hundred thousand arguments at most.
  const widthOf = (column: number) => cells.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), 0);
  const widths = header.map((_, column) => widthOf(column));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
