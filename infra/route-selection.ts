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
 * parameter competes either. Other texts matter only where the pattern demands them. A request without empty segments is
 * looked for first: it reads better in a message.
 */
export function requestFinder(routes: readonly ParsedRoute[]): FindRequest {
  const fresh = freshText(routes);
  const depth = Math.max(0, ...routes.map(({ segments }) => segments.length));
  const rivals = new Map(routes.map((route) => [route, routes.filter((other) => competes(other, route))]));
  return (pattern, route) => {
    const stronger = rivals.get(route) ?? [];
    for (const method of route.methods) {
      if (!fits(pattern, route.segments, method)) continue;
      const served = stronger.filter(({ methods }) => methods.includes(method));
      const on = { pattern, route, stronger: served, fresh, depth };
      const found = search({ ...on, inProxy: fresh, seen: new Set() }, method);
      if (found !== undefined) return found;
      const odd = route.segments.at(-1)?.kind === 'proxy' && search({ ...on, inProxy: '', seen: new Set() }, method);
      if (odd) return odd;
    }
    return undefined;
  };
}

interface Search {
  readonly pattern: ResourcePattern;
  readonly route: ParsedRoute;
  readonly stronger: readonly ParsedRoute[];
  readonly fresh: string;
  /** What to put into a proxy's segments where the pattern demands nothing. */
  readonly inProxy: string;
  /** Segments of the longest path in the table. */
  readonly depth: number;
  /** States of the search that led nowhere. */
  readonly seen: Set<string>;
}

/** Whether the route's path, whoever competes for it, has requests of the pattern: cheap, and mostly the answer is no. */
function fits(pattern: ResourcePattern, path: readonly PathSegment[], method: HttpMethod): boolean {
  if (pattern[0] === STAR) return pathFits(pattern, path, 0, 0) || pathFits(pattern, path, 1, 0);
  return pattern[0] === method && pathFits(pattern, path, 1, 0);
}

function pathFits(pattern: ResourcePattern, path: readonly PathSegment[], p: number, s: number): boolean {
  const [demanded, segment] = [pattern[p], path[s]];
  if (demanded === undefined || segment === undefined) return demanded === undefined && segment === undefined;
  if (segment.kind === 'proxy') return true;
  if (demanded === STAR) return pathFits(pattern, path, p + 1, s + 1) || pathFits(pattern, path, p, s + 1);
  return matchesSegment(segment, demanded) && pathFits(pattern, path, p + 1, s + 1);
}

function search(on: Search, method: HttpMethod): RequestSegments | undefined {
  for (const next of positionsAfter(on, 0, method, -1)) {
    const found = extend(on, next, [method]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Depth first over requests that start with `request`, whose segments the pattern has matched up to `position`. */
function extend(on: Search, position: number, request: RequestSegments): RequestSegments | undefined {
  if (position === on.pattern.length && isSelected(on, request)) return request;
  const state = `${position} ${request.join('/')}`;
  if (position === on.pattern.length || on.seen.has(state)) return undefined;
  on.seen.add(state);
  const index = request.length - 1;
  for (const text of textsToTry(on, index, on.pattern[position])) {
    for (const next of positionsAfter(on, position, text, index)) {
      const found = extend(on, next, [...request, text]);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/**
 * Where a pattern may stand after one more segment: a star stays or ends. It need not stay below the longest path: there
 * only proxies compete, and they take a request with one segment less as well.
 */
function positionsAfter({ pattern, depth }: Search, position: number, text: string, index: number): readonly number[] {
  if (pattern[position] === STAR) return index < depth ? [position + 1, position] : [position + 1];
  return pattern[position] === text ? [position + 1] : [];
}

function textsToTry(on: Search, index: number, demanded: string | undefined): readonly string[] {
  const { segments } = on.route;
  const segment = segments[Math.min(index, segments.length - 1)];
  if (segment === undefined || (index >= segments.length && segment.kind !== 'proxy')) return [];
  if (segment.kind === 'literal') return [segment.text];
  if (demanded !== undefined && demanded !== STAR) return segment.kind === 'proxy' || demanded ? [demanded] : [];
  if (segment.kind === 'parameter') return [on.fresh];
  // A proxy takes one character at least: an empty segment alone is none.
  return index < segments.length ? [on.fresh, on.inProxy] : [on.inProxy];
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
