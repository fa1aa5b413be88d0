import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LIMITS, limitsReport } from '../../local/limits.ts';

test('docs/own-api.md lists what does not run, with the words of the run', () => {
  const document = readFileSync('docs/own-api.md', 'utf8');
  const [, table = ''] = document.split('### What does not run\n');
  const rows = [...(table.split('\n### ')[0]?.matchAll(/^\| (?!what )(.+?) \| (.+?) \|/gm) ?? [])];
  expect(rows.map(([, what, here]) => [what, here])).toEqual(
    Object.values(LIMITS).map(({ what, here }) => [what, here]),
  );
});

test('a kind has one line, which names the first five', () => {
  const { report, lines } = limitsReport();
  for (const name of ['a', 'b', 'a', 'c', 'd', 'e']) report('api-key', name);
  expect(lines()).toEqual(['Not run here: API keys and usage plans (a, b, c, d, e): requests need no key.']);
  for (const name of ['f', 'g']) report('api-key', name);
  expect(lines()).toEqual(['Not run here: API keys and usage plans (a, b, c, d, e and 2 more): requests need no key.']);
});

test('each route and each function has a line of its own', () => {
  const { report, lines } = limitsReport();
  for (const name of ['GET /a (why)', 'GET /b (why)', 'GET /a (why)']) report('route', name);
  expect(lines()).toEqual([
    'Not run here: GET /a (why): a request for it is answered with 501.',
    'Not run here: GET /b (why): a request for it is answered with 501.',
  ]);
});
