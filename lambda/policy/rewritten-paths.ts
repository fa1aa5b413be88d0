import type { Grant } from './listed-grant.ts';
import type { CompiledRoute } from './route.ts';

/** Every path with percent-encoding. */
const ENCODED = '*/*%*';

/** Every path with a segment `.`, or one that begins with `..`, as `..;x` does, which servers for Java resolve too. */
const DOT_SEGMENTS = ['*/.', '*/./*', '*/..*'] as const;

/**
 * The grant without paths that are percent-encoded or have dot segments, for an HTTP API, unless it has every route of the table or no
 * wildcard.
 *
 * HTTP APIs decode paths, and have been seen to cut them at a decoded `?`. AWS does not document whether `routeArn` has the path as it
 * was sent. If it has, a Deny for `GET/orders/?*` + `/refunds` does not match `GET/orders/7/refund%73`, which the API hands to that route.
 * If it does not, no ARN has a `%`, unless an encoded one was sent, and nothing is lost.
 *
 * `GET/public/?*` also matches `GET/public/../admin`. AWS does not document whether an HTTP API resolves dot segments (RFC 3986 section
 * 5.2.4), and the backend behind a `{proxy+}` may. Browsers and other clients resolve them before they send a path.
 */
export function withoutRewrittenPaths(grant: Grant, routes: readonly CompiledRoute[]): Grant {
  const isWild = grant.allow.some((pattern) => pattern.includes('*'));
  return isWild && grant.routes.length < routes.length
    ? { ...grant, deny: [...grant.deny, ENCODED, ...DOT_SEGMENTS] }
    : grant;
}
