import { type CacheKey, DEFAULT_ROUTE, type RequestedRoute } from '../policy/route.ts';
import { type AuthorizationRequest, authorizationIn, stageArnOf, type UnreadEvent } from './authorization-request.ts';

/**
 * The identity sources of an HTTP API's authorizer, by what API Gateway then caches a decision for. API Gateway answers 401 by itself
 * where the header is missing.
 */
export const HTTP_IDENTITY_SOURCES = {
  token: ['$request.header.Authorization'],
  route: ['$request.header.Authorization', '$context.routeKey'],
} as const satisfies Readonly<Record<CacheKey, readonly string[]>>;

/**
 * Reads the event of an HTTP API's authorizer (API Gateway developer guide, "Control access to HTTP APIs with AWS Lambda
 * authorizers", payload format 2.0). undefined: another event.
 *
 * `identitySource` is the cache key. Where it is not the header, or the header and the route, the decision would be reused for
 * what it was not made for. A client may cause that, as with two headers, so it is answered as a malformed token: 401.
 */
export function readHttpApi(event: UnreadEvent): AuthorizationRequest | undefined {
  const { version, type, routeArn, identitySource, routeKey, headers } = event;
  if (version !== '2.0' || type !== 'REQUEST' || typeof routeArn !== 'string') return undefined;
  const authorization = authorizationIn(headers);
  // No list means an authorizer without identity sources, unless the client sent no header.
  if (authorization === undefined || !(Array.isArray(identitySource) || authorization === '')) return undefined;
  const [token, ...others] = [identitySource].flat() as readonly unknown[];
  const route = others[0] === routeKey ? routeOf(routeKey) : undefined;
  const isCacheKey = token === authorization && others.length === (route === undefined ? 0 : 1);
  return {
    api: 'http',
    // With an empty second value, as of two headers: no token.
    authorizationToken: isCacheKey ? authorization : `${authorization},`,
    stageArn: stageArnOf(routeArn),
    route,
  };
}

/** `GET /orders/{id}`, or `$default` for requests that no other route takes. undefined: not a text. */
function routeOf(routeKey: unknown): RequestedRoute | undefined {
  if (typeof routeKey !== 'string') return undefined;
  const [method = '', path = ''] = routeKey === DEFAULT_ROUTE ? ['ANY', routeKey] : routeKey.split(' ');
  return { method, path };
}
