import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROUTE_READINGS, type RouteReadingName } from '../../../../infra/routes/route-readings.ts';
import type { HttpRoute } from '../../../../local/gateway/http-api/http-api.ts';
import { routeSelection, stagePathOf } from '../../../../local/gateway/http-api/route-selection.ts';
import { gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { smallHttpTemplate } from '../../../support/gateway/small-http-template.ts';
import { selectRoute } from '../../../support/routes/api-gateway-route-selection.ts';

/** `GET /pets/{id}`, `$default`, … */
const routesOf = (...routeKeys: readonly string[]): readonly HttpRoute[] =>
  routeKeys.map((routeKey) => {
    const [method, path] = routeKey === '$default' ? ['ANY', routeKey] : routeKey.split(' ');
    const integration = {
      kind: 'url',
      url: 'http://x',
      method: undefined,
      parameters: [],
      timeoutMilliseconds: 1,
    } as const;
    return { routeKey, method: method ?? '', path: path ?? '', authorizerId: undefined, integration };
  });

describe('the example of the developer guide ("Routing API requests")', () => {
  const pets = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];

  test.each([
    ['GET /pets/dog/1', 'GET /pets/dog/1', {}],
    ['GET /pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET /pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST /test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
  ])('passes %s to %s', (request, routeKey, pathParameters) => {
    const [method = '', path = ''] = request.split(' ');
    const selected = routeSelection(routesOf(...pets))(method, path);
    expect(selected).toMatchObject({ route: { routeKey }, pathParameters });
  });

  test('passes what no other route takes to $default', () => {
    const select = routeSelection(routesOf('GET /pets/dog/1', '$default'));
    for (const path of ['/', '/pets/dog/1/', '/else']) expect(select('GET', path)?.route.routeKey).toBe('$default');
    expect(select('PUT', '/pets/dog/1')).toMatchObject({ route: { routeKey: '$default' }, pathParameters: {} });
  });
});

test.each<[RouteReadingName<'http'>, string, string | undefined]>([
  ['raw', '/a/b', 'ANY /a/{x}'],
  ['raw', '/p/q/r', 'GET /p/{x}/{y}'],
  ['raw+most-literals', '/p/q/r', 'GET /{x}/q/r'],
  ['raw+method-first', '/a/b', 'GET /{y}/b'],
  ['raw', '/files/', 'ANY /files/{proxy+}'],
  ['raw+no-empty-rest', '/files/', undefined],
  ['raw', '/a/b/', undefined],
  ['one-slash-at-end', '/a/b/', 'ANY /a/{x}'],
])('the reading %s passes GET %s to %s', (reading, path, routeKey) => {
  const routes = routesOf('ANY /a/{x}', 'GET /{y}/b', 'ANY /files/{proxy+}', 'GET /p/{x}/{y}', 'GET /{x}/q/r');
  expect(routeSelection(routes, reading)('GET', path)?.route.routeKey).toBe(routeKey);
});

test('every reading selects what the independent selector selects, for random routes and paths', () => {
  const part = fc.constantFrom('a', 'b', '{x}');
  const routeKey = fc
    .tuple(fc.constantFrom('GET', 'POST', 'ANY'), fc.array(part, { maxLength: 3 }), fc.boolean())
    .map(([method, parts, greedy]) => `${method} /${[...parts, ...(greedy ? ['{rest+}'] : [])].join('/')}`);
  const routeKeys = fc
    .tuple(fc.uniqueArray(routeKey, { minLength: 1, maxLength: 6 }), fc.boolean())
    .map(([keys, hasDefault]) => (hasDefault ? [...keys, '$default'] : keys));
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 5 })
    .map((parts) => `/${parts.join('/')}`);
  const reading = fc.constantFrom(...(Object.keys(ROUTE_READINGS.http) as RouteReadingName<'http'>[]));
  fc.assert(
    fc.property(routeKeys, path, reading, (keys, requested, named) => {
      const routes = routesOf(...keys);
      const expected = selectRoute(routes, 'GET', requested, ROUTE_READINGS.http[named]);
      const selected = routeSelection(routes, named)('GET', requested);
      expect(selected?.route.routeKey).toBe(expected?.routeKey);
    }),
    { numRuns: 3000 },
  );
});

describe('a request whose route AWS does not document is warned about', () => {
  const warningsOf = (path: string) => {
    const warnings: string[] = [];
    routeSelection(routesOf('ANY /a/{x}', 'GET /{y}/b', 'ANY /files/{proxy+}'), 'raw', (kind) => warnings.push(kind))(
      'GET',
      path,
    );
    return warnings;
  };

  test.each(['/a/b', '/files/', '/a/c/', '//a/c'])('%s', (path) => {
    expect(warningsOf(path)).toEqual(['http-route-reading']);
  });

  test.each(['/a/c', '/x/b', '/files/a', '/files', '/nothing'])('%s is not', (path) => {
    expect(warningsOf(path)).toEqual([]);
  });
});

describe('the stage of a request', () => {
  test.each([
    ['/dev/items', { stageName: 'dev', path: '/items' }],
    ['/dev/', { stageName: 'dev', path: '/' }],
    ['/dev', { stageName: 'dev', path: '/' }],
    ['/development', { stageName: '$default', path: '/development' }],
    ['/', { stageName: '$default', path: '/' }],
    ['/$default/items', { stageName: '$default', path: '/$default/items' }],
  ])('%s: %j', (path, expected) => {
    expect(stagePathOf(['$default', 'dev'], path)).toEqual(expected);
  });

  test('is none where neither the named one nor $default exists', () => {
    expect(stagePathOf(['dev'], '/items')).toBeUndefined();
  });
});

// The last one is decoded first: no item has the id `a/b`.
test.each(['/nothing', '/items', '/dev/nothing', '/items/a%2Fb'])('the gateway answers 404 to %s', async (target) => {
  const gateway = await gatewayUnderTest(smallHttpTemplate());
  expect(await gateway.get(target)).toMatchObject({
    status: 404,
    headers: { 'content-type': 'application/json', 'apigw-requestid': 'r1' },
    body: '{"message":"Not Found"}',
  });
  await gateway.close();
});
