import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LineEdit, patchOf, patchOfNewFile } from '../../../ops/init/patch.ts';

const line = fc.constantFrom('', 'a', '  b', '-c', '+d', '@@ -1 +1 @@', '--- e', '\tf', '\\ g');
const lines = (minLength: number) => fc.array(line, { minLength, maxLength: 30 });

/** A text of lines, and edits of some. The last line stays, with or without a line feed at its end. */
const change = fc
  .tuple(lines(2), fc.boolean(), fc.array(fc.tuple(fc.nat(), fc.nat(2), lines(0)), { minLength: 1, maxLength: 4 }))
  .map(([all, isEnded, wanted]) => ({
    text: all.join('\n') + (isEnded ? '\n' : 'end'),
    edits: editsWithin(all.length - 1, wanted),
  }))
  .filter(({ edits }) => edits.length > 0);

type Wanted = readonly [at: number, removed: number, added: readonly string[]];

/** Edits in order, of which none reaches another. */
function editsWithin(count: number, wanted: readonly Wanted[]): readonly LineEdit[] {
  const edits: LineEdit[] = [];
  for (const [at, removed, added] of wanted.toSorted(([one], [other]) => (one % count) - (other % count))) {
    const edit = { line: at % count, removed, added };
    const last = edits.at(-1);
    const isFree = last === undefined || last.line + last.removed < edit.line;
    if (isFree && edit.line + removed <= count && removed + added.length > 0) edits.push(edit);
  }
  return edits;
}

function edited(text: string, edits: readonly LineEdit[]): string {
  const all = text.split('\n');
  for (const { line: at, removed, added } of edits.toReversed()) all.splice(at, removed, ...added);
  return all.join('\n');
}

/** Applies a patch of one file as its format says (GNU diffutils, "Detailed Description of Unified Format"), exactly. */
function applied(patch: string, text: string): string {
  const [, , ...body] = patch.split('\n');
  const [all, out] = [text.split('\n'), [] as string[]];
  let at = 0;
  for (const each of body) {
    const [, start, oldCount, newStart] = /^@@ -(\d+),(\d+) \+(\d+),\d+ @@$/.exec(each) ?? [];
    if (start !== undefined && oldCount !== undefined) {
      out.push(...all.slice(at, Number(start) - 1));
      at = Number(start) - 1;
      expect(Number(newStart)).toBe(out.length + 1);
    } else if (each.startsWith('\\ No newline')) expect(at).toBe(all.length);
    else {
      if (each[0] !== '+') expect(all[at++]).toBe(each.slice(1));
      if (each[0] !== '-') out.push(each.slice(1));
    }
  }
  return [...out, ...all.slice(at)].join('\n');
}

it('a patch makes exactly its edits', () => {
  fc.assert(
    fc.property(change, ({ text, edits }) => {
      expect(applied(patchOf('lib/stack.ts', text, edits), text)).toBe(edited(text, edits));
    }),
  );
});

describe('git apply takes a patch with words around it', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'patch-'));
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Applies a patch in a folder below that of the repository, as in a monorepo. */
  function appliedByGit(patch: string, path: string, text: string | undefined): string {
    const cwd = mkdtempSync(join(folder, 'app-'));
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    if (text !== undefined) writeFileSync(join(cwd, path), text);
    execFileSync('git', ['apply'], { cwd, input: `Wrote x:\n\n+lines\n+more\n\n${patch}\n\nNext:\n1. do\n` });
    return readFileSync(join(cwd, path), 'utf8');
  }

  it('of a file', () => {
    fc.assert(
      fc.property(change, ({ text, edits }) => {
        fc.pre(edited(text, edits) !== text);
        const path = 'lib/my stack.ts';
        expect(appliedByGit(patchOf(path, text, edits), path, text)).toBe(edited(text, edits));
      }),
      { numRuns: 20 },
    );
  });

  it('of a new file', () => {
    const text = 'a\n\nb\n';
    expect(appliedByGit(patchOfNewFile('lib/new.ts', text), 'lib/new.ts', undefined)).toBe(text);
  });
});
