import { describe, expect, test } from 'vitest';
import { compileRouteTable } from '../../../infra/routes/route-compiler.ts';
import { pathTexts, ROUTE_READINGS } from '../../../infra/routes/route-readings.ts';
import { checkLosses } from '../../../infra/settings/loss-messages.ts';
import { grantFor, isAllowed, route } from '../../support/routes/compiled-policy.ts';

const orders = [
  route('GET /orders', 'list'),
  route('GET /orders/{id}', 'read'),
  route('GET /orders/{id}/items', 'items'),
  route('GET /orders/{id}/items/{item}', 'items'),
];

describe('a path that API Gateway may take for a route that is not granted', () => {
  test.each(['GET /orders/', 'GET /orders//', 'GET /orders///'])('slashes at the end of a literal: %s', (request) => {
    expect(isAllowed(orders, 'read', request)).toBe(false);
  });

  test('a slash at the end of a parameter, where a proxy below it is granted', () => {
    const routes = [route('GET /items/{id}', 'items:write'), route('GET /items/{id}/{proxy+}', 'items:read')];
    expect(isAllowed(routes, 'items:read', 'GET /items/7/x')).toBe(true);
    expect(isAllowed(routes, 'items:read', 'GET /items/7/')).toBe(false);
    expect(isAllowed(routes, 'items:read', 'GET /items/7//')).toBe(false);
    expect(isAllowed(routes, 'items:read', 'GET /items/7/x/')).toBe(true);
  });

  test('two slashes at the end of a literal, where a proxy below a parameter is granted', () => {
    const routes = [route('ANY /orders', 'admin'), route('GET /{p}/{proxy+}', 'w')];
    expect(isAllowed(routes, 'w', 'GET /orders//')).toBe(false);
    expect(isAllowed(routes, 'w', 'GET /orders/')).toBe(false);
    expect(isAllowed(routes, 'w', 'GET /orders/x')).toBe(true);
  });

  test('a full match that may win over a proxy: both scopes are needed', () => {
    const routes = [route('GET /foo/{proxy+}', 'a'), route('GET /{x}/bar', 'b')];
    expect(['a', 'b', 'a b'].map((scopes) => isAllowed(routes, scopes, 'GET /foo/bar'))).toEqual([false, false, true]);
    expect(isAllowed(routes, 'a', 'GET /foo/bar/x')).toBe(true);
    expect(isAllowed(routes, 'b', 'GET /x/bar')).toBe(true);
    expect(checkLosses(compileRouteTable(routes, 'rest').losses, routes, {})).toContain(
      'GET /foo/{proxy+} when proxy is "bar", without a scope of GET /{x}/bar: API Gateway may hand them to GET /{x}/bar',
    );
  });

  test('a slash at the end of a route below a parameter', () => {
    const routes = [route('GET /orders/{id}', 'read'), route('GET /orders/{id}/refunds', 'refunds')];
    expect(grantFor(routes, 'read').deny).toEqual(['GET/orders/?*/refunds', '*//*', '*/?*/']);
    expect(isAllowed(routes, 'read', 'GET /orders/1/refunds/')).toBe(false);
  });

  test('a second slash at the beginning', () => {
    const routes = [route('GET /orders', 'list'), route('GET /{proxy+}', 'rest')];
    expect(isAllowed(routes, 'rest', 'GET //orders')).toBe(false);
    expect(isAllowed(routes, 'rest', 'GET //other')).toBe(true);
  });

  test('a doubled slash between literals', () => {
    const routes = [route('GET /a/b', 'literal'), route('GET /a/{x}/b', 'parameter')];
    expect(isAllowed(routes, 'parameter', 'GET /a//b')).toBe(false);
    expect(isAllowed(routes, 'parameter', 'GET /a/1/b')).toBe(true);
  });

  test('the root with one slash more', () => {
    const routes = [route('GET /', 'root'), route('GET /{proxy+}', 'rest')];
    expect(isAllowed(routes, 'rest', 'GET //')).toBe(false);
    expect(isAllowed(routes, 'rest', 'GET /')).toBe(false);
  });

  test('a proxy that the plain reading prefers because a segment is empty', () => {
    const routes = [route('GET /x/{a}', 'a'), route('GET /x/{proxy+}', 'rest'), route('GET /files/{proxy+}', 'a')];
    expect(isAllowed(routes, 'a', 'GET /x/1')).toBe(true);
    expect(isAllowed(routes, 'a', 'GET /x//1')).toBe(false);
    expect(isAllowed(routes, 'a', 'GET /x/1/')).toBe(false);
  });
});

