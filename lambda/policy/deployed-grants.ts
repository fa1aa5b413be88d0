import { Grants } from './grants.ts';
import { type ApiKind, type CompiledRoute, HTTP_ROUTES_FILE, ROUTES_FILE } from './route.ts';

/** The files next to the bundle. */
export interface DeployedFiles {
  readonly hasFile: (name: string) => boolean;
  readonly readFile: (name: string) => string;
}

/**
 * Returns the grants for a kind of API. Those of REST APIs are made at once, as a part of the cold start. Those of HTTP APIs are
 * made for the first of their requests, and their file is read then.
 */
export function deployedGrants({ hasFile, readFile }: DeployedFiles): (api: ApiKind) => Grants {
  const routesIn = (file: string) => JSON.parse(readFile(file)) as readonly CompiledRoute[];
  const routes = routesIn(ROUTES_FILE);
  const ofRestApis = new Grants(routes, 'rest');
  let ofHttpApis: Grants | undefined;
  return (api) => {
    if (api === 'rest') return ofRestApis;
    ofHttpApis ??= new Grants(hasFile(HTTP_ROUTES_FILE) ? routesIn(HTTP_ROUTES_FILE) : routes, 'http');
    return ofHttpApis;
  };
}
