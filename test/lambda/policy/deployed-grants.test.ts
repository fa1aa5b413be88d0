import { describe, expect, it } from 'vitest';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { deployedGrants } from '../../../lambda/policy/deployed-grants.ts';
import { type ApiKind, HTTP_METHODS } from '../../../lambda/policy/route.ts';

const tableWith = (path: string, api: ApiKind = 'rest') =>
  JSON.stringify(compileRoutes([{ method: 'GET', path, scopes: [] }], api));

/** Files next to a bundle, with the names of those that were read. */
function filesOf(files: Readonly<Record<string, string>>) {
  const read: string[] = [];
  const readFile = (name: string) => {
    read.push(name);
    return files[name] ?? '';
  };
  return { read, hasFile: (name: string) => name in files, readFile };
}

const anyone: ReadonlySet<string> = new Set();

describe('the grants of a deployment', () => {
  it('for HTTP APIs are read for their first request, once', () => {
    const files = filesOf({ 'routes.json': tableWith('/rest'), 'http-routes.json': tableWith('/http', 'http') });
    const grantsFor = deployedGrants(files);
    expect(files.read).toEqual(['routes.json']);
    const allowed = (['rest', 'http', 'rest', 'http'] as const).map(
      (api) => grantsFor(api).routesGrantedBy(anyone).allow,
    );
    expect(allowed).toEqual([['GET/rest'], ['GET/http'], ['GET/rest'], ['GET/http']]);
    expect(files.read).toEqual(['routes.json', 'http-routes.json']);
  });

  it('for HTTP APIs are those of the one table where both kinds have the same, read by their rules', () => {
    const files = filesOf({
      'routes.json': JSON.stringify(compileRoutes([{ method: 'ANY', path: '/both', scopes: [] }], 'rest')),
    });
    const grantsFor = deployedGrants(files);
    const allowed = (['rest', 'http', 'http'] as const).map(
      (api) => grantsFor(api).routesGrantedBy(anyone, { method: 'ANY', path: '/both' }).allow.length,
    );
    // API Gateway names the route of an HTTP API as `ANY`, and never a request of a REST API.
    expect(allowed).toEqual([0, HTTP_METHODS.length, HTTP_METHODS.length]);
    expect(files.read).toEqual(['routes.json']);
  });

  it('for REST APIs are empty where only HTTP APIs can have the table', () => {
    const grantsFor = deployedGrants(filesOf({ 'routes.json': '[]', 'http-routes.json': tableWith('/http', 'http') }));
    expect(grantsFor('rest').routesGrantedBy(anyone).allow).toEqual([]);
    expect(grantsFor('http').routesGrantedBy(anyone).allow).toEqual(['GET/http']);
  });

  it('for HTTP APIs that cannot be read are asked for again, and those for REST APIs work', () => {
    const files = filesOf({ 'routes.json': tableWith('/rest'), 'http-routes.json': '{' });
    const grantsFor = deployedGrants(files);
    for (const attempt of [1, 2]) {
      expect(() => grantsFor('http')).toThrow(SyntaxError);
      expect(files.read).toHaveLength(1 + attempt);
    }
    expect(grantsFor('rest').routesGrantedBy(anyone).allow).toEqual(['GET/rest']);
  });
});
