import { printable } from '../../cli/terminal-text.ts';
import { wrapped } from '../../text/display-width.ts';
import type { ComparedPart } from './comparison/compared-token.ts';

/** The parts that do not match: first the ones that the verdict is about. */
export function mismatchesIn(parts: readonly ComparedPart[]): readonly ComparedPart[] {
  const mismatches = parts.filter(({ matches }) => !matches);
  return [...mismatches.filter(({ isCause }) => isCause), ...mismatches.filter(({ isCause }) => !isCause)];
}

/**
 * Found and expected, one above the other so that a small difference shows, and what to change.
 * @param columns - the terminal's width; undefined: there is no terminal, and no line is wrapped
 */
export function mismatchLines(parts: readonly ComparedPart[], columns: number | undefined): readonly string[] {
  return mismatchesIn(parts).flatMap(({ name, found, expected, change = '' }) => [
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
