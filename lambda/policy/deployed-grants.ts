import { Grants } from './grants.ts';
import { type ApiKind, type CompiledRoute, HTTP_ROUTES_FILE, ROUTES_FILE } from './route.ts';

/** The files next to the bundle. */
export interface DeployedFiles {
  readonly hasFile: (name: string) => boolean;
  readonly readFile: (name: string) => string;
}

/**
 * Returns the grants for a kind of API. Those of REST APIs are read at once, as a part of the cold start. Those of HTTP APIs are
 * read for the first of their requests.
 */
export function deployedGrants({ hasFile, readFile }: DeployedFiles): (api: ApiKind) => Grants {
  const grantsIn = (file: string, api: ApiKind) =>
    new Grants(JSON.parse(readFile(file)) as readonly CompiledRoute[], api);
  const ofRestApis = grantsIn(ROUTES_FILE, 'rest');
  let ofHttpApis: Grants | undefined;
  return (api) => {
    if (api === 'rest') return ofRestApis;
    ofHttpApis ??= grantsIn(hasFile(HTTP_ROUTES_FILE) ? HTTP_ROUTES_FILE : ROUTES_FILE, 'http');
    return ofHttpApis;
  };
}
