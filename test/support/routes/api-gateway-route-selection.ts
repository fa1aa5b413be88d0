import type { RouteReading } from '../../../infra/routes/route-readings.ts';
import { ROUTE_READINGS } from '../../../infra/routes/route-readings.ts';

/** Anything with a method and a resource path. */
export interface PathRule {
  readonly method: string;
  readonly path: string;
}

/**
 * Selects a route as API Gateway does, written a second time for tests. It shares nothing with the compiler or the local
 * gateway: a route is a regular expression, and the most specific match wins, segment by segment from the left.
 */
export function selectRoute<Rule extends PathRule>(
  routes: readonly Rule[],
  method: string,
  path: string,
  { normalize, preference: { greedy } }: RouteReading = ROUTE_READINGS.rest.raw,
): Rule | undefined {
  const read = `/${normalize(path.slice(1).split('/')).join('/')}`;
  const serving = routes.filter((route) => serves(route, routes, method) && regexOf(route.path).test(read));
  const full = serving.filter((route) => !route.path.endsWith('+}'));
  const candidates = greedy === 'full-match-first' && full.length > 0 ? full : serving;
  return candidates.sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1))[0];
}

function serves(route: PathRule, routes: readonly PathRule[], method: string): boolean {
  if (route.method !== 'ANY') return route.method === method;
  return !routes.some((other) => other.path === route.path && other.method === method);
}

const expressions = new Map<string, RegExp>();

function regexOf(path: string): RegExp {
  const known = expressions.get(path);
  if (known !== undefined) return known;
  const source = path
    .split('/')
    .map((part) => {
      if (part.endsWith('+}')) return '[^]+';
      return part.startsWith('{') ? '[^/]+' : part.replace(/[.$]/g, '\\$&');
    })
    .join('/');
  const expression = new RegExp(`^${source}$`, 'u');
  expressions.set(path, expression);
  return expression;
}

function rank(path: string): string {
  return path
    .split('/')
    .map((part) => (part.endsWith('+}') ? '3' : part.startsWith('{') ? '2' : '1'))
    .join('');
}
