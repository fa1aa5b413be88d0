import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROUTE_READINGS, type RouteReadingName } from '../../../../infra/routes/route-readings.ts';
import { methodSelection } from '../../../../local/gateway/rest-api/method-selection.ts';
import type { RestMethod } from '../../../../local/gateway/rest-api/rest-api.ts';
import { selectRoute } from '../../../support/routes/api-gateway-route-selection.ts';

const integration = { kind: 'unknown', notRun: 'nobody calls it' } as const;

/** `GET /orders/{id}`, … */
const methodsOf = (...names: readonly string[]): readonly RestMethod[] =>
  names.map((name) => {
    const [httpMethod = '', resourcePath = ''] = name.split(' ');
    return { httpMethod, resourcePath, resourceId: resourcePath, authorizerId: undefined, integration };
  });

describe('the most specific method is selected', () => {
  const select = methodSelection(
    methodsOf(
      'GET /',
      'GET /orders',
      'GET /orders/{id}',
      'GET /orders/special',
      'GET /orders/{id}/refunds',
      'GET /files/{path+}',
      'GET /a/b',
      'GET /a/{x}/c',
    ),
  );

  test.each([
    ['/', '/', {}],
    ['/orders', '/orders', {}],
    ['/orders/', '/orders', {}],
    ['/orders/7', '/orders/{id}', { id: '7' }],
    ['/orders/special', '/orders/special', {}],
    ['/orders/special/refunds', '/orders/{id}/refunds', { id: 'special' }],
    ['/orders/7%2F8', '/orders/{id}', { id: '7%2F8' }],
    ['/files/x/y/z', '/files/{path+}', { path: 'x/y/z' }],
    ['/a/b/c', '/a/{x}/c', { x: 'b' }],
  ])('for %s: %s', (path, resourcePath, pathParameters) => {
    expect(select('GET', path)).toMatchObject({ method: { resourcePath }, pathParameters });
  });

  test.each(['/nothing', '/orders/7/8', '/orders//refunds', '/files', '//orders', '/Orders'])(
    'for %s: none',
    (path) => {
      expect(select('GET', path)).toBeUndefined();
    },
  );
});

test('a path without the method makes way for a less specific one that has it', () => {
  const select = methodSelection(methodsOf('GET /users/{id}', 'PATCH /users/me', 'POST /a/b', 'ANY /a/{proxy+}'));
  expect(select('GET', '/users/me')).toMatchObject({
    method: { resourcePath: '/users/{id}' },
    pathParameters: { id: 'me' },
  });
  expect(select('PATCH', '/users/me')?.method.resourcePath).toBe('/users/me');
  expect(select('GET', '/a/b')?.method.resourcePath).toBe('/a/{proxy+}');
  expect(select('PATCH', '/users/you')).toBeUndefined();
});

test.each<[RouteReadingName<'rest'>, string, string | undefined]>([
  ['raw', '/items/7/', undefined],
  ['one-slash-at-end', '/items/7/', '/items/{id}'],
  ['one-slash-at-end', '/items/7//', undefined],
  ['slashes-at-end', '/items/7//', '/items/{id}'],
  ['slashes-at-start', '//items/7', '/items/{id}'],
  ['empty-segments', '//items//7/', '/items/{id}'],
  ['raw', '/items/special', '/items/{id}'],
  ['raw', '/foo/bar', '/foo/{proxy+}'],
  ['raw+full-match-first', '/foo/bar', '/{x}/bar'],
])('the reading %s passes GET %s to %s', (reading, path, resourcePath) => {
  const methods = methodsOf('GET /items/{id}', 'GET /foo/{proxy+}', 'GET /{x}/bar');
  expect(methodSelection(methods, reading)('GET', path)?.method.resourcePath).toBe(resourcePath);
});

test('every reading selects what the independent matcher selects, for random methods and paths', () => {
  const part = fc.constantFrom('a', 'b', '{x}');
  const name = fc
    .tuple(fc.constantFrom('GET', 'POST', 'ANY'), fc.array(part, { maxLength: 3 }), fc.boolean())
    .map(([method, parts, greedy]) => `${method} /${[...parts, ...(greedy ? ['{rest+}'] : [])].join('/')}`);
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 5 })
    .map((parts) => `/${parts.join('/')}`);
  const reading = fc.constantFrom(...(Object.keys(ROUTE_READINGS.rest) as RouteReadingName<'rest'>[]));
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 6 }), path, reading, (names, requested, named) => {
      const rules = names.map((each) => ({ method: each.split(' ')[0] ?? '', path: each.split(' ')[1] ?? '' }));
      const expected = selectRoute(rules, 'GET', requested, ROUTE_READINGS.rest[named]);
      const selected = methodSelection(methodsOf(...names), named)('GET', requested)?.method;
      expect(selected && { method: selected.httpMethod, path: selected.resourcePath }).toEqual(expected);
    }),
    { numRuns: 3000 },
  );
});
