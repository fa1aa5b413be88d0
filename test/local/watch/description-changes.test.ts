import { describe, expect, it } from 'vitest';
import type { AuthorizerDescription } from '../../../lambda/configuration/authorizer-description.ts';
import type { Route } from '../../../lambda/policy/route.ts';
import { descriptionChanges } from '../../../local/watch/description-changes.ts';
import { describedTable } from '../../support/operator/operator-at-work.ts';

const ORDERS: Route = { method: 'GET', path: '/orders', scopes: ['orders:read'] };
const HEALTH: Route = { method: 'GET', path: '/health', scopes: [] };

const BASE = describedWith([ORDERS]);

function describedWith(routes: readonly Route[], change: Partial<AuthorizerDescription> = {}): AuthorizerDescription {
  const configuration = {
    ...{ issuers: [], revocationTable: 'revocations', revocationEndpoint: 'https://dynamodb.example' },
    ...{ revocationLevels: ['token' as const], contextClaims: {} },
  };
  const times = { resultTtlSeconds: 60, authorizerTimeoutSeconds: 5, flush: true };
  return { configuration, ...times, ...describedTable(routes), ...change };
}

const changesTo = (after: AuthorizerDescription) => descriptionChanges(BASE, after);

describe('what has changed between two syntheses', () => {
  it('is nothing where nothing has', () => {
    expect(changesTo(describedWith([ORDERS]))).toEqual([]);
  });

  it('is a route that came, one that went, and scopes that are others', () => {
    expect(changesTo(describedWith([ORDERS, HEALTH]))).toEqual(['Route added: GET /health (any valid token).']);
    expect(changesTo(describedWith([]))).toEqual(['Route removed: GET /orders.']);
    const scopes = ['orders:read', 'orders:admin'];
    expect(changesTo(describedWith([{ ...ORDERS, scopes }]))).toEqual([
      'Scopes changed: GET /orders (orders:admin or orders:read; before: orders:read).',
    ]);
    expect(changesTo(describedWith([{ ...ORDERS, scopes: [...scopes].reverse() }]))).toHaveLength(1);
  });

  it('names the API kind where routes of HTTP APIs are compiled on their own', () => {
    const { routes: httpRoutes } = describedTable([HEALTH]);
    expect(changesTo(describedWith([ORDERS], { httpRoutes }))).toEqual([
      'Route added of the HTTP API: GET /health (any valid token).',
    ]);
  });

  it('is a request that is lost now, and the opposite', () => {
    const table: readonly Route[] = [
      { method: 'GET', path: '/{p0}/{p1}', scopes: ['admin'] },
      { method: 'GET', path: '/{p0}/a', scopes: [] },
      { method: 'GET', path: '/', scopes: [] },
      { method: 'GET', path: '/a/{rest+}', scopes: [] },
    ];
    const [before, after] = [describedWith([]), describedWith(table)];
    const lost = descriptionChanges(before, after).filter((line) => line.startsWith('Lost now'));
    expect(lost.length).toBeGreaterThan(0);
    const found = descriptionChanges(after, before).filter((line) => line.startsWith('No longer lost'));
    expect(found).toHaveLength(lost.length);
  });

  it('is a result TTL, a flush and levels that are others', () => {
    const { configuration } = BASE;
    const levels = { ...configuration, revocationLevels: ['token' as const, 'subject' as const] };
    const after = describedWith([ORDERS], { resultTtlSeconds: 300, flush: false, configuration: levels });
    expect(changesTo(after)).toEqual([
      'Result TTL: 300 s (before: 60 s).',
      'Flush: off (before: on).',
      'Revocation levels: token, subject (before: token).',
    ]);
  });
});
