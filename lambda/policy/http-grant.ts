import { withoutEncodedPaths } from './encoded-paths.ts';
import { withKnownMethods } from './known-methods.ts';
import type { Grant } from './listed-grant.ts';
import type { CompiledRoute } from './route.ts';

/** The grant without what AWS does not document about an HTTP API's requests: methods that no route can name, and encoded paths. */
export function grantForHttpApi(grant: Grant, routes: readonly CompiledRoute[]): Grant {
  return withoutEncodedPaths(withKnownMethods(grant, routes), routes);
}
