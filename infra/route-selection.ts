import type { HttpMethod } from '../lambda/route.ts';
import { type ResourcePattern, STAR } from './resource-pattern.ts';
import type { PathSegment } from './route-path.ts';
import type { ParsedRoute } from './route-table.ts';

/** A request below the stage, cut at its slashes: method first, then the path's segments, empty ones included. */
export type RequestSegments = readonly string[];

/** Finds a request that a pattern matches and that API Gateway sends to a route, or undefined when there is none. */
export type FindRequest = (pattern: ResourcePattern, route: ParsedRoute) => RequestSegments | undefined;

const SPECIFICITY = { literal: 0, parameter: 1, proxy: 2 } as const;

/**
 * How API Gateway picks a route, as a search for requests: segment by segment a literal wins over a parameter and a
 * parameter over a proxy, and where that leads nowhere the next one is tried. `{param}` takes one segment that is not
 * empty, `{proxy+}` one or more characters, slashes included.
 *
 * The search is exact although it tries few texts. For a parameter the best choice is a text that no literal of the
 * table equals, because only parameters and proxies compete for it; for a proxy it is the empty segment, for which no
 * parameter competes either. Other texts matter only where the pattern demands them.
 */
export function requestFinder(routes: readonly ParsedRoute[]): FindRequest {
  const fresh = freshText(routes);
  const longest = Math.max(0, ...routes.map(({ segments }) => segments.length)) + 2;
  const rivals = new Map(routes.map((route) => [route, routes.filter((other) => competes(other, route))]));
  return (pattern, route) => {
    const stronger = rivals.get(route) ?? [];
    for (const method of route.methods) {
      const served = stronger.filter(({ methods }) => methods.includes(method));
      const found = search({ pattern, route, stronger: served, fresh, longest: longest + pattern.length }, method);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

interface Search {
  readonly pattern: ResourcePattern;
  readonly route: ParsedRoute;
  readonly stronger: readonly ParsedRoute[];
  readonly fresh: string;
  readonly longest: number;
}

function search(on: Search, method: HttpMethod): RequestSegments | undefined {
  for (const next of positionsAfter(on.pattern, 0, method)) {
    const found = extend(on, next, [method]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Depth first over requests that start with `request`, whose segments the pattern has matched up to `position`. */
function extend(on: Search, position: number, request: RequestSegments): RequestSegments | undefined {
  if (position === on.pattern.length && isSelected(on, request)) return request;
  if (position === on.pattern.length || request.length > on.longest) return undefined;
  for (const text of textsToTry(on, request.length - 1, on.pattern[position])) {
    for (const next of positionsAfter(on.pattern, position, text)) {
      const found = extend(on, next, [...request, text]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Where a pattern may stand after one more segment: a star stays or ends. */
function positionsAfter(pattern: ResourcePattern, position: number, text: string): readonly number[] {
  if (pattern[position] === STAR) return [position + 1, position];
  return pattern[position] === text ? [position + 1] : [];
}

function textsToTry({ route, fresh }: Search, index: number, demanded: string | undefined): readonly string[] {
  const { segments } = route;
  const segment = segments[Math.min(index, segments.length - 1)];
  if (segment === undefined || (index >= segments.length && segment.kind !== 'proxy')) return [];
  if (segment.kind === 'literal') return [segment.text];
  const texts = demanded === STAR || demanded === undefined ? [fresh, ''] : [demanded];
  return segment.kind === 'proxy' ? texts : texts.filter((text) => text !== '');
}

function isSelected({ route, stronger }: Search, request: RequestSegments): boolean {
  return matches(route, request) && !stronger.some((other) => matches(other, request));
}

function matches({ segments }: ParsedRoute, [, ...path]: RequestSegments): boolean {
  const last = segments.length - 1;
  const rest = path.slice(last);
  if (segments[last]?.kind === 'proxy' ? rest.join('/') === '' : rest.length !== 1) return false;
  return segments.every((segment, index) => matchesSegment(segment, path[index]));
}

function matchesSegment(segment: PathSegment, text: string | undefined): boolean {
  if (segment.kind === 'literal') return segment.text === text;
  return segment.kind === 'proxy' || (text !== undefined && text !== '');
}

/** Whether `other` is the more specific of the two and some path could match both. */
function competes(other: ParsedRoute, route: ParsedRoute): boolean {
  const depth = Math.min(other.segments.length, route.segments.length);
  let winner = 0;
  for (let index = 0; index < depth; index++) {
    const [ours, theirs] = [route.segments[index], other.segments[index]];
    if (ours === undefined || theirs === undefined) break;
    if (ours.kind === 'literal' && theirs.kind === 'literal' && ours.text !== theirs.text) return false;
    winner ||= SPECIFICITY[ours.kind] - SPECIFICITY[theirs.kind];
  }
  return winner > 0;
}

function freshText(routes: readonly ParsedRoute[]): string {
  const literals = new Set(routes.flatMap(({ segments }) => segments.map((s) => (s.kind === 'literal' ? s.text : ''))));
  let fresh = 'x';
  while (literals.has(fresh)) fresh += 'x';
  return fresh;
}
