import { printable } from '../../lambda/log/printable.ts';
import { displayWidth, padded, shortened, wrapped } from './display-width.ts';

/**
 * A plain table: columns as wide as their widest cell, with two spaces between, and no lines that would disturb a paste.
 * @param columns - the terminal's width, to which the last column is wrapped; undefined: nothing is wrapped
 */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[], columns?: number): string {
  const cells = [header, ...rows].map((row) => row.map(printable));
  const widths = widthsOf(header, cells);
  const indent = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const left = columns === undefined ? undefined : Math.max(LEAST_WRAPPED, columns - indent);
  return cells
    .flatMap((row) => {
      const [first = '', ...more] = wrapped(row.at(-1) ?? '', left);
      const line = [...row.slice(0, -1), first].map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ');
      return [line.trimEnd(), ...more.map((part) => ' '.repeat(indent) + part)];
    })
    .join('\n');
}

/** The least width to which a last column is wrapped. */
const LEAST_WRAPPED = 20;

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
  const fitted = rows.map((row) => row.map((cell, column) => shortened(cell, widths[column] ?? Infinity)));
  return textTable(header, fitted);
}

function widthsOf(header: readonly string[], rows: readonly (readonly string[])[]): number[] {
  // Not by Math.max(...): a call takes some hundred thousand arguments at most.
  return header.map((name, column) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[column] ?? '')), displayWidth(name)),
  );
}
