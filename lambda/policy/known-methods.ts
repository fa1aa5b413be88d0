import type { Grant } from './listed-grant.ts';
import { ANY_METHOD } from './resource-pattern.ts';
import { type CompiledRoute, HTTP_METHODS } from './route.ts';

/**
 * The grant for the methods that routes can name, where a star for every method would open more.
 *
 * A Deny for an `ANY` route often has to list methods, because a star crosses slashes. AWS does not document what an HTTP API does with a
 * method that no route can name. If it hands `TRACE /admin` to `ANY /admin`, no listed Deny takes that from an Allow of `*`.
 */
export function withKnownMethods(grant: Grant, routes: readonly CompiledRoute[]): Grant {
  if (!grant.allow.some(isForEveryMethod)) return grant;
  const granted = new Set(grant.routes);
  const closed = routes.filter((route) => route.method === 'ANY' && !granted.has(route));
  // Nothing denies an ANY route whose path names all methods.
  const isListed =
    grant.deny.some((pattern) => !isForEveryMethod(pattern)) || closed.some(({ deny }) => deny.length === 0);
  return closed.length > 0 && isListed ? { ...grant, allow: grant.allow.flatMap(patternsByMethod) } : grant;
}

function isForEveryMethod(pattern: string): boolean {
  return pattern.startsWith(ANY_METHOD);
}

/** The same requests, without those of other methods. The star of `*` + `/orders` also takes `GET/tenants`, and so does `GET/*` + `/orders`. */
function patternsByMethod(pattern: string): readonly string[] {
  if (!isForEveryMethod(pattern)) return [pattern];
  const path = pattern.slice(ANY_METHOD.length);
  return HTTP_METHODS.flatMap((method) => (path === '' ? [`${method}/*`] : [`${method}${path}`, `${method}/*${path}`]));
}
