import type { CompiledRoute } from '../../../lambda/policy/route.ts';
import { OperatorError } from '../../cli/operator-error.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';

/** Calls the API with a token. @returns the HTTP status, or NO_ANSWER */
export type Call = () => Promise<number>;

export const NO_ANSWER = 0;

export function callWith(token: string, { api, authorizer }: RegionalStack): Call {
  const url = `${api}${probeRoute(authorizer.routes).path.replace(/\{[^}]*\}/g, 'probe')}`;
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
  const { method, path } = probeRoute(authorizer.routes);
  return `${method} ${path}`;
}

/** The GET route to call, without parameters if there is one. @throws OperatorError when there is no GET route */
function probeRoute(routes: readonly CompiledRoute[]): CompiledRoute {
  const candidates = routes.filter(({ method }) => method === 'GET');
  const route = candidates.find(({ path }) => !path.includes('{')) ?? candidates[0];
  if (route === undefined) throw new OperatorError('--wait needs a GET route to call, and the API has none.');
  return route;
}

/** Whether the authorizer rejected the token. */
export function isRejected(status: number): boolean {
  return status === 401;
}

/** Whether the authorizer accepted the token: the backend answered, or a scope is missing (403). */
export function isAccepted(status: number): boolean {
  return status >= 200 && status < 500 && !isRejected(status) && status !== 429;
}
