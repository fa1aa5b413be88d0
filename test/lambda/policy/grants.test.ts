import { describe, expect, test } from 'vitest';
import { compileRoutes, singleRoutes } from '../../../infra/routes/route-compiler.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import { grantFor, isAllowed, route } from '../../support/routes/compiled-policy.ts';

const table = [
  route('GET /open'),
  route('GET /a', 'read', 'admin'),
  route('POST /a', 'write'),
  route('GET /b', 'read:b'),
];

test('any one scope of a route opens it, and a route without scopes is open to every token', () => {
  expect(grantFor(table, 'admin').allow).toEqual(['GET/open', 'GET/a']);
  expect(grantFor(table, 'read').allow).toEqual(['GET/open', 'GET/a']);
  expect(grantFor(table, 'other').allow).toEqual(['GET/open']);
});

test.each(['readwrite', 'rea', 'READ', 'read\u00a0write', 'read,write', '*', 'constructor', '__proto__', 'toString'])(
  'the scope %j opens nothing',
  (scope) => {
    const grants = new Grants(compileRoutes(table, 'rest'), 'rest');
    expect(grants.routesGrantedBy(new Set([scope])).allow).toEqual(['GET/open']);
  },
);

test('the order of scopes in a token does not change the policy', () => {
  const { scopes: one, ...policy } = grantFor(table, 'read:b write read');
  const { scopes: other, ...samePolicy } = grantFor(table, 'read write read:b');
  expect(policy).toEqual(samePolicy);
  expect([one, other]).toEqual([
    ['read:b', 'write', 'read'],
    ['read', 'write', 'read:b'],
  ]);
});

test('a grant names those of the token’s scopes that open a route', () => {
  expect(grantFor(table, 'openid write profile').scopes).toEqual(['write']);
  expect(grantFor(table, 'openid').scopes).toEqual([]);
});

test('the granted routes are named in table order, with their scopes', () => {
  expect(grantFor(table, 'write read').routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /open',
    'GET /a',
    'POST /a',
  ]);
});

test('a scope for one route does not open another, whatever was asked first', () => {
  expect(isAllowed(table, 'read', 'GET /a')).toBe(true);
  expect(isAllowed(table, 'read', 'GET /b')).toBe(false);
});

const many = Array.from({ length: 50 }, (_, i) => [
  route(`GET /collection${i}`, 'read', `c${i}`),
  route(`GET /collection${i}/{id}`, 'read', `c${i}`),
  route(`POST /collection${i}`, 'write'),
]).flat();

test('a decision reads as many routes of a large table as of a small one', () => {
  const readsOf = (collections: number) => {
    let reads = 0;
    const watched = new Proxy(compileRoutes(many.slice(0, collections * 3), 'rest'), {
      get: (target, key, receiver) => {
        if (/^\d+$/.test(String(key))) reads++;
        return Reflect.get(target, key, receiver);
      },
    });
    const grants = new Grants(watched, 'rest');
    reads = 0;
    grants.routesGrantedBy(new Set(['c1', 'c2']));
    return reads;
  };
  expect(readsOf(50)).toBe(readsOf(5));
});

test('a short list of routes is never made wide, so that a later route below them stays closed', () => {
  expect(grantFor(many, 'c1 c2').allow).toEqual([
    'GET/collection1',
    'GET/collection1/?*',
    'GET/collection2',
    'GET/collection2/?*',
  ]);
});

test('a long list becomes wide patterns that open nothing else', () => {
  expect(grantFor(many, 'read').allow).toEqual(['GET/?*']);
  expect(grantFor(many, 'read write').allow).toEqual(['*']);
  expect(isAllowed(many, 'read', 'POST /collection7')).toBe(false);
});

test('a wide pattern comes with a Deny for the one route that is not granted', () => {
  const routes = [...many, route('GET /collection9/secret', 'secret')];
  expect(grantFor(routes, 'read').allow).toEqual(['GET/?*']);
  expect(isAllowed(routes, 'read', 'GET /collection9/secret')).toBe(false);
  expect(isAllowed(routes, 'read', 'GET /collection9/secret/')).toBe(false);
  expect(isAllowed(routes, 'read', 'GET /collection9/other')).toBe(true);
});

test('where such a Deny would reject a granted route, the wide pattern is not used', () => {
  const routes = [...many, route('GET /x/{id}', 'x'), route('GET /x/{id}/y', 'read')];
  expect(grantFor(routes, 'read').allow).not.toContain('GET/?*');
  expect(isAllowed(routes, 'read', 'GET /x/1')).toBe(false);
  expect(isAllowed(routes, 'read', 'GET /x/1/y')).toBe(true);
});

test('a route of which many parts would be denied is denied as a whole where that rejects nothing granted', () => {
  const routes = [
    ...['a', 'b', 'c'].map((name) => route(`GET /x/{id}/${name}`, 'granted')),
    route('GET /x/list/{item}', 'other'),
  ];
  expect(grantFor(routes, 'granted').deny).toEqual(['GET/x/list/?*', '*//*', '*/?*/']);
  expect(isAllowed(routes, 'granted', 'GET /x/1/a')).toBe(true);
  expect(isAllowed(routes, 'granted', 'GET /x/list/a')).toBe(false);
});

