import { describe, expect, test } from 'vitest';
import { compileRoutes, compileRouteTable } from '../../../infra/routes/route-compiler.ts';
import { createWideGrants } from '../../../lambda/policy/wide-grants.ts';
import { grantFor, isAllowed, route } from '../../support/routes/compiled-policy.ts';

const orders = [
  route('GET /whoami'),
  route('GET /orders', 'list'),
  route('POST /orders', 'write'),
  route('GET /orders/{id}', 'read'),
  route('GET /orders/{id}/refunds', 'refunds'),
  route('GET /orders/special', 'special'),
];

describe('the star that crosses a slash', () => {
  test('a token for /orders/{id} does not reach /orders/{id}/refunds', () => {
    expect(isAllowed(orders, 'read', 'GET /orders/1')).toBe(true);
    expect(isAllowed(orders, 'read', 'GET /orders/1/refunds')).toBe(false);
    expect(isAllowed(orders, 'read refunds', 'GET /orders/1/refunds')).toBe(true);
  });

  test('a token for /orders/{id} does not reach /orders/special', () => {
    expect(isAllowed(orders, 'read', 'GET /orders/special')).toBe(false);
    expect(isAllowed(orders, 'read special', 'GET /orders/special')).toBe(true);
    expect(isAllowed(orders, 'special', 'GET /orders/1')).toBe(false);
  });

  test('a Deny stands only for a route that an Allow leaks into and that is not granted', () => {
    expect(grantFor(orders, 'list write').deny).toEqual([]);
    expect(grantFor(orders, 'list read refunds special').deny).toEqual([]);
    expect(grantFor(orders, 'read').deny).toEqual(['GET/orders/?*/refunds', 'GET/orders/special', '*//*', '*/?*/']);
  });

  test('a pattern that another pattern of the policy covers is left out', () => {
    expect(grantFor(orders, 'list read refunds special').allow).toEqual(['GET/whoami', 'GET/orders', 'GET/orders/?*']);
  });

  test('the first of two routes with one pattern stands for both', () => {
    const files = [route('GET /files/{name}', 'files'), route('GET /files/{proxy+}', 'files')];
    expect(grantFor(files, 'files').allow).toEqual(['GET/files/?*']);
    expect(isAllowed(files, 'files', 'GET /files/a/b')).toBe(true);
    const twins = [route('GET /x/{a}/y', 'x'), route('POST /x/{a}/y', 'x'), route('ANY /x/{a}/y', 'x')];
    expect(grantFor(twins, 'x').allow).toHaveLength(7);
  });

  test('a literal route is reached only by its own text', () => {
    const files = [route('GET /files/{proxy+}', 'files'), route('GET /files/a/b', 'a'), route('GET /', 'root')];
    expect(isAllowed(files, 'files', 'GET /files/b/c/d')).toBe(true);
    expect(isAllowed(files, 'files', 'GET /files/a/b')).toBe(false);
    expect(isAllowed(files, 'root', 'GET /')).toBe(true);
    expect(isAllowed(files, 'root', 'GET /files')).toBe(false);
  });
});

