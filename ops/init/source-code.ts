/**
 * Source code in which comments and the contents of texts are blank, so that what is found in it is code. Its length and its lines stay. A regular expression that holds a quote may blank more, up to the end of its line.
 */
export function codeOnly(source: string): string {
  return source.replace(NO_CODE, (match) => {
    if (match.startsWith('/')) return blank(match);
    const quote = match.charAt(0);
    const isClosed = match.length > 1 && match.endsWith(quote);
    return isClosed ? quote + blank(match.slice(1, -1)) + quote : quote + blank(match.slice(1));
  });
}

/** Comments, and texts in quotes of any kind. A text in single or double quotes ends with its line at the latest. */
const NO_CODE =
  /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\\n]|\\[\s\S])*(?:'|(?=\n)|$)|"(?:[^"\\\n]|\\[\s\S])*(?:"|(?=\n)|$)|`(?:[^`\\]|\\[\s\S])*(?:`|$)/g;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** A call: where each of its arguments begins and ends. */
export interface FoundCall {
  readonly arguments: readonly Span[];
  /** The index of the closing parenthesis. */
  readonly end: number;
}

export interface Span {
  readonly start: number;
  readonly end: number;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * The arguments of a call; undefined: its parentheses do not match.
 * @param code - what `codeOnly` returns
 * @param opening - the index of the opening parenthesis
 */
export function callAt(code: string, opening: number): FoundCall | undefined {
  const open: string[] = [];
  const commas: number[] = [];
  for (let index = opening; index < code.length; index++) {
    const character = code[index] ?? '';
    const closing = CLOSING[character];
    if (closing !== undefined) open.push(closing);
    else if (character === ',' && open.length === 1) commas.push(index);
    else if (/[)\]}]/.test(character) && open.pop() !== character) return undefined;
    if (open.length === 0) return { arguments: argumentsBetween(code, [opening, ...commas, index]), end: index };
  }
  return undefined;
}

/** The spans between delimiters, without white space at their ends. A comma after the last argument makes no other. */
function argumentsBetween(code: string, delimiters: readonly number[]): readonly Span[] {
  return delimiters.slice(1).flatMap((end, index) => {
    const text = code.slice((delimiters[index] ?? 0) + 1, end);
    if (text.trim() === '') return [];
    const start = end - text.trimStart().length;
    return [{ start, end: start + text.trim().length }];
  });
}
