import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matchesPattern } from '../../../local/iam/arn-pattern.ts';

test.each([
  ['GET/orders/*', 'GET/orders/7', true],
  ['GET/orders/*', 'GET/orders/7/refunds', true],
  ['GET/orders/*', 'GET/orders/', true],
  ['GET/orders/*', 'GET/orders', false],
  ['GET/orders/?', 'GET/orders//', true],
  ['GET/Orders', 'GET/orders', false],
  ['*', '', true],
  ['', '', true],
  ['a.c', 'abc', false],
])('the pattern %s against %s: %s', (pattern, text, expected) => {
  expect(matchesPattern(pattern, text)).toBe(expected);
});

test('a pattern matches what its translation into a regular expression matches', () => {
  const alphabet = fc.constantFrom('a', 'b', '/', '.', '*', '?');
  const word = fc.array(alphabet, { maxLength: 12 }).map((characters) => characters.join(''));
  fc.assert(
    fc.property(word, word, (pattern, text) => {
      expect(matchesPattern(pattern, text)).toBe(asRegex(pattern).test(text));
    }),
    { numRuns: 5000 },
  );
});

test('a pattern of many stars is decided at once', () => {
  expect(matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(2000))).toBe(false);
});

function asRegex(pattern: string): RegExp {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('\\*', '[^]*').replaceAll('\\?', '[^]')}$`);
}
