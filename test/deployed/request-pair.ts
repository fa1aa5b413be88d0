import type { Route } from '../../lambda/policy/route.ts';
import { type RouteRequest, requestFor } from './held-token.ts';

/** The part in which two requests differ, as API Gateway names it. */
export type KeyPart = 'resourcePath' | 'httpMethod';

/** Two requests that differ in one part of the cache key. The token opens the first. */
export interface RequestPair {
  readonly cached: RouteRequest;
  readonly other: RouteRequest;
}

type NamedRoute = Pick<Route, 'method' | 'path'>;

/**
 * The first pair of a route table. The other request need not be granted.
 * @param mayCallAny - whether methods besides GET and HEAD may be sent
 */
export function requestPair(
  part: KeyPart,
  granted: readonly NamedRoute[],
  routes: readonly NamedRoute[],
  mayCallAny: boolean,
): RequestPair | undefined {
  for (const route of granted) {
    const cached = requestFor(route);
    if (cached.method !== 'GET') continue;
    const others = part === 'httpMethod' ? otherMethods(route, routes) : otherResources(cached, routes);
    const other = others.find(({ method }) => mayCallAny || method === 'GET' || method === 'HEAD');
    if (other !== undefined) return { cached, other };
  }
  return undefined;
}

/** Compares routes by their request's path, which is the same for `/files/{name}` and `/files/{path+}`. */
function otherResources(cached: RouteRequest, routes: readonly NamedRoute[]): readonly RouteRequest[] {
  return routes.map(requestFor).filter(({ method, path }) => method === 'GET' && path !== cached.path);
}

/** The same path by other methods. A route for any method also answers HEAD. */
function otherMethods({ method, path }: NamedRoute, routes: readonly NamedRoute[]): readonly RouteRequest[] {
  if (method === 'ANY') return [{ ...requestFor({ method, path }), method: 'HEAD' }];
  return routes
    .filter((route) => route.path === path && route.method !== 'ANY')
    .map(requestFor)
    .filter((other) => other.method !== 'GET');
}
