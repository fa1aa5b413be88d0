import type { Route } from '../../lambda/route.ts';

/**
 * Which route API Gateway picks, written a second time for tests and sharing nothing with the compiler: every route is a
 * regular expression, and among those that match the most specific wins, segment by segment from the left.
 */
export function selectRoute(routes: readonly Route[], method: string, path: string): Route | undefined {
  const serving = routes.filter((route) => serves(route, routes, method) && regexOf(route.path).test(path));
  return serving.sort((a, b) => (rank(a.path) < rank(b.path) ? -1 : 1))[0];
}

/** What else API Gateway may make of empty segments before it selects, by name. */
export const OTHER_READINGS: Readonly<Record<'observed' | 'collapsed', (path: string) => string>> = {
  /** One slash too many at either end does not count, as emulators saw it. */
  observed: (path) => (path.startsWith('//') ? path.slice(1) : path.length > 1 ? path.replace(/\/$/, '') : path),
  collapsed: (path) => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'),
};

function serves(route: Route, routes: readonly Route[], method: string): boolean {
  if (route.method !== 'ANY') return route.method === method;
  return !routes.some((other) => other.path === route.path && other.method === method);
}

function regexOf(path: string): RegExp {
  const source = path
    .split('/')
    .map((part) => {
      if (part.endsWith('+}')) return '[^]+';
      return part.startsWith('{') ? '[^/]+' : part.replace(/[.$]/g, '\\$&');
    })
    .join('/');
  return new RegExp(`^${source}$`, 'u');
}

function rank(path: string): string {
  return path
    .split('/')
    .map((part) => (part.endsWith('+}') ? '3' : part.startsWith('{') ? '2' : '1'))
    .join('');
}
