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

/** A plain table: columns as wide as their widest cell, with two spaces between, and no lines that would disturb a paste. */
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

/** What gives way where a table is wider than the terminal. */
export interface GivingWay {
  /** The columns that may be shortened, the first to give way first, and the least width of each. */
  readonly shrinking: readonly (readonly [column: string, least: number])[];
  /** The columns that are left out where that is not enough, the first to go first. */
  readonly leaving: readonly string[];
}

/** A table that is no wider than the terminal, as far as columns may give way. A shortened cell ends with "…". */
export function fittedTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { shrinking, leaving }: GivingWay,
  columns: number,
): string {
  const [next, ...others] = leaving;
  const widths = widthsOf(header, rows);
  let excess = widths.reduce((sum, width) => sum + width, 2 * (header.length - 1)) - columns;
  for (const [name, least] of shrinking.filter(([column]) => header.includes(column))) {
    const column = header.indexOf(name);
    const width = widths[column] ?? 0;
    const given = Math.max(0, Math.min(excess, width - Math.max(least, name.length)));
    widths[column] = width - given;
    excess -= given;
  }
  if (excess > 0 && next !== undefined) {
    const stays = (_: unknown, column: number) => column !== header.indexOf(next);
    const left = rows.map((row) => row.filter(stays));
    return fittedTable(header.filter(stays), left, { shrinking, leaving: others }, columns);
  }
  const fitted = rows.map((row) => row.map((cell, column) => shortened(cell, widths[column] ?? cell.length)));
  return textTable(header, fitted);
}

function widthsOf(header: readonly string[], rows: readonly (readonly string[])[]): number[] {
  return header.map((name, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), name.length),
  );
}

function shortened(cell: string, width: number): string {
  return cell.length <= width ? cell : `${cell.slice(0, width - 1)}…`;
}
