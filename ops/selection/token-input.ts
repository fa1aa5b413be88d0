import { OperatorError } from '../cli/operator-error.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import type { Selector } from './selector-command-line.ts';

/** Replaces a JWT of `-` by the token on standard input. @throws OperatorError when there is none */
export async function withToken<S extends Selector>(selector: S, context: OperatorContext): Promise<S> {
  if (selector.by !== 'jwt' || selector.jwt !== '-') return selector;
  return { ...selector, jwt: await tokenFromStandardInput(context) };
}

/** Reads the token on standard input. @throws OperatorError when there is none */
export async function tokenFromStandardInput({ readStandardInput }: OperatorContext): Promise<string> {
  const token = tokenIn(await readStandardInput());
  if (token === '') throw new OperatorError('Standard input holds no token: paste one, or pipe one in.');
  return token;
}

/** What people and programs put before and after a token: `curl -H 'Authorization: Bearer …'`. */
const LEAD = /^(-H\s*)?["']?(authorization\s*:\s*)?(bearer\s+)?["']?/i;
const TRAIL = /["',;\s\\]/;

/** Maximum number of characters, from the text's end, and of lines in which a token is looked for: API Gateway takes 10 KB. */
const MAX_TEXT = 50_000;
const MAX_LINES = 200;

/**
 * The last token of a text, without what stands around it; the whole text where there is none. `npm run` prints lines of its
 * own before a token, mail programs wrap it, and people paste the whole header.
 */
export function tokenIn(text: string): string {
  const pieces = text.slice(-MAX_TEXT).split('\n').map(pieceOf);
  for (let end = pieces.length; end > 0; end -= 1) {
    const token = tokenEndingAt(pieces, end);
    if (token !== undefined) return token;
  }
  const lines = text.split('\n').map((line) => line.trim());
  return lines.join('\n').trim().replace(LEAD, '');
}

function pieceOf(line: string): string {
  const piece = line.trim().replace(LEAD, '');
  let end = piece.length;
  while (TRAIL.test(piece.charAt(end - 1))) end -= 1;
  return piece.slice(0, end);
}

/** Joins lines to the longest token that ends with line `end`: three parts, of which the last may be empty. */
function tokenEndingAt(pieces: readonly string[], end: number): string | undefined {
  const earliest = Math.max(0, end - MAX_LINES);
  let [dots, lead, isSound] = [0, '', false];
  let first: number | undefined;
  for (let start = end - 1; start >= earliest; start -= 1) {
    const piece = pieces[start] ?? '';
    const found = piece.split('.', 4).length - 1;
    dots += found;
    if (dots > 2 || piece === '' || /\s/.test(piece)) break;
    // The second part does not change any more once both dots are there.
    if (found > 0) isSound = dots === 2 && !pieces.slice(start, end).join('').includes('..');
    lead = (piece + lead).slice(0, 3);
    // A header begins with `{"`, which is `eyJ` in base64url: a word on the line above does not belong to it.
    if (isSound && !lead.startsWith('.') && (first === undefined || lead === 'eyJ')) first = start;
  }
  return first === undefined ? undefined : pieces.slice(first, end).join('');
}
