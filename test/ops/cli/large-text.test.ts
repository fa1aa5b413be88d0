import { expect, it } from 'vitest';
import { hasDuplicateNames } from '../../../lambda/token/json-names.ts';
import { parseInstant } from '../../../ops/cli/instant.ts';
import { sentenceOf, UsageError } from '../../../ops/cli/operator-error.ts';
import { isShowable, printable, shellWord, withholdToken, withoutTokens } from '../../../ops/cli/terminal-text.ts';
import { holdsToken } from '../../../ops/cli/token-argument.ts';
import { foundText } from '../../../ops/commands/check/comparison/found-text.ts';
import { csvFields, importLines } from '../../../ops/commands/import/import-file.ts';
import { jsonFields } from '../../../ops/commands/import/import-json.ts';
import { meantBy, problemWithValue } from '../../../ops/entry/pasted-value.ts';
import { tokenIn } from '../../../ops/selection/token-input.ts';
import { textTable } from '../../../ops/text/text-table.ts';

/** The functions that take outside text of any length: a file, standard input, a command-line word, an entry, a token. */
const TAKERS: Readonly<Record<string, (text: string) => unknown>> = {
  printable,
  isShowable,
  withholdToken,
  withoutTokens,
  shellWord,
  holdsToken,
  tokenIn,
  problemWithValue,
  foundText,
  importLines: (text) => importLines(`level\n${text}`),
  csvFields,
  quotedField: (text) => csvFields(`a,"${text}"`),
  jsonFields: (text) => jsonFields(JSON.stringify({ level: text, [text]: text })),
  hasDuplicateNames: (text) => hasDuplicateNames(JSON.stringify({ [text]: text })),
  meantBy: (text) => meantBy(text, 'subject', ['main']),
  parseInstant: (text) => parseInstant('before', text),
  sentenceOf: (text) => sentenceOf(new Error(text)),
};

/** The repeated parts of texts: every class of characters that one of these functions looks for. */
const UNITS = ['\n', 'x\n', '..\nx\nx\n', '"', '#', 'main#', 'Bearer ', ' x', 'eyJ.', ' '];

/** Repeated parts whose every character V8 remembers where an expression repeats their class. */
const RUNS = ['x', '-eyJ', 'a.'];

const TEXTS: readonly (readonly [unit: string, length: number])[] = [
  ...RUNS.map((unit) => [unit, 10_000_000] as const),
  // Quadratic time would take hours, and the test's own limit would end it.
  ...UNITS.map((unit) => [unit, 200_000] as const),
];

it.each(Object.entries(TAKERS))('%s takes a text of 10 MB', (_, take) => {
  const errors = TEXTS.map(([unit, length]) => thrownBy(() => take(unit.repeat(length / unit.length))));
  expect(errors.filter((error) => error !== undefined && !(error instanceof UsageError))).toEqual([]);
});

it('textTable takes 200,000 rows', () => {
  const rows = Array.from({ length: 200_000 }, (_, row) => [String(row)]);
  expect(textTable(['n'], rows).split('\n')).toHaveLength(200_001);
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}
