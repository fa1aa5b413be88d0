import { formatInstant } from '../../cli/instant.ts';
import { printable, withholdToken } from '../../cli/terminal-text.ts';

/** Characters of a value that are shown: more help nobody. */
const MAX_SHOWN = 120;

/** Characters that are looked at: a token among them takes fewer when it is withheld. */
const MAX_READ = 10_000;

/** A claim or header parameter with its type, as people read it: `"api"`, `an array ["a","b"]`, `absent`. */
export function foundText(value: unknown): string {
  if (value === undefined) return 'absent';
  const json = JSON.stringify(value);
  const shown = withholdToken(printable(json.slice(0, MAX_READ)));
  const text = shown.length > MAX_SHOWN || json.length > MAX_READ ? `${shown.slice(0, MAX_SHOWN)}…` : shown;
  return `${typeName(value)}${text}`;
}

/** Text needs no name of its type: its quotes say it. */
function typeName(value: unknown): string {
  if (typeof value === 'string' || value === null) return '';
  if (Array.isArray(value)) return 'an array ';
  return typeof value === 'object' ? 'an object ' : `the ${typeof value} `;
}

/** @param values - null: absent */
export function oneOf(values: readonly (string | null)[]): string {
  const texts = values.map((value) => foundText(value ?? undefined));
  return texts.length === 1 ? texts.join() : `one of ${texts.join(', ')}`;
}

/** An instant that a token may have made up: numbers of no date at all are shown as they are. */
export function instantText(seconds: number): string {
  return Math.abs(seconds) < 8e12 ? formatInstant(seconds) : String(seconds);
}
