import { type CompiledRoute, DEFAULT_ROUTE, nameOf } from '../../../lambda/policy/route.ts';
import { OperatorError } from '../../cli/operator-error.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';

/** Calls the API with a token. @returns the HTTP status, or NO_ANSWER */
export type Call = () => Promise<number>;

export const NO_ANSWER = 0;

export function callWith(token: string, { api, authorizer }: RegionalStack): Call {
  const url = `${api}${probePath(probeRoute(authorizer.routes))}`;
  const request = { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' } as const;
  return async () => {
    try {
      const response = await fetch(url, request);
      await response.body?.cancel();
      return response.status;
    } catch {
      // Not fetch's message: it repeats a header that cannot be sent.
      return NO_ANSWER;
    }
  };
}

/** The route that a probe watches; undefined: the API caches one decision for all routes, so the probe watches all. */
export function watchedRoute({ authorizer }: RegionalStack): string | undefined {
  if (authorizer.cachePer !== 'route') return undefined;
  return nameOf(probeRoute(authorizer.routes));
}

/**
 * The route to call with GET: one without parameters if there is one, and one for any method only if no route is for GET.
 * @throws OperatorError when there is neither
 */
function probeRoute(routes: readonly CompiledRoute[]): CompiledRoute {
  const [route] = routes
    .filter(({ method }) => method === 'GET' || method === 'ANY')
    .toSorted((one, other) => preferenceOf(one) - preferenceOf(other));
  if (route === undefined) throw new OperatorError('--wait needs a GET route to call, and the API has none.');
  return route;
}

/** `$default` takes a path only if no other route does, so it comes last. */
function preferenceOf({ method, path }: CompiledRoute): number {
  if (path === DEFAULT_ROUTE) return 4;
  return (method === 'ANY' ? 2 : 0) + (path.includes('{') ? 1 : 0);
}

/** A path that the route takes. */
function probePath({ path }: CompiledRoute): string {
  return path === DEFAULT_ROUTE ? '/probe' : path.replace(/\{[^}]*\}/g, 'probe');
}

/**
 * Whether the authorizer rejected the token. A 500 says nothing: an authorizer that cannot decide answers so, and it is unconfirmed that
 * HTTP APIs do not answer so where the authorizer rejects.
 */
export function isRejected(status: number): boolean {
  return status === 401;
}

/** Whether the authorizer accepted the token: the backend answered, or a scope is missing (403). */
export function isAccepted(status: number): boolean {
  return status >= 200 && status < 500 && !isRejected(status) && status !== 429;
}