describe('a table that patterns cannot express exactly', () => {
  const triple = [route('GET /{a}', 'a'), route('GET /{a}/b', 'b'), route('GET /{a}/c/b', 'c')];
  const wholeLoss = [
    route('GET /t/{tenant}', 'a'),
    route('GET /t/{tenant}/billing/{invoice}/pdf', 'a'),
    route('GET /t/{tenant}/billing/{invoice}', 'b'),
  ];

  test('a route that some scopes lose entirely is a whole loss, which names the routes that it collides with', () => {
    expect(compileRouteTable(wholeLoss, 'rest').losses.filter(({ kind }) => kind === 'whole')).toEqual([
      {
        kind: 'whole',
        route: 'GET /t/{tenant}/billing/{invoice}/pdf',
        requests: ['GET /t/{tenant}/billing/{invoice}/pdf'],
        denied: 'GET /t/{tenant}/billing/{invoice}',
        because: ['GET /t/{tenant}'],
      },
    ]);
    expect(isAllowed(wholeLoss, 'a', 'GET /t/1/billing/2')).toBe(false);
  });

  test('requests whose parameter equals a literal are lost, and named', () => {
    const users = [
      route('GET /users/{id}', 'u'),
      route('GET /users/{id}/roles', 'admin'),
      route('GET /users/{id}/photos/{photo}', 'u'),
    ];
    expect(compileRouteTable(users, 'rest').losses).toEqual([
      {
        kind: 'literal',
        route: 'GET /users/{id}/photos/{photo}',
        requests: ['GET /users/{id}/photos/roles'],
        denied: 'GET /users/{id}/roles',
        because: ['GET /users/{id}'],
      },
    ]);
    expect(isAllowed(users, 'u', 'GET /users/1/photos/2')).toBe(true);
    expect(isAllowed(users, 'u', 'GET /users/1/photos/roles')).toBe(false);
    expect(isAllowed(users, 'u', 'GET /users/1/roles')).toBe(false);
  });

  test('the orders API loses only items whose id equals a literal below an order', () => {
    const withItems = [...orders, route('GET /orders/{id}/items/{item}', 'read')];
    const { losses } = compileRouteTable(withItems, 'rest');
    expect(losses.map(({ kind, requests }) => `${kind} ${requests}`)).toEqual([
      'literal GET /orders/{id}/items/refunds',
    ]);
    expect(isAllowed(withItems, 'read', 'GET /orders/1/items/2')).toBe(true);
    expect(isAllowed(withItems, 'read', 'GET /orders/1/items/refunds')).toBe(false);
    expect(isAllowed(withItems, 'read refunds', 'GET /orders/1/items/refunds')).toBe(true);
  });

  test.each([
    ['a greedy route below another one', [route('ANY /o/{proxy+}', 'o', 'all'), route('ANY /{proxy+}', 'all')]],
    ['a greedy route next to a parameter', [route('GET /x/{a}', 'a'), route('GET /x/{proxy+}', 'b')]],
    [
      'a route of literals below a parameter of another',
      [route('GET /p/{id}', 'a'), route('GET /{x}/stats/pairs', 'b'), route('GET /s/{x}/{y}', 'a')],
    ],
  ])('%s loses nothing', (_, routes) => {
    expect(
      compileRouteTable(routes, 'rest').losses.filter(({ kind }) => kind === 'literal' || kind === 'whole'),
    ).toEqual([]);
  });

  test.each([
    ['the middle one opens to the scopes of the first', ['a', 'b a', 'c']],
    ['the middle one opens to the scopes of the last', ['a', 'b c', 'c']],
    ['the middle one needs no scope', ['a', '', 'c']],
    ['all need the same', ['a', 'a', 'a']],
  ])('%s is exact', (_, [first = '', middle = '', last = '']) => {
    const scopes = [first, middle, last].map((list) => list.split(' ').filter(Boolean));
    const routes = triple.map((rule, index) => ({ ...rule, scopes: scopes[index] ?? [] }));
    expect(isAllowed(routes, first, 'GET /x')).toBe(true);
    expect(isAllowed(routes, last, 'GET /x/c/b')).toBe(true);
    expect(isAllowed(routes, 'other', 'GET /x/b')).toBe(middle === '');
  });
});

describe('ANY', () => {
  test('is one star if that reaches nothing else', () => {
    expect(compileRoutes([route('ANY /x', 'x'), route('GET /y', 'y')], 'rest')[0]?.allow).toEqual(['*/x']);
  });

  test('is a list of methods if a star would reach the same path below another one', () => {
    const routes = [route('ANY /x', 'x'), route('GET /y/x', 'y')];
    expect(compileRoutes(routes, 'rest')[0]?.allow).toHaveLength(7);
    expect(isAllowed(routes, 'x', 'PATCH /x')).toBe(true);
    expect(isAllowed(routes, 'x', 'GET /y/x')).toBe(false);
  });

  test('leaves out the methods that its resource names', () => {
    const routes = [route('ANY /x', 'x'), route('GET /x', 'g')];
    expect(isAllowed(routes, 'x', 'POST /x')).toBe(true);
    expect(isAllowed(routes, 'x', 'GET /x')).toBe(false);
    expect(isAllowed(routes, 'g', 'GET /x')).toBe(true);
    expect(isAllowed(routes, 'g', 'POST /x')).toBe(false);
  });

  test('of a literal wins over the ANY of a proxy next to it', () => {
    const routes = [route('ANY /{proxy+}', 'all'), route('ANY /admin', 'admin')];
    expect(isAllowed(routes, 'all', 'DELETE /other')).toBe(true);
    expect(isAllowed(routes, 'all', 'DELETE /admin')).toBe(false);
  });
});

describe('a proxy some of whose requests another reading hands to a route that is not granted', () => {
  const routes = [route('GET /a/{proxy+}', 'rest'), route('GET /{x}/{y}', 'pair')];

  test('keeps all requests that every reading hands to it', () => {
    expect(grantFor(routes, 'rest').allow).toEqual(['GET/a/?*/?*']);
    expect(isAllowed(routes, 'rest', 'GET /a/1/2')).toBe(true);
    expect(isAllowed(routes, 'rest', 'GET /a/1')).toBe(false);
    expect(isAllowed(routes, 'rest pair', 'GET /a/1')).toBe(true);
  });

  test('names the others as lost', () => {
    const lost = compileRouteTable(routes, 'rest').losses.filter(({ kind }) => kind !== 'slashes');
    expect(lost).toEqual([
      {
        kind: 'readings',
        route: 'GET /a/{proxy+}',
        requests: ['GET /a/{y}'],
        denied: 'GET /{x}/{y}',
        because: ['GET /a/{proxy+}'],
      },
    ]);
  });
});

