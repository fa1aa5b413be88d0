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
}

/** The file beside the authorizer's bundle that holds its `CompiledRoute[]`: 500 routes do not fit into 4 KB of environment. */
export const ROUTES_FILE = 'routes.json';
