import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, shortened, wrapped } from '../../../ops/text/display-width.ts';
import { fittedTable, textTable } from '../../../ops/text/text-table.ts';

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const graphemesOf = (text: string) => Array.from(GRAPHEMES.segment(text), ({ segment }) => segment);

describe('the width of a text on a terminal', () => {
  it.each([
    ['alice', 5],
    ['e\u0301le\u0300ve', 5],
    ['日本', 4],
    ['한국', 4],
    ['ｆｕｌｌ', 8],
    ['👩🏽', 2],
    ['🇩🇪', 2],
    ['ﾊﾝｶｸ', 4],
    ['Ωμέγα', 5],
  ])('of %s is %i', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('a shortened text', () => {
  it.each([
    ['abcdef', 4, 'abc…'],
    ['👩🏽👩🏽👩🏽', 5, '👩🏽👩🏽…'],
    ['👩🏽👩🏽👩🏽', 4, '👩🏽…'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
  ])('of %s in %i columns is %s', (text, width, expected) => {
    expect(shortened(text, width)).toBe(expected);
  });

  it('fits the width, and is a beginning of the text that ends between two characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        const short = shortened(text, width);
        expect(displayWidth(short)).toBeLessThanOrEqual(width);
        if (short === text) return;
        const kept = graphemesOf(short.slice(0, -1));
        expect(graphemesOf(text).slice(0, kept.length)).toEqual(kept);
      }),
    );
  });
});

describe('a wrapped text', () => {
  it('breaks at spaces, and leaves a long word whole', () => {
    expect(wrapped('ab cd https://a.example/b ef', 6)).toEqual(['ab cd', 'https://a.example/b', 'ef']);
  });

  it('has every word in its order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }).filter((word) => !word.includes(' '))), (words) => {
        expect(wrapped(words.join(' '), 10).join(' ')).toBe(words.join(' '));
      }),
    );
  });
});

it('a table keeps its columns under each other, whatever characters its cells have', () => {
  const rows = [
    ['日本', 'x'],
    ['e\u0301', 'x'],
    ['alice', 'x'],
  ];
  const lines = textTable(['NAME', 'X'], rows).split('\n');
  expect(lines.map((line) => displayWidth(line.slice(0, -1)))).toEqual([7, 7, 7, 7]);
  const fitted = fittedTable(['NAME', 'X'], [['日本語日本語', 'x']], { shrinking: [['NAME', 4]], leaving: [] }, 9);
  expect(fitted).toBe('NAME   X\n日本…  x');
});

it('a table wraps its last column at the width of the terminal', () => {
  expect(textTable(['STEP', ''], [['claims', 'one two three four five six']], 30)).toBe(
    'STEP\nclaims  one two three four\n        five six',
  );
});
