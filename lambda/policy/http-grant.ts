import { withKnownMethods } from './known-methods.ts';
import type { Grant } from './listed-grant.ts';
import { withoutRewrittenPaths } from './rewritten-paths.ts';
import type { CompiledRoute } from './route.ts';

/** The grant without what AWS does not document about an HTTP API's requests: methods that no route can name, and paths that may be rewritten. */
export function grantForHttpApi(grant: Grant, routes: readonly CompiledRoute[]): Grant {
  return withoutRewrittenPaths(withKnownMethods(grant, routes), routes);
}