test('a route is denied part by part where denying it as a whole would reject what is granted', () => {
  const routes = [
    ...['a', 'b', 'c'].map((name) => route(`GET /x/{id}/${name}`, 'granted')),
    route('GET /x/list/{item}', 'other'),
    route('GET /x/list/all', 'granted'),
  ];
  expect(grantFor(routes, 'granted').deny.slice(0, 3)).toEqual(['GET/x/list/a', 'GET/x/list/b', 'GET/x/list/c']);
  expect(isAllowed(routes, 'granted', 'GET /x/list/all')).toBe(true);
  expect(isAllowed(routes, 'granted', 'GET /x/list/b')).toBe(false);
});

test('the methods of one path become one star in a long list', () => {
  const names = Array.from({ length: 40 }, (_, i) => `collection${i}`);
  const routes = names.flatMap((name, i) => [
    ...(['GET', 'PUT', 'PATCH'] as const).map((method) => route(`${method} /${name}`, i % 2 === 0 ? 'even' : 'odd')),
  ]);
  const { allow } = grantFor(routes, 'even');
  expect(allow).toHaveLength(20);
  expect(allow).toContain('*/collection4');
  expect(isAllowed(routes, 'even', 'PUT /collection4')).toBe(true);
  expect(isAllowed(routes, 'even', 'PUT /collection5')).toBe(false);
});

test.each(['*', 'G?T', 'get', '', 'GET/b', 'ANY', 'TRACE', 'constructor'])(
  'ANY does not stand for %j, which API Gateway does not route and IAM could read as a wildcard',
  (method) => {
    const grants = new Grants(compileRoutes([route('ANY /a', 'read')], 'rest'), 'rest');
    expect(grants.routesGrantedBy(new Set(['read']), { method, path: '/a' }).allow).toEqual([]);
  },
);

test('a proxy keeps its paths with an empty segment where a shortened policy has room for the Denies', () => {
  const routes = [
    route('ANY /{p0}/{p1}'),
    route('ANY /special/special/a/a', 'readwrite'),
    route('DELETE /a/{proxy+}'),
    route('GET /{proxy+}', 'readwrite'),
    route('ANY /'),
  ];
  expect(isAllowed(routes, 'none', 'DELETE /a/x/')).toBe(true);
  expect(isAllowed(routes, 'none', 'DELETE /special/special/a/a/')).toBe(false);
});

test('the memoized grant of some scopes is not taken for others that join to the same text', () => {
  const grants = new Grants(
    compileRoutes([route('GET /a', 'a'), route('GET /b', 'b'), route('GET /ab', 'ab')], 'rest'),
    'rest',
  );
  expect(grants.routesGrantedBy(new Set(['a', 'b'])).allow).toEqual(['GET/a', 'GET/b']);
  expect(grants.routesGrantedBy(new Set(['ab'])).allow).toEqual(['GET/ab']);
});

test('a grant of one route names that route, or none', () => {
  const grants = new Grants(compileRoutes(table, 'rest'), 'rest');
  const namesFor = (scopes: string[], path: string) => {
    const { routes, allow, deny } = grants.routesGrantedBy(new Set(scopes), { method: 'GET', path });
    return { routes: routes.map((one) => one.path), allow, deny };
  };
  expect(namesFor(['read'], '/a')).toEqual({ routes: ['/a'], allow: ['GET/a'], deny: [] });
  expect(namesFor(['read:b'], '/a')).toEqual({ routes: [], allow: [], deny: [] });
});

describe('a grant of one route of an HTTP API, which names it by its route key', () => {
  const routes = [
    route('ANY /a', 'read'),
    route('GET /a', 'get'),
    route('POST /a', 'read'),
    route('GET /files/{id}', 'read'),
    route('GET /files/{proxy+}', 'read'),
    route('ANY $default', 'rest'),
  ];
  const grants = new Grants(singleRoutes(routes, 'http'), 'http');
  const allowFor = (scope: string, method: string, path: string) =>
    grants.routesGrantedBy(new Set([scope]), { method, path }).allow;

  test.each([
    ['read', 'ANY', '/a', ['DELETE/a', 'HEAD/a', 'OPTIONS/a', 'PATCH/a', 'PUT/a']],
    ['get', 'GET', '/a', ['GET/a']],
    ['read', 'GET', '/files/{id}', ['GET/files/?*']],
    ['read', 'GET', '/files/{proxy+}', ['GET/files/*']],
    ['rest', 'ANY', '$default', ['*']],
  ])('%s: %s %s', (scope, method, path, allow) => {
    expect(allowFor(scope, method, path)).toEqual(allow);
  });

  test.each([
    ['get', 'ANY', '/a'],
    ['read', 'GET', '/a'],
    ['read', 'PUT', '/a'],
    ['read', '*', '/a'],
    ['read', 'ANY', '$default'],
    ['rest', 'GET', '$default'],
    ['read', 'GET', '/files/7'],
  ])('nothing for %s: %s %s', (scope, method, path) => {
    expect(allowFor(scope, method, path)).toEqual([]);
  });
});
