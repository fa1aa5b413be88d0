import { printable } from '../cli/terminal-text.ts';
import { wrapped } from '../text/display-width.ts';

/** A text as a literal of JavaScript in single quotes. What cannot be seen is escaped, so that nothing hides in the file. */
export function literal(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${printable(escaped)}'`;
}

export function literalList(texts: readonly string[]): string {
  return `[${texts.map(literal).join(', ')}]`;
}

/** Maximum width of a line of code, as in the documents. */
export const MAX_WIDTH = 110;

/** Lines of a `//` comment, wrapped at the width. */
export function comment(text: string, indent = ''): readonly string[] {
  return wrapped(printable(text), MAX_WIDTH - indent.length - 3).map((line) => `${indent}// ${line}`);
}

/** Lines of a doc comment. What would end it is taken apart. */
export function docComment(text: string): readonly string[] {
  const lines = wrapped(printable(text).replaceAll('*/', '* /'), MAX_WIDTH - 7);
  if (lines.length === 1) return [`/** ${lines[0]} */`];
  return ['/**', ...lines.map((line) => ` * ${line}`), ' */'];
}
