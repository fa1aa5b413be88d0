import type { ApiKind, HttpMethod } from '../../lambda/policy/route.ts';
import { ROUTE_READINGS } from './route-readings.ts';
import { type PathTexts, type RoutePreference, selectorOf } from './route-selection.ts';
import type { ParsedRoute } from './route-table.ts';

/** The routes to which the readings hand a request, that of the plain reading first. undefined: no route. */
export type Choices = readonly (ParsedRoute | undefined)[];

export type Choose = (method: HttpMethod, path: PathTexts) => Choices;

/** Chooses by every reading that leaves empty segments as they are. */
export function choicesAsSent(table: readonly ParsedRoute[], api: ApiKind): Choose {
  const items = table.map((parsed) => ({ method: parsed.route.method, segments: parsed.segments, parsed }));
  const selectors = preferencesFor(table, api).map((preference) => selectorOf(items, preference));
  const choose: Choose = (method, path) => selectors.map((select) => select(method, path)?.parsed);
  return selectors.length > MAX_UNKNOWN ? memoized(choose) : choose;
}

/** The number of selections for which a memory would take longer than they do. */
const MAX_UNKNOWN = 2;

function memoized(choose: Choose): Choose {
  const known = new Map<string, Choices>();
  return (method, path) => {
    const key = `${method} ${path.join('/')}`;
    const choices = known.get(key) ?? choose(method, path);
    known.set(key, choices);
    return choices;
  };
}

/** Chooses also by the readings that ignore a slash at the end. The other ones do nothing to a path without another empty segment. */
export function choicesWithoutSlash(choose: Choose): Choose {
  return (method, path) => {
    const asSent = choose(method, path);
    return path.length > 1 && path.at(-1) === '' ? [...asSent, ...choose(method, path.slice(0, -1))] : asSent;
  };
}

/** The preferences of the kind that may differ for the table, the plain one first. Large tables compile twice as fast with each one less. */
function preferencesFor(table: readonly ParsedRoute[], api: ApiKind): readonly RoutePreference[] {
  const kinds = new Set(table.flatMap(({ segments }) => segments.map(({ kind }) => kind)));
  const hasAny = table.some(({ route, segments }) => route.method === 'ANY' && segments.length > 0);
  const distinct = new Map<string, RoutePreference>();
  for (const { preference } of [ROUTE_READINGS[api].raw, ...Object.values(ROUTE_READINGS[api])]) {
    const { greedy, path, method, emptyRest } = preference;
    const ofProxies = kinds.has('proxy') ? [greedy, emptyRest] : [];
    const ofVariables = kinds.has('parameter') || kinds.has('proxy') ? [path, ...(hasAny ? [method] : [])] : [];
    const key = [...ofProxies, ...ofVariables].join();
    if (!distinct.has(key)) distinct.set(key, preference);
  }
  return [...distinct.values()];
}