test('a Deny for all methods of ANY rejects no method that needs no Deny', () => {
  const routes = [
    route('ANY /{a}/{b}/{c}', 'other'),
    route('ANY /{a}/{proxy+}', 'rest'),
    route('GET /{a}/{b}', 'pair'),
  ];
  expect(isAllowed(routes, 'rest', 'GET /1/2/3/4')).toBe(true);
  expect(isAllowed(routes, 'rest', 'GET /1/2/3')).toBe(false);
});

describe('text that has a meaning for IAM', () => {
  const routes = [route('GET /a/{id}', 'a'), route('GET /b', 'b'), route('GET /b/{id}/c', 'c')];

  test.each(['*', '?', '%2A', '%2F', '%3F', '../..', `\${aws:username}`, 'a:b', 'é', '😀', ' ', 'x'.repeat(1500)])(
    'a parameter of %j is text like any other',
    (text) => {
      expect(isAllowed(routes, 'a', `GET /a/${text}`)).toBe(true);
      expect(isAllowed(routes, 'b', `GET /a/${text}`)).toBe(false);
      expect(isAllowed(routes, 'c', `GET /b/${text}`)).toBe(false);
      expect(isAllowed(routes, 'c', `GET /b/${text}/c`)).toBe(true);
      expect(isAllowed(routes, 'a b c', `GET /${text}`)).toBe(false);
    },
  );

  test('methods and paths are compared with their case', () => {
    expect(isAllowed(routes, 'b', 'GET /B')).toBe(false);
    expect(isAllowed(routes, 'b', 'get /b')).toBe(false);
  });
});

test('the same table compiles to the same patterns', () => {
  expect(compileRoutes(orders, 'rest')).toEqual(compileRoutes(structuredClone(orders), 'rest'));
});

test('an empty table compiles to nothing', () => {
  expect(compileRoutes([], 'rest')).toEqual([]);
});

describe('leaks between routes that no token can tell apart', () => {
  test('are left out, because no policy would name them', () => {
    const [collection, other] = compileRoutes(
      [route('GET /{tenant}/orders', 'read'), route('GET /{tenant}/{kind}/{id}', 'read')],
      'rest',
    );
    const none = { leaksInto: [], leaksPartlyInto: [], reachesSpellingsOf: [], leaksBySpelling: [] };
    expect(collection).toMatchObject(none);
    expect(other).toMatchObject(none);
  });

  test('are kept if a token may have either one without the other', () => {
    const [narrow, wide] = compileRoutes([route('GET /a/b', 'read', 'write'), route('GET /a/{id}', 'read')], 'rest');
    // A token with `write` is granted the first route only, so no wide pattern that needs a Deny of the second may replace it.
    expect(wide?.leaksInto).toEqual([0]);
    expect(wide?.reachesSpellingsOf).toEqual([]);
    expect(narrow?.reachesSpellingsOf).toEqual([]);
  });

  test('keep a wide pattern from standing for routes that its Deny would reject', () => {
    const items = Array.from({ length: 8 }, (_, index) => route(`GET /a/b${index}`, 'read', 'write'));
    const routes = compileRoutes([...items, route('GET /a/{id}', 'read')], 'rest');
    const granted = new Set(items.keys());
    expect(createWideGrants(routes)(granted)).toMatchObject({ allow: items.map(({ path }) => `GET${path}`), deny: [] });
  });
});

// Found by the random tables of HTTP APIs: the literal is as deep as the longest path only behind a rest of two segments.
test.each(['rest', 'http'] as const)(
  'a proxy that is not granted keeps what stands deeper than every path: %s',
  (api) => {
    const routes = [
      route('ANY /{p0}/special/{p2}/{p3}', 'full'),
      route('GET /{p0}/special/{p2}/{proxy+}', 'a'),
      route('ANY /{proxy+}', 'b'),
    ];
    expect(isAllowed(routes, 'a', 'GET /x/y/special/c/d/e', api)).toBe(false);
    expect(isAllowed(routes, 'a', 'GET /x/special/c/d/e', api)).toBe(true);
    expect(isAllowed(routes, 'b', 'GET /x/special/c/d/e', api)).toBe(false);
  },
);
