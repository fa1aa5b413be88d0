import type { CompiledRoute } from '../lambda/route.ts';
import { OperatorError } from './operator-error.ts';
import type { RegionalStack } from './revocation-stack.ts';

/** Calls the API with a token. @returns an HTTP status, or NO_ANSWER */
export type Call = () => Promise<number>;

export const NO_ANSWER = 0;

export function callWith(token: string, { api, authorizer }: RegionalStack): Call {
  const url = `${api}${probePath(authorizer.routes)}`;
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

/** A GET without parameters if there is one. */
function probePath(routes: readonly CompiledRoute[]): string {
  const paths = routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
  const path = paths.find((candidate) => !candidate.includes('{')) ?? paths[0];
  if (path === undefined) throw new OperatorError('--wait needs a GET route to call, and the API has none.');
  return path.replace(/\{[^}]*\}/g, 'probe');
}

/** The authorizer's answer to a token that is no good. */
export function isRefused(status: number): boolean {
  return status === 401;
}

/** Whether the authorizer accepted the token, as it did where a scope is missing (403) or the backend answered. */
export function isAccepted(status: number): boolean {
  return status >= 200 && status < 500 && !isRefused(status) && status !== 429;
}
