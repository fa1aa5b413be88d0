import { printable } from '../../lambda/log/printable.ts';
import { wrapped } from './display-width.ts';

/** A part that is not as expected. All texts are for people. */
export interface Mismatch {
  readonly name: string;
  readonly found: string;
  readonly expected: string;
  /** What to change. undefined: nothing is known. */
  readonly change: string | undefined;
}

/**
 * Found and expected, one above the other so that a small difference shows, and what to change.
 * @param columns - the terminal's width; undefined: there is no terminal, and no line is wrapped
 */
export function mismatchLines(mismatches: readonly Mismatch[], columns: number | undefined): readonly string[] {
  return mismatches.flatMap(({ name, found, expected, change = '' }) => [
    printable(name),
    ...member('found', found, columns),
    ...member('expected', expected, columns),
    ...member('change', change, columns),
  ]);
}

const INDENT = 12;

function member(label: string, text: string, columns: number | undefined): readonly string[] {
  const lines = wrapped(printable(text), columns === undefined ? undefined : columns - INDENT);
  return lines.map((line, index) => (index === 0 ? `  ${label}`.padEnd(INDENT) : ' '.repeat(INDENT)) + line);
}
