/** Lines of a text that give way to others. */
export interface LineEdit {
  /** The index of the first line that goes, or before which lines are added. */
  readonly line: number;
  /** Number of lines that go. */
  readonly removed: number;
  readonly added: readonly string[];
}

/** Number of unchanged lines around a change. */
const CONTEXT = 3;

/** Patch of a new file, as `git apply` takes it. The text ends with a line feed. */
export function patchOfNewFile(file: string, text: string): string {
  const lines = text.split('\n').slice(0, -1);
  return ['--- /dev/null', `+++ ${pathOf('b', file)}`, `@@ -0,0 +1,${lines.length} @@`, ...addedLines(lines)].join(
    '\n',
  );
}

export function addedLines(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `+${line}`);
}

/**
 * Patch of a file.
 * @param edits - ordered, without overlaps; none reaches a last line without a line feed
 */
export function patchOf(file: string, text: string, edits: readonly LineEdit[]): string {
  const lines = text.split('\n');
  let shift = 0;
  const hunks = groupsOf(edits).map((group) => {
    const hunk = hunkOf(group, lines, shift);
    shift += group.reduce((sum, { added, removed }) => sum + added.length - removed, 0);
    return hunk;
  });
  return [`--- ${pathOf('a', file)}`, `+++ ${pathOf('b', file)}`, ...hunks.flat()].join('\n');
}

/** A tab ends a path with spaces. */
function pathOf(side: 'a' | 'b', file: string): string {
  return `${side}/${file}${file.includes(' ') ? '\t' : ''}`;
}

/** Edits whose context would overlap stand in one hunk. */
function groupsOf(edits: readonly LineEdit[]): readonly (readonly LineEdit[])[] {
  const groups: LineEdit[][] = [];
  for (const edit of edits) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    if (group !== undefined && last !== undefined && edit.line - endOf(last) <= 2 * CONTEXT) group.push(edit);
    else groups.push([edit]);
  }
  return groups;
}

function endOf({ line, removed }: LineEdit): number {
  return line + removed;
}

/** @param shift - number of lines that the hunks before it add */
function hunkOf(group: readonly LineEdit[], lines: readonly string[], shift: number): readonly string[] {
  // The empty text behind the last line feed is not a line.
  const count = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  const start = Math.max(0, (group[0]?.line ?? 0) - CONTEXT);
  const end = Math.min(count, Math.max(...group.map(endOf)) + CONTEXT);
  const body: string[] = [];
  let at = start;
  const keepUntil = (line: number) => {
    body.push(...lines.slice(at, line).map((kept) => ` ${kept}`));
    at = line;
  };
  for (const { line, removed, added } of group) {
    keepUntil(line);
    at = line + removed;
    body.push(...lines.slice(line, at).map((gone) => `-${gone}`), ...addedLines(added));
  }
  keepUntil(end);
  if (end === lines.length) body.push('\\ No newline at end of file');
  const added = group.reduce((sum, edit) => sum + edit.added.length - edit.removed, 0);
  return [`@@ -${start + 1},${end - start} +${start + shift + 1},${end - start + added} @@`, ...body];
}
