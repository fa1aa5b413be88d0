import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { challengesIn } from '../../../local/page/authentication-challenge.ts';

const read = (header: string | null) =>
  challengesIn(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('WWW-Authenticate', () => {
  it.each([
    [null, []],
    ['', []],
    ['Bearer', [['bearer', {}]]],
    ['Bearer realm="a, b=\\"c\\", Basic", error=x', [['bearer', { realm: 'a, b="c", Basic', error: 'x' }]]],
    ['BEARER Realm = "r" ,ERROR="e"', [['bearer', { realm: 'r', error: 'e' }]]],
    ['Bearer scope=""', [['bearer', { scope: '' }]]],
    [
      'Basic realm="simple", Bearer realm="r", scope="a b"',
      [
        ['basic', { realm: 'simple' }],
        ['bearer', { realm: 'r', scope: 'a b' }],
      ],
    ],
    [
      'Negotiate a87421==, Negotiate, , Bearer error="e"',
      [
        ['negotiate', {}],
        ['negotiate', {}],
        ['bearer', { error: 'e' }],
      ],
    ],
    ['Bearer realm="r", error="not closed', [['bearer', { realm: 'r' }]]],
    ['Bearer realm="r", error = "not closed', [['bearer', { realm: 'r' }]]],
    ['realm="r"', []],
  ])('%j is read as RFC 9110 says', (header, challenges) => {
    expect(read(header)).toEqual(challenges);
  });

  it('gives back every quoted value, whatever stands in it', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab,;= "\\\t') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (values) => {
        const quoted = values.map((value, index) => `p${index}="${value.replace(/["\\]/g, '\\$&')}"`);
        expect(read(`Basic realm="x", Bearer ${quoted.join(', ')}`)).toEqual([
          ['basic', { realm: 'x' }],
          ['bearer', Object.fromEntries(values.map((value, index) => [`p${index}`, value]))],
        ]);
      }),
    );
  });

  it('of any text is read without an error', () => {
    fc.assert(fc.property(fc.string(), (text) => void challengesIn(text)));
  });
});
