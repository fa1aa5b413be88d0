import type { LineEdit } from './patch.ts';

/** A text to insert at an index of another. */
export interface Insertion {
  readonly index: number;
  readonly text: string;
}

/** The edits of lines that insert texts, of which no two touch one line. */
export function insertionEdits(text: string, insertions: readonly Insertion[]): readonly LineEdit[] {
  return insertions.toSorted((one, other) => one.index - other.index).map((insertion) => editOf(text, insertion));
}

function editOf(text: string, { index, text: inserted }: Insertion): LineEdit {
  const start = lineStart(text, index);
  const line = text.slice(0, start).split('\n').length - 1;
  if (start === index && inserted.endsWith('\n')) return { line, removed: 0, added: inserted.split('\n').slice(0, -1) };
  const changed = text.slice(start, index) + inserted + text.slice(index, lineEnd(text, index));
  return { line, removed: 1, added: changed.split('\n') };
}

/** The index at which the line of an index begins. */
export function lineStart(text: string, index: number): number {
  return text.lastIndexOf('\n', index - 1) + 1;
}

/** The index of the line feed at the end of the line of an index, or of the end of the text. */
export function lineEnd(text: string, index: number): number {
  const end = text.indexOf('\n', index);
  return end === -1 ? text.length : end;
}

/** The white space at the beginning of the line of an index. */
export function indentAt(text: string, index: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, index)))?.[0] ?? '';
}
