import { describe, expect, test } from 'vitest';
import { LocalRunError } from '../../../local/errors.ts';
import { parseEnvironmentFile } from '../../../local/functions/environment-file.ts';

const parsed = (text: string) => parseEnvironmentFile(text, 'env.txt');

describe('lines give their variables to every function', () => {
  test.each([
    ['A=1\nB_2=two words', { A: '1', B_2: 'two words' }],
    ['# comment\n\n  A = 1  \r\nexport B=2', { A: '1', B: '2' }],
    ['A=1 # comment\nB=a#b\nC=', { A: '1', B: 'a#b', C: '' }],
    ['A="two\\nlines" # comment\nB=\'as $is\\n\'\nC="a \\"b\\""', { A: 'two\nlines', B: 'as $is\\n', C: 'a "b"' }],
    ['A=x=y\nA=z', { A: 'z' }],
    ['', {}],
  ])('%j', (text, variables) => {
    expect(parsed(text)).toEqual({ '*': variables });
  });
});

describe('JSON gives variables by function', () => {
  test.each([
    ['{"OrdersFunction":{"A":"1","B":2,"C":true}}', { OrdersFunction: { A: '1', B: '2', C: 'true' } }],
    ['\n {"Parameters":{"A":"1"},"shop/Orders":{}}', { '*': { A: '1' }, 'shop/Orders': {} }],
  ])('%s', (text, overrides) => {
    expect(parsed(text)).toEqual(overrides);
  });
});

describe('a mistake is named without its value', () => {
  test.each([
    ['A=1\nsecret', 'Line 2 of env.txt has no =: write NAME=value, or # before a comment.'],
    ['1A=secret', 'Line 1 of env.txt names the variable "1A": a name has letters, digits and _ only.'],
    ['=secret', 'Line 1 of env.txt names the variable "": a name has letters, digits and _ only.'],
    ['{"A":"secret"', 'env.txt begins with { and is no JSON: mend it, or write NAME=value lines.'],
    [
      '{"A":"secret"}',
      'A in env.txt is not an object: write { "<function>": { "NAME": "value" } }, or NAME=value lines for every function.',
    ],
    ['{"F":{"A":{"b":"secret"}}}', "A of F in env.txt is not text: a variable's value is text."],
    ['{"F":{"A-B":"secret"}}', 'F in env.txt names the variable "A-B": a name has letters, digits and _ only.'],
  ])('%j', (text, sentence) => {
    expect(() => parsed(text)).toThrow(new LocalRunError(sentence));
  });
});
