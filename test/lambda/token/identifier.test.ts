import { expect, it } from 'vitest';
import { isIdentifier } from '../../../lambda/token/identifier.ts';

it.each(['a', 'x'.repeat(255), ' ', '~', '\u00a0', 'é', '😀', '\u{10ffff}', 'a#b', '\ue000', '\u2028'])(
  '%j can name something',
  (value) => {
    expect(isIdentifier(value)).toBe(true);
  },
);

const notNames: readonly unknown[] = [
  ...[
    '',
    'x'.repeat(256),
    '\u0000',
    'a\u001f',
    '\u007f',
    '\u0080',
    '\u009fa',
    'a\nb',
    '\t',
    '\ud800',
    'a\udc00',
    '\udc00\ud800',
  ],
  ...[undefined, null, 1, true, {}, [], ['a'], new String('a')],
];
it.each(notNames.map((value) => [value]))('%j cannot name anything', (value) => {
  expect(isIdentifier(value)).toBe(false);
});
