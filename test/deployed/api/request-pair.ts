import type { Route } from '../../../lambda/policy/route.ts';
import { type RouteRequest, requestFor } from '../held-token.ts';

/** The part in which two requests differ, as API Gateway names it. */
export type KeyPart = 'resourcePath' | 'httpMethod' | 'routeKey';

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
    const others = OTHERS[part](route, routes);
    const other = others.find(({ method }) => mayCallAny || method === 'GET' || method === 'HEAD');
    if (other !== undefined) return { cached, other };
  }
  return undefined;
}

/** What differs in one part only. A route key is the method and the path of a route, so either makes another one. */
const OTHERS: Readonly<Record<KeyPart, (route: NamedRoute, routes: readonly NamedRoute[]) => readonly RouteRequest[]>> =
  {
    httpMethod: otherMethods,
    resourcePath: otherResources,
    routeKey: (route, routes) => [
      ...otherResources(route, routes),
      ...(route.method === 'ANY' ? [] : otherMethods(route, routes)),
    ],
  };

/** Compares routes by their request's path, which is the same for `/files/{name}` and `/files/{path+}`. */
function otherResources(route: NamedRoute, routes: readonly NamedRoute[]): readonly RouteRequest[] {
  const cached = requestFor(route);
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
