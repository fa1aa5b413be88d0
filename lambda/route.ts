/** The methods that API Gateway lets a resource have; `ANY` stands for every one that the resource does not name. */
export const HTTP_METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const;

export type HttpMethod = (typeof HTTP_METHODS)[number];

/**
 * One rule of the route table.
 *
 * A token that holds **any one** of `scopes` may call the route, as API Gateway itself means `authorizationScopes`;
 * an empty list admits every valid token.
 */
export interface Route {
  readonly method: HttpMethod | 'ANY';
  /** An API Gateway resource path: `/`, `/orders/{id}`, `/files/{proxy+}`. */
  readonly path: string;
  readonly scopes: readonly string[];
}

/**
 * A route as synth compiled it: what the authorizer needs to write a policy without ever parsing a path.
 *
 * `allow` and `deny` are resource patterns below the stage ARN (`GET/orders/*`). IAM's `*` crosses `/`, so an Allow may
 * reach requests that API Gateway sends to other routes: `leaksInto` names those, by index in the table, and their
 * `deny` patterns go into the policy unless the token is granted them too.
 */
export interface CompiledRoute extends Route {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  readonly leaksInto: readonly number[];
  /** Routes whose patterns match all that this one's match: beside one of them, this one's need not be written. */
  readonly within: readonly number[];
  /** How the route may be spelled with empty segments (`/orders/`, `//orders`), for a Deny. */
  readonly spellings: readonly Spelling[];
  /** Spellings of other routes that an Allow of this one reaches: they go into the Deny. */
  readonly leaksBySpelling: readonly SpelledLeak[];
  readonly wide: WideMembership;
}

/** A pattern of spellings that API Gateway may or may not send to the route; nobody documents it. */
export interface Spelling {
  readonly pattern: string;
  /** Routes that surely get some of these requests: where one of them is granted, the pattern may not be denied. */
  readonly unlessGranted: readonly number[];
  /** The route's own `deny` matches these requests too: a star absorbs empty segments next to it. */
  readonly absorbed: boolean;
}

/** A route's index in the table, and the index of one of its `spellings`. */
export type SpelledLeak = readonly [route: number, spelling: number];

/** The wide patterns (`GET/orders/*`, `*`) that stand for many routes at once, where a policy would grow too long. */
export interface WideMembership {
  /** Those that match every request of the route. */
  readonly covering: readonly string[];
  /** Those that match some of its requests only. */
  readonly meeting: readonly string[];
  /** Those that match some of its `spellings`; the covering ones do that too. */
  readonly spelling: readonly string[];
}

/** The file beside the authorizer's bundle that holds its `CompiledRoute[]`: 500 routes do not fit into 4 KB of environment. */
export const ROUTES_FILE = 'routes.json';
