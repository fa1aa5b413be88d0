import { expect, test } from 'vitest';
import { loggedPath } from '../../../local/log/withheld-token.ts';

const SIGNATURE = 'b'.repeat(43);
/** Three letters, as nearly every token begins, and as many more as any token has. */
const TOKEN = `eyJ${'hbGciOiJSUzI1NiJ9'}.e30.${SIGNATURE}`;

test.each([
  ['/v1/orders/7?token=x', '/v1/orders/7'],
  ['/v1//a%20b/', '/v1//a%20b/'],
  ['/v1/100%/%zz', '/v1/100%/%zz'],
  ['*', '*'],
  ['', ''],
  ['/files/jquery.min.js', '/files/jquery.min.js'],
])('the path of %s is logged as %s', (target, path) => {
  expect(loggedPath(target)).toBe(path);
});

test.each([
  ['as it is', TOKEN],
  ['with something before and after it', `a;t=${TOKEN}~`],
  ['percent-encoded', TOKEN.replace('eyJ', '%65%79%4A')],
  ['percent-encoded twice', TOKEN.replace('e', '%2565').replaceAll('.', '%252e')],
  ['whose header begins with white space', `ewogICJhbGciOiAiUlMyNTYiCn0.e30.${SIGNATURE}`],
])('a token in a path, %s, is withheld with its segment', (_, segment) => {
  expect(loggedPath(`/v1/${segment}/a?x=${TOKEN}`)).toBe('/v1/[a token, withheld]/a');
});
