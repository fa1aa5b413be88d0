const MONTH = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';

/** What spreadsheets and programs make of identifiers on their way into a file. */
const DOUBTS: readonly (readonly [pattern: RegExp, doubt: string])[] = [
  [/^[+-]?\d([.,]\d+)?E[+-]\d+$|^\d[.,]\d+E\d+$/i, 'looks like a number that a spreadsheet has shortened'],
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

/** Why an identifier is probably not as any token carries it; undefined: nothing is odd about it. */
export function doubtAbout(value: string): string | undefined {
  return DOUBTS.find(([pattern]) => pattern.test(value))?.[1];
}
