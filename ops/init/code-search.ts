import type { SourceFile } from './app-sources.ts';
import { callAt, codeOnly, type FoundCall } from './source-code.ts';

/** A source with what of it is code. */
export interface SearchedSource extends SourceFile {
  readonly code: string;
}

export function searched(source: SourceFile): SearchedSource {
  return { ...source, code: codeOnly(source.text) };
}

/** A call in a source. */
export interface SourceCall extends FoundCall {
  readonly source: SearchedSource;
  /** The index at which the match begins. */
  readonly start: number;
  /** The text of the pattern's first group; empty: it has none. */
  readonly name: string;
}

/** Every call in a source that a pattern with the flag `g` finds. The pattern ends with the opening parenthesis. */
export function callsIn(source: SearchedSource, pattern: RegExp): readonly SourceCall[] {
  return [...source.code.matchAll(pattern)].flatMap(({ 0: match, 1: name = '', index: start }) => {
    const call = callAt(source.code, start + match.length - 1);
    return call === undefined ? [] : [{ ...call, source, start, name }];
  });
}

/** The text of an argument as it is written; empty: there is no such argument. */
export function argumentOf({ source, arguments: all }: SourceCall, index: number): string {
  const span = all[index];
  return span === undefined ? '' : source.text.slice(span.start, span.end);
}

/** Whether an argument is this text in quotes. */
export function isLiteral(call: SourceCall, index: number, text: string): boolean {
  return ["'", '"', '`'].some((quote) => argumentOf(call, index) === `${quote}${text}${quote}`);
}

/** The only item of a list; undefined: it has none, or several. */
export function onlyOne<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 1 ? items[0] : undefined;
}
