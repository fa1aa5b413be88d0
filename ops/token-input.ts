import type { Selector } from './command.ts';
import { OperatorError } from './operator-error.ts';
import type { OperatorContext } from './report.ts';

/** Replaces a JWT of `-` by what standard input holds. @throws OperatorError when that is empty */
export async function withToken<S extends Selector>(selector: S, context: OperatorContext): Promise<S> {
  if (selector.by !== 'jwt' || selector.jwt !== '-') return selector;
  return { ...selector, jwt: await tokenFromStandardInput(context) };
}

/** The token on standard input. @throws OperatorError when there is nothing */
export async function tokenFromStandardInput({ readStandardInput }: OperatorContext): Promise<string> {
  const token = tokenIn(await readStandardInput());
  if (token === '') throw new OperatorError('Standard input holds no token: paste one, or pipe one in.');
  return token;
}

/** What people and programs put around a token: `curl -H 'Authorization: Bearer …'`. */
const LEAD = /^(-H\s*)?["']?(authorization\s*:\s*)?(bearer\s+)?["']?/i;
const TRAIL = /["',;\s\\]*$/;

/** Three parts, of which the last may be empty: in a token without a signature, or one that was cut there. */
const COMPACT = /^[^\s.]+\.[^\s.]+\.[^\s.]*$/;

/**
 * The last token of a text, without what stands around it; the whole text where there is none. `npm run` puts lines of its
 * own before a token, a mail program wraps it over lines, and people paste the whole header.
 */
export function tokenIn(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const pieces = lines.map((line) => line.replace(LEAD, '').replace(TRAIL, ''));
  for (let end = pieces.length; end > 0; end -= 1) {
    const token = tokenEndingAt(pieces, end);
    if (token !== undefined) return token;
  }
  return lines.join('\n').trim().replace(LEAD, '');
}

/** Joins as many lines as make the longest token that ends with line `end`. */
function tokenEndingAt(pieces: readonly string[], end: number): string | undefined {
  let joined = '';
  let token: string | undefined;
  for (let start = end - 1; start >= 0; start -= 1) {
    const piece = pieces[start] ?? '';
    if (!/^[^\s]+$/.test(piece)) break;
    joined = piece + joined;
    // A header begins with `{"`, which is `eyJ` in base64url: a word on the line above is not a part of it.
    if (COMPACT.test(joined) && (token === undefined || joined.startsWith('eyJ'))) token = joined;
  }
  return token;
}
