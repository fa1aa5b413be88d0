import type { Route } from '../lambda/route.ts';
import { listedPatterns } from './resource-pattern.ts';
import type { FindRequest } from './route-selection.ts';
import { nameOf, type ParsedRoute } from './route-table.ts';
import { RouteTableError } from './route-table-error.ts';

/** A route, and the indexes of all routes whose requests its patterns match. */
export interface MetRoutes {
  readonly route: ParsedRoute;
  readonly meets: readonly number[];
}

/**
 * Refuses a table in which the Deny that stops a leak would also refuse a granted route, for some token.
 *
 * @throws RouteTableError naming the granted route that leaks, the route it leaks into, and the route then refused.
 */
export function refuseInexpressible(table: readonly MetRoutes[], find: FindRequest): void {
  for (const granted of table) {
    for (const denied of pick(table, granted.meets)) {
      if (!grantableWithout(granted.route.route, denied.route.route)) continue;
      const refused = pick(table, denied.meets).find((r) => grantableWithout(r.route.route, denied.route.route));
      if (refused !== undefined) throw inexpressible(granted, denied, refused, find);
    }
  }
}

function pick(table: readonly MetRoutes[], indexes: readonly number[]): readonly MetRoutes[] {
  return indexes.flatMap((index) => table[index] ?? []);
}

/** Whether some token may call `route` but not `other`. A route that needs no scope is granted to every token. */
export function grantableWithout(route: Route, other: Route): boolean {
  if (other.scopes.length === 0) return false;
  return route.scopes.length === 0 || route.scopes.some((scope) => !other.scopes.includes(scope));
}

function inexpressible(granted: MetRoutes, denied: MetRoutes, refused: MetRoutes, find: FindRequest): RouteTableError {
  const [g = '', d = '', r = ''] = [granted, denied, refused].map(({ route }) => nameOf(route.route));
  const [leak, loss] = [sharedRequest(granted, denied, find), sharedRequest(denied, refused, find)];
  const [together, either] = g === r ? [`${g} and ${d}`, g] : [`${g}, ${d} and ${r}`, `${g} or of ${r}`];
  return new RouteTableError(
    `IAM cannot express the routes ${together} together, because its "*" crosses "/": what allows ${g} reaches ${d} ` +
      `(${leak}), and what denies ${d} also refuses ${r} (${loss}); add every scope of ${either} to ${d}, ` +
      'or move one of them to a path of its own.',
  );
}

/** A request that the first one's patterns match and API Gateway sends to the second: `GET /orders/x/refunds`. */
function sharedRequest({ route: from }: MetRoutes, { route: to }: MetRoutes, find: FindRequest): string {
  const [method, ...path] =
    listedPatterns(from)
      .map((pattern) => find(pattern, to))
      .find((found) => found) ?? [];
  return `${method} /${path.join('/')}`;
}
