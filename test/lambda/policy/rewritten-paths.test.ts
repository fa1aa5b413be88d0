import { describe, expect, it } from 'vitest';
import { grantFor, isAllowed, route } from '../../support/routes/compiled-policy.ts';

const orders = [
  route('GET /orders/{id}', 'read'),
  route('GET /orders/{id}/refunds', 'refunds'),
  route('GET /me', 'me'),
];
const ENCODED = '*/*%*';

describe('a path that is encoded', () => {
  it.each(['GET /orders/%37', 'GET /orders/7/refund%73', 'GET /orders/7%2Frefunds'])(
    'is denied on an HTTP API to a token that may not call every route: %s',
    (request) => {
      expect(isAllowed(orders, 'read', request, 'http')).toBe(false);
      expect(isAllowed(orders, 'read me', 'GET /orders/7', 'http')).toBe(true);
    },
  );

  it('is denied besides what is denied anyway', () => {
    expect(grantFor(orders, 'read', 'http').deny).toEqual(
      expect.arrayContaining([...grantFor(orders, 'read', 'rest').deny, ENCODED]),
    );
  });

  it('is allowed to a token that may call every route', () => {
    expect(isAllowed(orders, 'read refunds me', 'GET /orders/%37', 'http')).toBe(true);
  });

  it.each([
    ['whose routes have no parameters', 'me'],
    ['that may call nothing', 'other'],
  ])('needs no Deny for a token %s', (_, scopes) => {
    expect(grantFor(orders, scopes, 'http').deny).toEqual([]);
  });

  it('is text like any other on a REST API', () => {
    expect(isAllowed(orders, 'read', 'GET /orders/%37', 'rest')).toBe(true);
  });
});
