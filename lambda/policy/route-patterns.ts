import { ANY_METHOD, patternFor, WILD } from './resource-pattern.ts';
import { DEFAULT_ROUTE, HTTP_METHODS, type Route } from './route.ts';

/**
 * Patterns for all requests of one route of an HTTP API, in a policy that serves no other route.
 *
 * @param isNamed - whether the table names this method for the route's path, so that `ANY` leaves it out
 */
export function routePatterns({ method, path }: Route, isNamed: (method: string) => boolean): readonly string[] {
  if (path === DEFAULT_ROUTE) return [ANY_METHOD];
  const methods = method === 'ANY' ? HTTP_METHODS.filter((other) => !isNamed(other)) : [method];
  const patterns = methods.map((one) => patternFor(one, path));
  // `/files/{proxy+}` takes `/files/` as well.
  return path.endsWith('+}') ? patterns.map((pattern) => `${pattern.slice(0, -WILD.length)}*`) : patterns;
}
