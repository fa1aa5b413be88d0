import { ROUTE_READINGS, type RouteReading } from '../../../infra/routes/route-readings.ts';

/** Anything with a method and a resource path. */
export interface PathRule {
  readonly method: string;
  readonly path: string;
}

/**
 * Selects a route as API Gateway does, written a second time for tests. It shares nothing with the compiler or the local
 * gateways: a route is a regular expression, and of those that match, the least by the keys of `sortKey` wins.
 */
export function selectRoute<Rule extends PathRule>(
  routes: readonly Rule[],
  method: string,
  path: string,
  { normalize, preference }: RouteReading = ROUTE_READINGS.rest.raw,
): Rule | undefined {
  const read = `/${normalize(path.slice(1).split('/')).join('/')}`;
  let least: { readonly route: Rule; readonly key: string } | undefined;
  for (const route of routes) {
    if (!serves(route, routes, method) || !regexOf(route.path, preference.emptyRest).test(read)) continue;
    const key = sortKey(route, preference);
    if (least === undefined || key < least.key) least = { route, key };
  }
  return least?.route;
}

function serves(route: PathRule, routes: readonly PathRule[], method: string): boolean {
  if (route.method !== 'ANY') return route.method === method;
  return !routes.some((other) => other.path === route.path && other.method === method);
}

const expressions = new Map<string, RegExp>();

function regexOf(path: string, takesEmptyRest: boolean): RegExp {
  const known = expressions.get(`${path} ${takesEmptyRest}`);
  if (known !== undefined) return known;
  const source = path
    .split('/')
    .map((part) => {
      if (part.endsWith('+}')) return takesEmptyRest ? '[^]*' : '[^]+';
      return part.startsWith('{') ? '[^/]+' : part.replace(/[.$]/g, '\\$&');
    })
    .join('/');
  const expression = path === '$default' ? /(?:)/ : new RegExp(`^${source}$`, 'u');
  expressions.set(`${path} ${takesEmptyRest}`, expression);
  return expression;
}

/** What is compared first comes first. */
function sortKey({ method, path }: PathRule, preference: RouteReading['preference']): string {
  const parts = path.split('/').slice(1);
  const isGreedy = path.endsWith('+}');
  const literals = parts.filter((part) => !part.startsWith('{')).length;
  return [
    path === '$default' ? 1 : 0,
    preference.greedy === 'full-match-first' && isGreedy ? 1 : 0,
    preference.method === 'before-path' && method === 'ANY' ? 1 : 0,
    preference.path === 'most-literals' ? 999 - literals : 0,
    ...parts.map((part) => (part.endsWith('+}') ? 3 : part.startsWith('{') ? 2 : 1)),
  ].join(' ');
}
