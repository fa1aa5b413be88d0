import type { CompiledRoute } from '../../../lambda/policy/route.ts';
import { OperatorError } from '../../cli/operator-error.ts';
import type { RegionalStack } from '../../stack/revocation-stack.ts';

/** Calls the API with a token. @returns an HTTP status, or NO_ANSWER */
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
      // Never fetch's own words: they repeat a header that cannot be sent.
      return NO_ANSWER;
    }
  };
}

/** The only route that a probe watches; undefined: the decision that it meets serves every route. */
export function watchedRoute({ authorizer }: RegionalStack): string | undefined {
  if (authorizer.cachePer !== 'route') return undefined;
  const { method, path } = probeRoute(authorizer.routes);
  return `${method} ${path}`;
}

/** A GET without parameters if there is one. */
function probeRoute(routes: readonly CompiledRoute[]): CompiledRoute {
  const candidates = routes.filter(({ method }) => method === 'GET');
  const route = candidates.find(({ path }) => !path.includes('{')) ?? candidates[0];
  if (route === undefined) throw new OperatorError('--wait needs a GET route to call, and the API has none.');
  return route;
}

/** The authorizer's answer to a token that is no good. */
export function isRejected(status: number): boolean {
  return status === 401;
}

/** Whether the authorizer accepted the token, as it did where a scope is missing (403) or the backend answered. */
export function isAccepted(status: number): boolean {
  return status >= 200 && status < 500 && !isRejected(status) && status !== 429;
}
