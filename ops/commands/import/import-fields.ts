import { printable, withoutTokens } from '../../cli/terminal-text.ts';

/** The columns of a file, or the members of its objects. */
export const IMPORT_COLUMNS = ['level', 'value', 'exact', 'issuer', 'before', 'endsAt', 'reason'] as const;

export type ImportColumn = (typeof IMPORT_COLUMNS)[number];

/** The fields of one line, unchecked; an empty field of a CSV file counts as absent. */
export type ImportFields = Readonly<Partial<Record<ImportColumn, string>>>;

/** Quotes a file's names of columns or members in a message. */
export function quotedNames(names: readonly string[]): string {
  return `"${printable(withoutTokens(names.join('", "').slice(0, MAX_NAMES)))}"`;
}

const MAX_NAMES = 200;

const MONTH = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';

/** The traces that spreadsheets and programs leave when they change an identifier. */
const DOUBTS: readonly (readonly [pattern: RegExp, doubt: string])[] = [
  [
    /^[+-]?\d([.,]\d+)?E[+-]\d+$|^\d[.,]\d+E\d+$|^\d+E\d{1,3}$/i,
    'looks like a number that a spreadsheet has shortened',
  ],
  // Spreadsheets keep 15 digits.
  [/^[1-9]\d{14}0{2,}$/, 'looks like a number that a spreadsheet has rounded to 15 digits'],
  [/^\d+\.0+$|^\d{1,3}(,\d{3})+$/, 'looks like a number that a program has rewritten'],
  [/^\d{1,4}\/\d{1,2}\/\d{1,4}( .*)?$|^\d{1,2}\.\d{1,2}\.\d{4}( .*)?$/, 'looks like a date'],
  [new RegExp(`^\\d{1,2}-${MONTH}(-\\d{2,4})?$|^${MONTH}-\\d{2,4}$`, 'i'), 'looks like a date'],
  [/^['=]/, 'is marked as text or a formula, as in a spreadsheet'],
  [/^#+$|^#(N\/A|REF!|VALUE!|NAME\?|DIV\/0!|NUM!|NULL!)$/, 'looks like an error or an empty cell'],
  [/^(true|false|nan|null|none|undefined)$/i, 'looks like an error or an empty cell'],
  [/\p{Default_Ignorable_Code_Point}|\p{Cf}/u, 'holds an invisible character'],
];

/** Why an identifier is probably not as any token carries it; undefined: it looks right. */
export function doubtAbout(value: string): string | undefined {
  const doubt = DOUBTS.find(([pattern]) => pattern.test(value))?.[1];
  return doubt ?? (isRounded(value) ? 'looks like a number that a program has rounded' : undefined);
}

/** JavaScript and jq keep at most 17 digits and write zeros for the others. Other programs write the double's own digits. */
function isRounded(value: string): boolean {
  if (!/^[1-9]\d{16,}$/.test(value)) return false;
  if (/^\d{17}0{2,}$/.test(value)) return true;
  const double = Number(value);
  // Among longer numbers at most one in 2,048 is a double.
  return (value.endsWith('0') && String(double) === value) || (value.length > 19 && String(BigInt(double)) === value);
}
