import {
  type ApiKind,
  DEFAULT_ROUTE,
  HTTP_METHODS,
  type HttpMethod,
  nameOf,
  type Route,
} from '../../lambda/policy/route.ts';
import { RouteTableError } from '../errors.ts';
import type { RouteCopy } from './resource-pattern.ts';
import { wholeCopies, withSlashesAtEnd } from './route-copies.ts';
import { type PathSegment, parsePath } from './route-path.ts';

/** A route with its parsed path, and the methods that API Gateway sends to it: `ANY` leaves out those that its path names. */
export interface ParsedRoute {
  readonly route: Route;
  /** None: `$default`, which takes what no other route does. */
  readonly segments: readonly PathSegment[];
  readonly methods: readonly HttpMethod[];
  /** Its requests as paths in which nothing is fixed; the first one, without an empty segment, stands for nearly all of them. */
  readonly copies: readonly RouteCopy[];
}

/** Tests show that this many fit into a template; GitHub's API has 869. API Gateway's own limit of 300 resources can be raised. */
const MAX_ROUTES = 1000;

/** RFC 6749 section 3.3, `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Parses a route table, and checks everything that does not depend on policies.
 *
 * @throws RouteTableError naming the routes and what to change
 */
export function parseRouteTable(routes: readonly Route[], api: ApiKind): readonly ParsedRoute[] {
  if (routes.length > MAX_ROUTES) {
    throw new RouteTableError(`The table has ${routes.length} routes: at most ${MAX_ROUTES} fit one API.`);
  }
  for (const route of routes) checkRule(route, api);
  const paths = new Map(routes.map(({ path }) => [path, path === DEFAULT_ROUTE ? [] : parsePath(path)]));
  if (api === 'rest') checkSiblings(paths);
  else checkNames(paths);
  const named = methodsByPath(routes);
  const table = routes.map((route) => {
    const segments = paths.get(route.path) ?? [];
    const methods = servedMethods(route, named.get(route.path) ?? new Set());
    return { route, segments, methods, copies: wholeCopies(segments, methods, api === 'http') };
  });
  return withSlashesAtEnd(table);
}

function checkRule(route: Route, api: ApiKind): void {
  if (route.path === DEFAULT_ROUTE) checkDefaultRoute(route, api);
  if (route.method !== 'ANY' && !HTTP_METHODS.includes(route.method)) {
    throw new RouteTableError(
      `The route ${nameOf(route)} must have one of the methods ${HTTP_METHODS.join(', ')}, ANY.`,
    );
  }
  for (const scope of route.scopes) {
    if (SCOPE_TOKEN.test(scope)) continue;
    throw new RouteTableError(
      `The route ${nameOf(route)} asks for the scope ${JSON.stringify(scope)}: ` +
        'a scope is one or more visible ASCII characters without space, quote or backslash (RFC 6749 section 3.3).',
    );
  }
}

function checkDefaultRoute({ method }: Route, api: ApiKind): void {
  if (api === 'rest') {
    throw new RouteTableError(
      `The table has the route ${DEFAULT_ROUTE}, and only HTTP APIs have it: write ANY / and ANY /{proxy+} for a REST API.`,
    );
  }
  if (method !== 'ANY') {
    throw new RouteTableError(
      `The route ${DEFAULT_ROUTE} has the method ${method}, and it takes every method: write the method ANY.`,
    );
  }
}

/** Rejects two paths of an HTTP API that differ only in the names of parameters. @throws RouteTableError naming the two paths */
function checkNames(paths: ReadonlyMap<string, readonly PathSegment[]>): void {
  const seen = new Map<string, string>();
  for (const [path, segments] of paths) {
    const shape = segments.map((part) => (part.kind === 'literal' ? `/${part.text}` : `/{${part.kind}}`)).join('');
    const other = seen.get(shape) ?? path;
    seen.set(shape, other);
    if (other === path) continue;
    throw new RouteTableError(
      `The paths ${other} and ${path} differ only in the names of parameters, so they are one path for API Gateway: use one name.`,
    );
  }
}

/**
 * Rejects two parameters with different names below one path of a REST API, as API Gateway does. `siblingWarning` is about `{id}` next to
 * `{proxy+}`.
 *
 * @throws RouteTableError naming the two paths
 */
export function checkSiblings(paths: ReadonlyMap<string, readonly PathSegment[]>): void {
  const names = new Map<string, { readonly name: string; readonly path: string }>();
  for (const [path, segments] of paths) {
    for (const [index, segment] of segments.entries()) {
      if (segment.kind === 'literal') continue;
      const place = `${path.split('/', index + 1).join('/')}/ ${segment.kind}`;
      const seen = names.get(place) ?? { name: segment.name, path };
      names.set(place, seen);
      if (seen.name === segment.name) continue;
      throw new RouteTableError(
        `The paths ${seen.path} and ${path} call one place {${seen.name}} and {${segment.name}}, ` +
          'which API Gateway rejects: use one name.',
      );
    }
  }
}

/**
 * A sentence about the first parameter next to a `{proxy+}` below one path; undefined: there is none. API Gateway has rejected such
 * resources of REST APIs (serverless-next.js #206), and only the deployment shows it.
 */
export function siblingWarning(routes: readonly Pick<Route, 'path'>[]): string | undefined {
  const variables = new Map<string, string>();
  for (const { path } of routes) {
    for (const { 0: part, index } of path.matchAll(/\{[^}]+\}/g)) {
      const parent = path.slice(0, index);
      const sibling = variables.get(parent) ?? part;
      variables.set(parent, sibling);
      if (sibling === part) continue;
      return (
        `The routes have ${parent}${sibling} and ${parent}${part}: API Gateway takes one variable part below a path of a REST ` +
        'API ("A sibling of this resource already has a variable path part"), so the deployment may fail. Keep one of them.'
      );
    }
  }
  return undefined;
}

function methodsByPath(routes: readonly Route[]): ReadonlyMap<string, ReadonlySet<string>> {
  const named = new Map<string, Set<string>>();
  for (const route of routes) {
    const methods = named.get(route.path) ?? new Set();
    if (methods.has(route.method)) {
      throw new RouteTableError(`The route ${nameOf(route)} is in the table twice: merge the two into one.`);
    }
    named.set(route.path, methods.add(route.method));
  }
  return named;
}

function servedMethods({ method }: Route, named: ReadonlySet<string>): readonly HttpMethod[] {
  return method === 'ANY' ? HTTP_METHODS.filter((other) => !named.has(other)) : [method];
}