// Found by `npm run test:policies`: one Allow reaches a part of the denied route, another one the whole.
test('a slash at the end of a route that two Allows reach, one of them in part', () => {
  const routes = [
    route('ANY /{p0}/{p1}/special', 'write'),
    route('POST /{p0}/a/special', 'read'),
    route('POST /a.b/{p1}/{proxy+}'),
  ];
  expect(isAllowed(routes, 'write', 'POST /a.b/a/special')).toBe(false);
  expect(isAllowed(routes, 'write', 'POST /a.b/a/special/')).toBe(false);
  expect(isAllowed(routes, 'write', 'POST /a.b/x/y/')).toBe(true);
});

describe('a path that stays granted', () => {
  test('a granted proxy keeps one empty segment, unless that spells a route that is not granted', () => {
    const routes = [route('GET /files/{proxy+}', 'files'), route('GET /files/a/b', 'other')];
    expect(isAllowed(routes, 'files', 'GET /files/x//y')).toBe(true);
    expect(isAllowed(routes, 'files', 'GET /files/docs/')).toBe(true);
    expect(isAllowed(routes, 'files', 'GET /files//x/a/b')).toBe(true);
    const spelled = ['/files/a/b', '/files/a//b', '/files//a/b', '/files/a/b/', '/files///a/b'];
    expect(spelled.filter((path) => isAllowed(routes, 'files', `GET ${path}`))).toEqual([]);
  });

  test('a granted proxy without other routes keeps every path', () => {
    const routes = [route('GET /files/{proxy+}', 'files'), route('GET /other', 'other')];
    expect(grantFor(routes, 'files').deny).toEqual([]);
    expect(isAllowed(routes, 'files', 'GET /files///x//')).toBe(true);
  });

  test('a granted literal is not allowed with a slash at its end', () => {
    expect(isAllowed(orders, 'list', 'GET /orders/')).toBe(false);
  });

  test('no Deny is written for a spelling that no Allow reaches', () => {
    expect(grantFor(orders, 'list').deny).toEqual([]);
    expect(grantFor(orders, 'list read items').deny).toEqual([]);
  });

  test('a policy that would grow too long denies every empty segment instead', () => {
    const many = Array.from({ length: 40 }, (_, i) => route(`GET /admin/some-long-resource-name-${i}`, 'admin'));
    const routes = [...many, route('GET /{proxy+}', 'rest')];
    expect(grantFor(routes, 'rest').deny.slice(-2)).toEqual(['*//*', '*/?*/']);
    expect(isAllowed(routes, 'rest', 'GET /admin/some-long-resource-name-7/')).toBe(false);
    expect(isAllowed(routes, 'rest', 'GET /other/x')).toBe(true);
  });
});

test('a percent-encoded literal is text for the parameter, since no pattern could tell the two apart', () => {
  const routes = [route('GET /orders/{id}', 'read'), route('GET /orders/special', 'special')];
  expect(isAllowed(routes, 'read', 'GET /orders/%73pecial')).toBe(true);
  expect(isAllowed(routes, 'special', 'GET /orders/%73pecial')).toBe(false);
});

describe('the readings of a path', () => {
  const read = (name: keyof typeof ROUTE_READINGS.rest, path: string) =>
    ROUTE_READINGS.rest[name].normalize(pathTexts(path)).join('/');

  test.each([
    ['raw', '//a//b//', '/a//b//'],
    ['one-slash-at-end', '//a//b//', '/a//b/'],
    ['slashes-at-end', '//a//b//', '/a//b'],
    ['slashes-at-start', '//a//b//', 'a//b//'],
    ['empty-segments', '//a//b//', 'a/b'],
    ['raw', '/', ''],
    ['one-slash-at-end', '/', ''],
    ['slashes-at-end', '///', ''],
    ['slashes-at-start', '///', '//'],
    ['empty-segments', '///', ''],
  ] as const)('%s: %s is /%s', (name, path, expected) => {
    expect(read(name, path)).toBe(expected);
    expect(read(`${name}+full-match-first`, path)).toBe(expected);
  });
});
