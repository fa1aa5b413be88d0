import { describe, expect, test } from 'vitest';
import { grantFor, isAllowed, route } from '../support/compiled-policy.ts';

const orders = [
  route('GET /orders', 'list'),
  route('GET /orders/{id}', 'read'),
  route('GET /orders/{id}/items', 'items'),
  route('GET /orders/{id}/items/{item}', 'items'),
];

describe('spellings that API Gateway may take for a route that is not granted', () => {
  test.each(['GET /orders/', 'GET /orders//', 'GET /orders///'])('a slash at the end of a literal: %s', (request) => {
    expect(isAllowed(orders, 'read', request)).toBe(false);
  });

  test('a slash at the end of a route below a parameter', () => {
    const routes = [route('GET /orders/{id}', 'read'), route('GET /orders/{id}/refunds', 'refunds')];
    expect(grantFor(routes, 'read').deny).toEqual(['GET/orders/*/refunds', 'GET/orders/*/refunds/*']);
    expect(isAllowed(routes, 'read', 'GET /orders/1/refunds/')).toBe(false);
  });

  test('a slash at the end of a parameter', () => {
    const routes = [route('GET /{tenant}', 'tenant'), route('GET /{tenant}/{thing}', 'thing')];
    expect(isAllowed(routes, 'thing', 'GET /acme/')).toBe(false);
    expect(isAllowed(routes, 'thing', 'GET /acme/1')).toBe(true);
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
});

describe('spellings that belong to what is granted', () => {
  test('a granted proxy keeps its doubled slashes', () => {
    const routes = [route('GET /files/{proxy+}', 'files'), route('GET /files/a/b', 'other')];
    expect(isAllowed(routes, 'files', 'GET /files/x//y')).toBe(true);
    expect(isAllowed(routes, 'files', 'GET /files/a//b')).toBe(true);
    expect(isAllowed(routes, 'files', 'GET /files/a/b')).toBe(false);
  });

  test('a granted proxy loses the slash at the end of a literal beside it that is not granted', () => {
    const routes = [route('GET /{proxy+}', 'rest'), route('GET /admin', 'admin')];
    expect(isAllowed(routes, 'rest', 'GET /admin/')).toBe(false);
    expect(isAllowed(routes, 'rest', 'GET /admin/x')).toBe(true);
  });

  test('a granted literal is not allowed with a slash at its end', () => {
    expect(isAllowed(orders, 'list', 'GET /orders/')).toBe(false);
    expect(isAllowed(orders, 'list read', 'GET /orders/')).toBe(true);
  });

  test('no Deny is written for a spelling that no Allow reaches', () => {
    expect(grantFor(orders, 'list').deny).toEqual([]);
    expect(grantFor(orders, 'list read items').deny).toEqual([]);
  });
});

test('a percent-encoded literal is text for the parameter, since no pattern could tell the two apart', () => {
  const routes = [route('GET /orders/{id}', 'read'), route('GET /orders/special', 'special')];
  expect(isAllowed(routes, 'read', 'GET /orders/%73pecial')).toBe(true);
  expect(isAllowed(routes, 'special', 'GET /orders/%73pecial')).toBe(false);
});
