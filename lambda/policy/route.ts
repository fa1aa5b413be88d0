/** The kinds of API Gateway's APIs. They differ in how they select routes, in their events and in their errors. */
export type ApiKind = 'rest' | 'http';

/** The path of an HTTP API's route for every request that no other route takes; its method is `ANY`. */
export const DEFAULT_ROUTE = '$default';

/** A method that API Gateway lets a resource have. */
export type HttpMethod = 'DELETE' | 'GET' | 'HEAD' | 'OPTIONS' | 'PATCH' | 'POST' | 'PUT';

export const HTTP_METHODS: readonly HttpMethod[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * One rule of the route table. A token that holds **any one** of `scopes` may call the route, as with API Gateway's own
 * `authorizationScopes`.
 */
export interface Route {
  /** `ANY` stands for every method that the resource does not name. */
  readonly method: HttpMethod | 'ANY';
  /** An API Gateway resource path: `/`, `/orders/{id}`, `/files/{proxy+}`. HTTP APIs only: `$default`, with the method `ANY`. */
  readonly path: string;
  /** Any one of them is enough. Empty: any valid token. */
  readonly scopes: readonly string[];
}

/** The name of a route in messages and descriptions: `GET /orders/{id}`, or `$default`. An HTTP API's route key is the same. */
export function nameOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return path === DEFAULT_ROUTE ? path : `${method} ${path}`;
}

/** What API Gateway caches a decision for: a token on all routes, or a token on one route. */
export type CacheKey = 'token' | 'route';

/**
 * The method and the path (`/orders/{id}`) of the route that API Gateway selected for a request. REST APIs name the request's own
 * method, HTTP APIs the route's: `ANY` among them.
 */
export interface RequestedRoute {
  readonly method: string;
  readonly path: string;
}

/**
 * A route as synth compiled it: what the authorizer needs to write a policy without ever parsing a path.
 *
 * `allow` and `deny` are resource patterns below the stage ARN (`GET/orders/?*`). IAM's wildcards cross `/`, so an Allow may
 * reach requests that API Gateway hands to other routes. Those go into the Deny unless the token is granted them too.
 * Numbers are indexes in the table.
 */
export interface CompiledRoute extends Route {
  readonly allow: readonly string[];
  /** All requests of the route, under every reading of API Gateway's routing. */
  readonly deny: readonly string[];
  /** Routes that `allow` reaches as a whole: their `deny` patterns are what to deny. */
  readonly leaksInto: readonly number[];
  /** Routes that `allow` reaches in part, with the patterns of that part. */
  readonly leaksPartlyInto: readonly PartialLeak[];
  /** Routes that `deny` reaches: next to a granted one of them, only a part of this route is denied, if it can be. */
  readonly denyReaches: readonly number[];
  /** Routes whose `allow` matches all that this one's does: next to one of them, this one's is left out. */
  readonly within: readonly number[];
  /** Routes whose spellings with empty segments (`/orders/`, `//orders`) `allow` reaches. */
  readonly reachesSpellingsOf: readonly number[];
  /** Proxies whose requests with one empty segment `allow` reaches by the plain reading, with patterns for these. */
  readonly leaksBySpelling: readonly PartialLeak[];
  readonly wide: WideMembership;
}

/** The index of a route, and patterns for the part of it that is reached. */
export type PartialLeak = readonly [route: number, patterns: readonly string[]];

/** The wide patterns (`GET/orders/?*`, `*`) that stand for many routes at once, where a policy would grow too long. */
export interface WideMembership {
  /** Those that match every request of the route. */
  readonly covering: readonly string[];
  /** Those that match some of its requests only, with patterns for these requests. */
  readonly meeting: readonly WidePart[];
  /** Those that match some of its spellings with empty segments; the covering ones do that too. */
  readonly spelling: readonly string[];
  /** Of a proxy: those that match requests of it with one empty segment, with patterns for these. */
  readonly spelled: readonly WidePart[];
}

/** A wide pattern, and patterns for the part of a route that it matches. */
export type WidePart = readonly [wide: string, patterns: readonly string[]];

/** The file next to the authorizer's bundle that holds its `CompiledRoute[]`: 500 routes do not fit into 4 KB of environment. */
export const ROUTES_FILE = 'routes.json';

/** The same file for HTTP APIs. Left out where both kinds select alike. */
export const HTTP_ROUTES_FILE = 'http-routes.json';
