import {
  pathTexts,
  ROUTE_READINGS,
  type RouteReading,
  type RouteReadingName,
} from '../../../infra/routes/route-readings.ts';
import { selectorOf } from '../../../infra/routes/route-selection.ts';
import { DEFAULT_ROUTE } from '../../../lambda/policy/route.ts';
import { parametersOf, segmentsOf } from '../exchange/path-parameters.ts';
import type { Undocumented } from '../exchange/undocumented.ts';
import { DEFAULT_STAGE, type HttpRoute } from './http-api.ts';

/** The route that a request selects, and its path parameters. */
export interface SelectedRoute {
  readonly route: HttpRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/** undefined: the API has no such route. */
export type SelectRoute = (method: string, path: string) => SelectedRoute | undefined;

/** Full matches first, from left to right, with the empty segments that the request has. */
export const DEFAULT_HTTP_READING: RouteReadingName<'http'> = 'raw';

/**
 * Selects a route as an HTTP API does (developer guide, "Routing API requests"). `reading` decides what AWS does not document.
 * @param warn - is called for a request for which another reading selects another route, or none
 */
export function routeSelection(
  routes: readonly HttpRoute[],
  reading: RouteReadingName<'http'> = DEFAULT_HTTP_READING,
  warn: (kind: Undocumented) => void = () => {},
): SelectRoute {
  const items = routes.map((route) => ({
    route,
    method: route.method,
    segments: route.path === DEFAULT_ROUTE ? [] : segmentsOf(route.path),
  }));
  const selectionBy = ({ normalize, preference }: RouteReading) => {
    const select = selectorOf(items, preference);
    return (method: string, path: string) => {
      const texts = normalize(pathTexts(path));
      return { found: select(method, texts), texts };
    };
  };
  const select = selectionBy(ROUTE_READINGS.http[reading]);
  const others = Object.values(ROUTE_READINGS.http).map(selectionBy);
  return (method, path) => {
    const { found, texts } = select(method, path);
    if (others.some((other) => other(method, path).found !== found)) warn('http-route-reading');
    return found && { route: found.route, pathParameters: parametersOf(found.segments, texts) };
  };
}

/** The stage of a request, and the path below it. */
export interface StagePath {
  readonly stageName: string;
  readonly path: string;
}

/**
 * Selects the stage: the one that the first segment of the path names, else `$default`, whose paths have no stage. undefined: neither
 * is a stage of the API.
 */
export function stagePathOf(stageNames: readonly string[], path: string): StagePath | undefined {
  const [, first = '', ...rest] = path.split('/');
  if (first !== DEFAULT_STAGE && stageNames.includes(first)) return { stageName: first, path: `/${rest.join('/')}` };
  return stageNames.includes(DEFAULT_STAGE) ? { stageName: DEFAULT_STAGE, path } : undefined;
}
