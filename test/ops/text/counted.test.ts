import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { counted } from '../../../ops/text/counted.ts';

describe('counted', () => {
  it.each([
    [0, '0 entries'],
    [1, '1 entry'],
    [2, '2 entries'],
    [12_345, '12,345 entries'],
  ])('writes %i as %s', (number, text) => {
    expect(counted(number, 'entry', 'entries')).toBe(text);
  });

  it('adds an s to a regular noun', () => {
    expect([counted(1, 'bad line'), counted(2, 'bad line')]).toEqual(['1 bad line', '2 bad lines']);
  });
});

/** Nouns that the tool counts, as they stand after a number in a template. */
const COUNTED_NOUN =
  /\$\{[^}]*\} (?:more |bad |doubtful )?(?:entries|lines|findings|routes|values|keys|calls|characters|columns|fields|losses|sets|parts|records|requests|tokens)\b/;

/** Messages that put no number there. */
const NO_NUMBER = [/\$\{level\} entries/];

it('no message of ops/ writes a number before a plural by itself', () => {
  const lines = globSync('ops/**/*.ts').flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => `${file}: ${line.trim()}`),
  );
  const strangers = lines.filter((line) => COUNTED_NOUN.test(line) && !NO_NUMBER.some((known) => known.test(line)));
  expect(strangers).toEqual([]);
});
