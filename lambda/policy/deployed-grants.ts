import { Grants } from './grants.ts';
import { type ApiKind, type CompiledRoute, HTTP_ROUTES_FILE, ROUTES_FILE } from './route.ts';

/** The files next to the bundle. */
export interface DeployedFiles {
  readonly hasFile: (name: string) => boolean;
  readonly readFile: (name: string) => string;
}

/**
 * Returns the grants for a kind of APIs. Those of REST APIs are read at once, since a cold start has to. Those of HTTP APIs are
 * read for the first of their requests, where they are others.
 */
export function deployedGrants({ hasFile, readFile }: DeployedFiles): (api: ApiKind) => Grants {
  const grantsIn = (name: string) => new Grants(JSON.parse(readFile(name)) as readonly CompiledRoute[]);
  const ofRestApis = grantsIn(ROUTES_FILE);
  let ofHttpApis: Grants | undefined;
  return (api) => {
    if (api === 'rest') return ofRestApis;
    ofHttpApis ??= hasFile(HTTP_ROUTES_FILE) ? grantsIn(HTTP_ROUTES_FILE) : ofRestApis;
    return ofHttpApis;
  };
}
