import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coveredBy, covering, heldText, methodOf, patternFor } from '../../../lambda/policy/resource-pattern.ts';

/** A pattern as IAM reads it: `?` is one character, `*` any number of them, slashes included. */
const asIamReads = (pattern: string) => new RegExp(`^${pattern.replaceAll('?', '[^]').replaceAll('*', '[^]*')}$`);

describe('a pattern', () => {
  it.each([
    ['GET', '/', 'GET/'],
    ['GET', '/orders/{id}', 'GET/orders/?*'],
    ['*', '/a/{proxy+}', '*/a/?*'],
  ])('for %s %s is %s', (method, path, pattern) => {
    expect(patternFor(method, path)).toBe(pattern);
    expect(methodOf(pattern)).toBe(method);
  });

  it('covers the texts that IAM matches with it, and no other', () => {
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 7 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 7 });
    fc.assert(
      fc.property(patterns, texts, (pattern, text) => {
        expect(covering(pattern)(text)).toBe(asIamReads(pattern).test(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['GET/a/?*', 'GET/a/?*', true],
    ['GET/a/?*', 'GET/a/?*/b', true],
    ['GET/a/?*/b', 'GET/a/?*', false],
    ['*/a', 'GET/?*/a', true],
    ['GET/?*', 'GET/', false],
  ])('%s covers all that %s matches: %s', (outer, inner, isCovered) => {
    expect(covering(outer)(heldText(inner))).toBe(isCovered);
  });
});

describe('a pattern that lies within another one', () => {
  it.each([
    ['GET/a/b', ['GET/a/?*'], true],
    ['GET/a/b', ['GET/?*'], true],
    ['GET/a/b', ['*'], true],
    ['GET/GET/a', ['GET/a'], false],
    ['GET/a/b', ['GET/x', '*/a/?*'], true],
    ['GET/a/?*', ['GET/?*/?*'], true],
    ['GET/a/b', ['GET/a/b'], false],
    ['GET/a/b', ['GET/a/b', 'GET/a/?*'], true],
    ['GET/a/b', ['GET/a'], false],
    ['GET/a', ['GET/a/?*'], false],
    ['GET/a/b', ['GET/a/?*/?*'], false],
    ['GET/a/', ['GET/a/?*'], false],
    ['GET//a', ['GET/?*/a'], false],
    ['GET//a', ['GET//?*'], true],
  ])('%s within %j is found: %s', (pattern, outer, isFound) => {
    expect(coveredBy(outer)(pattern)).toBe(isFound);
  });

  it('matches nothing that the other one does not', () => {
    const part = fc.constantFrom('a', 'b', '?*', '*', '');
    const patterns = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `GET/${parts.join('/')}`);
    const filling = fc.array(fc.constantFrom('a', 'b', 'a/b', 'b/a/a', 'x'), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(patterns, patterns, filling, (outer, inner, fillings) => {
        fc.pre(coveredBy([outer])(inner));
        const left = [...fillings];
        expect(inner.replace(/\?\*|\*/g, () => left.pop() ?? 'a')).toMatch(asIamReads(outer));
      }),
      { numRuns: 500 },
    );
  });
});
