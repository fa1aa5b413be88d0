import { formatInstant } from '../../../../lambda/token/numeric-date.ts';
import { printable, withholdToken } from '../../../cli/terminal-text.ts';
import { shortened } from '../../../text/display-width.ts';

/** Maximum number of a value's columns to show. */
const MAX_SHOWN = 120;

/** Maximum number of characters to escape, more than are shown because withheld tokens become shorter. */
const MAX_READ = 10_000;

/** A claim or header parameter with its type, for people: `"api"`, `an array ["a","b"]`, `absent`. */
export function foundText(value: unknown): string {
  if (value === undefined) return 'absent';
  const json = JSON.stringify(value);
  const shown = withholdToken(printable(json.slice(0, MAX_READ)));
  return `${typeName(value)}${shortened(json.length > MAX_READ ? `${shown}…` : shown, MAX_SHOWN + 1)}`;
}

/** The name of a value's type; empty for text, which has quotes. */
function typeName(value: unknown): string {
  if (typeof value === 'string' || value === null) return '';
  if (Array.isArray(value)) return 'an array ';
  return typeof value === 'object' ? 'an object ' : `the ${typeof value} `;
}

/** The expected values, for people. @param values - null: absent */
export function oneOf(values: readonly (string | null)[]): string {
  const texts = values.map((value) => foundText(value ?? undefined));
  return texts.length === 1 ? texts.join() : `one of ${texts.join(', ')}`;
}

/** An instant from a token, which may be any number: a number outside the range of dates is shown unchanged. */
export function instantText(seconds: number): string {
  return Math.abs(seconds) < 8e12 ? formatInstant(seconds) : String(seconds);
}
