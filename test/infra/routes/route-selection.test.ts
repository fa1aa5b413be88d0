import { describe, expect, test } from 'vitest';
import { parsePath } from '../../../infra/routes/route-path.ts';
import { pathTexts, ROUTE_READINGS, type RouteReadingName } from '../../../infra/routes/route-readings.ts';
import { selectorOf } from '../../../infra/routes/route-selection.ts';

/** The route of an HTTP API that takes `GET /path`, of routes such as `ANY /a/{x}` and `$default`. */
function selected(names: readonly string[], request: string, reading: RouteReadingName<'http'>): string | undefined {
  const items = names.map((name) => {
    const [method = '', path] = name.split(' ');
    return path === undefined ? { name, method: 'ANY', segments: [] } : { name, method, segments: parsePath(path) };
  });
  const { normalize, preference } = ROUTE_READINGS.http[reading];
  const [method = '', path = ''] = request.split(' ');
  return selectorOf(items, preference)(method, normalize(pathTexts(path)))?.name;
}

test.each([
  ['GET /pets/dog/1', 'GET /pets/dog/1'],
  ['GET /pets/dog/2', 'GET /pets/dog/{id}'],
  ['GET /pets/cat/1', 'GET /pets/{proxy+}'],
  ['POST /test/5', 'ANY /{proxy+}'],
])('the example of the developer guide, under every reading: %s is %s', (request, expected) => {
  const names = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];
  for (const reading of Object.keys(ROUTE_READINGS.http) as RouteReadingName<'http'>[]) {
    expect(selected(names, request, reading)).toBe(expected);
  }
});

describe('of two full matches', () => {
  test('the first from left to right wins, or the one with more literals', () => {
    const names = ['GET /a/{x}/{y}', 'GET /{x}/b/c'];
    expect(selected(names, 'GET /a/b/c', 'raw')).toBe('GET /a/{x}/{y}');
    expect(selected(names, 'GET /a/b/c', 'raw+most-literals')).toBe('GET /{x}/b/c');
    expect(selected(names, 'GET /a/b/d', 'raw+most-literals')).toBe('GET /a/{x}/{y}');
  });

  test('as many literals are told apart from left to right', () => {
    expect(selected(['GET /{x}/b', 'GET /a/{y}'], 'GET /a/b', 'raw+most-literals')).toBe('GET /a/{y}');
  });

  test('the more specific path wins, or the one that names the method', () => {
    const names = ['ANY /pets/dog', 'GET /pets/{id}'];
    expect(selected(names, 'GET /pets/dog', 'raw')).toBe('ANY /pets/dog');
    expect(selected(names, 'GET /pets/dog', 'raw+method-first')).toBe('GET /pets/{id}');
    expect(selected(names, 'PUT /pets/dog', 'raw+method-first')).toBe('ANY /pets/dog');
  });
});

test('a full match by ANY wins over a greedy one that names the method', () => {
  const names = ['ANY /{x}/bar', 'GET /foo/{proxy+}'];
  expect(selected(names, 'GET /foo/bar', 'raw')).toBe('ANY /{x}/bar');
  expect(selected(names, 'GET /foo/bar', 'raw+method-first')).toBe('ANY /{x}/bar');
});

test('a greedy one that names the method may win over a more specific ANY', () => {
  const names = ['ANY /foo/{proxy+}', 'GET /{proxy+}'];
  expect(selected(names, 'GET /foo/bar', 'raw')).toBe('ANY /foo/{proxy+}');
  expect(selected(names, 'GET /foo/bar', 'raw+method-first')).toBe('GET /{proxy+}');
});

test.each([
  ['/', 'ANY /{proxy+}', '$default'],
  ['/files/', 'GET /files/{proxy+}', 'ANY /{proxy+}'],
  ['/files', 'ANY /{proxy+}', 'ANY /{proxy+}'],
  ['/files/x', 'GET /files/{proxy+}', 'GET /files/{proxy+}'],
])('a proxy may take an empty rest: %s', (path, taken, notTaken) => {
  const names = ['GET /files/{proxy+}', 'ANY /{proxy+}', '$default'];
  expect(selected(names, `GET ${path}`, 'raw')).toBe(taken);
  expect(selected(names, `GET ${path}`, 'raw+no-empty-rest')).toBe(notTaken);
});

test.each(['GET /', 'PUT /x', 'GET //', 'DELETE /a/b/', 'POST /a'])('$default takes what is left: %s', (request) => {
  expect(selected(['$default', 'GET /a'], request, 'raw')).toBe('$default');
});
