import type { PolicyLoss } from '../../../infra/routes/policy-loss.ts';
import { DEFAULT_ROUTE, type Route } from '../../../lambda/policy/route.ts';
import type { PathRequest } from './route-tables.ts';

/** Whether the loss is about this request of `route`, and a token that holds these scopes has it. */
export function explains(
  loss: PolicyLoss,
  { method, path }: PathRequest,
  { routes, route, scopes }: { readonly routes: readonly Route[]; readonly route: Route; readonly scopes: Scopes },
): boolean {
  const granted = (name: string) => routes.some((one) => nameOf(one) === name && isGranted(one, scopes));
  if (loss.route !== nameOf(route) || granted(loss.denied) || !loss.because.some(granted)) return false;
  return loss.requests.some((words) => wordsMatch(words, `${method} ${path}`));
}

type Scopes = ReadonlySet<string>;

export function isGranted({ scopes: needed }: Route, scopes: Scopes): boolean {
  return needed.length === 0 || needed.some((scope) => scopes.has(scope));
}

export function nameOf({ method, path }: Route): string {
  return path === DEFAULT_ROUTE ? path : `${method} ${path}`;
}

/** `GET /users/{id}/photos/roles`, `GET /files/{proxy+}`, `GET /files/…/roles`. */
function wordsMatch(words: string, request: string): boolean {
  const source = words
    .replace(/[.$]/g, '\\$&')
    .replace(/^ANY/, '[A-Z]+')
    .replace(/\{[^}]+\+\}|…/g, '[^]+')
    .replace(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${source}$`).test(request);
}
