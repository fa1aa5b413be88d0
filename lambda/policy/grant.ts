import type { CompiledRoute } from './route.ts';

/** What a token may call, as resource patterns below the stage ARN. Nothing in `allow`: nothing is granted. */
export interface Grant {
  readonly routes: readonly CompiledRoute[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** What a token may call because of `scopes`: those of its scopes that open a route, in the token's order. */
export interface TokenGrant extends Grant {
  readonly scopes: readonly string[];
}
