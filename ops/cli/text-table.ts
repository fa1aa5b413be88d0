import { printable } from './printable.ts';

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
