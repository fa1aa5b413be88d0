import { parsePath } from '../../../infra/routes/route-path.ts';
import { pathTexts, ROUTE_READINGS, type RouteReading } from '../../../infra/routes/route-readings.ts';
import { selectorOf } from '../../../infra/routes/route-selection.ts';
import { type ApiKind, type CompiledRoute, DEFAULT_ROUTE, type Route } from '../../../lambda/policy/route.ts';
import { type RouteRequest, requestFor } from '../held-token.ts';
import { isOpen } from '../watching.ts';

type NamedRoute = Pick<Route, 'method' | 'path'>;

/** Selects the route of a request, by a reading of API Gateway's route selection. undefined: none. */
export type SelectRoute<R> = (request: RouteRequest) => R | undefined;

/** The selection of the plain reading. */
export function plainSelection<R extends NamedRoute>(kind: ApiKind, routes: readonly R[]): SelectRoute<R> {
  return selectionBy(ROUTE_READINGS[kind].raw, routes);
}

export function selectionBy<R extends NamedRoute>(reading: RouteReading, routes: readonly R[]): SelectRoute<R> {
  const items = routes.map((route) => {
    return { route, method: route.method, segments: route.path === DEFAULT_ROUTE ? [] : parsePath(route.path) };
  });
  const select = selectorOf(items, reading.preference);
  return ({ method, path }) => select(method, reading.normalize(pathTexts(path)))?.route;
}

/** The readings of route selection that agree with every answer, of those that are known, and the paths that were asked. */
export interface Agreement {
  readonly known: readonly NamedReading[];
  readonly asked: readonly string[];
  readonly readings: readonly NamedReading[];
}

export type NamedReading = readonly [name: string, reading: RouteReading];

/** Asks for the paths that can tell readings apart, and keeps the readings that agree with each status. */
export async function agreementOf(
  kind: ApiKind,
  routes: readonly CompiledRoute[],
  holder: Holder,
  statusOf: (path: string) => Promise<number>,
): Promise<Agreement> {
  const known: readonly NamedReading[] = Object.entries(ROUTE_READINGS[kind]);
  let left = known.map((reading) => ({ reading, select: selectionBy(reading[1], routes) }));
  const asked = tellingPaths(
    left.map(({ select }) => select),
    routes,
    holder,
  );
  for (const path of asked) {
    const status = await statusOf(path);
    left = left.filter(({ select }) => agrees(select({ method: 'GET', path }), path, holder, status));
  }
  return { known, asked, readings: left.map(({ reading }) => reading) };
}

/** What is known of the token that sends the probes. */
export interface Holder {
  readonly granted: readonly CompiledRoute[];
  /** A policy for one route shows by what it allows which route was selected. One for all routes does not. */
  readonly isPerRoute: boolean;
}

/** What the answer to a probe must be if a reading is right: no route; any route; one that is granted; one that is not. */
type Evidence =
  | 'none'
  | 'some'
  | 'granted'
  | 'granted, or by a spelling that the policy does not allow'
  | 'not granted';

const AGREES: Readonly<Record<Evidence, (status: number) => boolean>> = {
  none: (status) => status === 404,
  some: (status) => status !== 404,
  granted: isOpen,
  'granted, or by a spelling that the policy does not allow': (status) => isOpen(status) || status === 403,
  'not granted': (status) => status === 403,
};

/** Whether the status of a probe agrees with a selected route. */
function agrees(selected: CompiledRoute | undefined, path: string, holder: Holder, status: number): boolean {
  return AGREES[evidenceOf(selected, path, holder)](status);
}

function evidenceOf(selected: CompiledRoute | undefined, path: string, { granted, isPerRoute }: Holder): Evidence {
  if (selected === undefined) return 'none';
  if (!isPerRoute) return 'some';
  if (!granted.includes(selected)) return 'not granted';
  const isPlain = path === '/' || !pathTexts(path).includes('');
  return isPlain ? 'granted' : 'granted, or by a spelling that the policy does not allow';
}

/** Maximum number of paths to consider, and of probes to send, of each kind of path. */
const MAX_CANDIDATES = 200;
const MAX_PROBES = 6;

/** The paths whose answers can tell some of the readings apart. */
function tellingPaths(
  selections: readonly SelectRoute<CompiledRoute>[],
  routes: readonly CompiledRoute[],
  holder: Holder,
): readonly string[] {
  const evidences = (path: string) =>
    new Set(selections.map((select) => evidenceOf(select({ method: 'GET', path }), path, holder)));
  return candidatesIn(routes).flatMap((paths) => paths.filter((path) => evidences(path).size > 1).slice(0, MAX_PROBES));
}

/** The empty rest of each `{proxy+}`; paths that two routes match; odd spellings of each route's path. */
function candidatesIn(routes: readonly NamedRoute[]): readonly (readonly string[])[] {
  const called = routes.filter(({ method, path }) => (method === 'GET' || method === 'ANY') && path !== DEFAULT_ROUTE);
  const filled = called.map((route) => requestFor(route).path).filter((path) => path !== '/');
  const kinds = [
    called.flatMap(({ path }) => (path.endsWith('+}') ? [path.replace(/\{[^}]*\}$/, '')] : [])),
    sharedPaths(called.filter(({ path }) => path.includes('{') && !path.endsWith('+}'))),
    filled.flatMap((path) => [`${path}/`, `${path}//`, `/${path}`, path.replace(/\/(?=[^/]+$)/, '//')]),
  ];
  return kinds.map((paths) => {
    return [...new Set(paths.map((path) => path.replace(/\{[^}]*\}/g, '7')))].slice(0, MAX_CANDIDATES);
  });
}

/** For each two routes with parameters, a path that both match: `/a/b` for `/a/{x}` and `/{y}/b`. */
function sharedPaths(routes: readonly NamedRoute[]): readonly string[] {
  return routes.flatMap(({ path }, index) =>
    routes.slice(index + 1).flatMap((other) => {
      const [one, two] = [path.split('/'), other.path.split('/')];
      const isFree = (text: string | undefined) => text?.startsWith('{') === true;
      const canMeet =
        one.length === two.length && one.every((text, at) => text === two[at] || isFree(text) || isFree(two[at]));
      return canMeet ? [one.map((text, at) => (isFree(text) ? two[at] : text)).join('/')] : [];
    }),
  );
}
