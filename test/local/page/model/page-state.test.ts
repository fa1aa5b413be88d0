import { describe, expect, it } from 'vitest';
import type { FedEvent } from '../../../../local/log/run-event-feed.ts';
import { samplePathOf, watchedRouteOf, withEvent } from '../../../../local/page/model/page-state.ts';
import type { PageFacts } from '../../../../local/page-server/page-messages.ts';

const fed = (id: number): FedEvent => ({
  id,
  event: { event: 'entry', at: id, change: 'written', level: 'token', issuer: 'local' },
});

const route = (path: string, ...scopes: readonly string[]) => ({ method: 'GET', path, scopes }) as const;

describe('the events that the page keeps', () => {
  it('are each kept once, although a new connection repeats some', () => {
    const events = [1, 2, 3, 2, 3, 4].reduce<readonly FedEvent[]>((kept, id) => withEvent(kept, fed(id)), []);
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });
});

describe('the path to call', () => {
  it.each([
    ['/orders', '/orders'],
    ['/orders/{id}/refunds', '/orders/7/refunds'],
    ['/files/{proxy+}', '/files/a/b'],
    ['$default', '/somewhere'],
  ])('of the route %s is %s', (path, expected) => {
    expect(samplePathOf({ path })).toBe(expected);
  });
});

describe('the route on which a token is watched', () => {
  const watched = (routes: PageFacts['routes'], ...scopes: readonly string[]) =>
    watchedRouteOf({ routes } as PageFacts, scopes)?.path;

  it('is one that the token opens, and preferably one without a path parameter', () => {
    const routes = [route('/admin', 'admin'), route('/orders/{id}', 'orders:read'), route('/orders', 'orders:read')];
    expect(watched(routes, 'orders:read')).toBe('/orders');
    expect(watched(routes.slice(0, 2), 'orders:read')).toBe('/orders/{id}');
  });

  it('is another one where the token opens none: its 403 shows that the token is accepted', () => {
    expect(watched([route('/admin', 'admin')])).toBe('/admin');
  });

  it('is none where no route can be read', () => {
    expect(watched([{ method: 'POST', path: '/orders', scopes: [] }])).toBeUndefined();
  });
});
