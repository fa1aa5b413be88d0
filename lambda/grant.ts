import type { CompiledRoute } from './route.ts';

/** What a token may call, as resource patterns below the stage ARN. Nothing in `allow`: nothing is granted. */
export interface Grant {
  readonly routes: readonly CompiledRoute[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}
