import { ANY_METHOD, WILD } from '../../lambda/policy/resource-pattern.ts';
import type { HttpMethod } from '../../lambda/policy/route.ts';
import type { ParsedRoute } from './route-table.ts';

/** A resource pattern below the stage ARN, cut at its slashes: `GET/orders/?*` is ['GET', 'orders', WILD]. */
export type ResourcePattern = readonly string[];

/** One segment of any text, in a copy of a route. No literal of a path has a brace. */
export const PARAMETER = '{}';

/** One segment or more, in a copy of a route. */
export const REST = '{+}';

/** A copy of a route in which some parameters are fixed to literals that a pattern demands. */
export interface RouteCopy {
  readonly methods: readonly HttpMethod[];
  /** Literals, PARAMETER and REST. */
  readonly path: readonly string[];
  /** Whether a parameter, or a part of the rest, is fixed to a literal. */
  readonly isFixed: boolean;
}

export function formatPattern(pattern: ResourcePattern): string {
  return pattern.join('/');
}

/**
 * Whether `outer` matches every request that `inner` matches. Both are patterns, or both are paths of copies. Reads `inner` part by part
 * and keeps every place of `outer` that may come next, so that the time grows only linearly with the wildcards.
 */
export function covers(outer: ResourcePattern, inner: ResourcePattern): boolean {
  // A wildcard at the end also takes the slash at the end of what it matches.
  if (endsInSlash(inner) && outer.at(-1) === WILD) return covers(outer, inner.slice(0, -1));
  if (outer.length > inner.length || differ(outer.at(-1), inner.at(-1))) return false;
  let places: readonly number[] = [0];
  for (const text of inner) {
    const next: number[] = [];
    for (const place of places) addPlacesAfter(outer[place], text, place, next);
    if (next.length === 0) return false;
    places = next;
  }
  return places.at(-1) === outer.length;
}

/** Adds the places that may come after `place`, in ascending order and each once. */
function addPlacesAfter(demanded: string | undefined, text: string, place: number, places: number[]): void {
  const isWide = demanded === WILD || demanded === REST;
  const isTaken = isWide || demanded === PARAMETER ? text !== '' : demanded === text;
  const isAny = place === 0 && demanded === ANY_METHOD;
  if (!isAny && (!isTaken || (demanded === PARAMETER && text === REST))) return;
  if ((isAny || isWide) && places.at(-1) !== place) places.push(place);
  places.push(place + 1);
}

/**
 * The requests of a route that a pattern matches, as copies of the route: where pattern and route are aligned, a wildcard takes one or
 * more segments, and a literal fixes a parameter. Of requests with empty segments only those of the route's copies are included.
 */
export function copiesWithin(pattern: ResourcePattern, route: ParsedRoute): readonly RouteCopy[] {
  return areApart(pattern, route) ? [] : route.copies.flatMap((copy) => copiesOf(copy, pattern));
}

/**
 * Whether pattern and route differ in their method, their first literal or their last. It is a fast check: most pairs differ, and a table
 * of 500 routes has hundreds of thousands.
 */
export function areApart(pattern: ResourcePattern, { methods, segments }: ParsedRoute): boolean {
  const [method, first] = pattern;
  const last = pattern.length > 1 ? pattern.at(endsInSlash(pattern) ? -2 : -1) : undefined;
  if (method !== ANY_METHOD && (!methods.some((one) => one === method) || differ(first, literalOf(segments[0]))))
    return true;
  return differ(last, literalOf(segments.at(-1)));
}

/** Whether the pattern matches only paths with a slash at the end; the root's only slash is none. */
export function endsInSlash(pattern: ResourcePattern): boolean {
  return pattern.length > 2 && pattern.at(-1) === '';
}

function literalOf(segment: ParsedRoute['segments'][number] | undefined): string | undefined {
  return segment?.kind === 'literal' ? segment.text : undefined;
}

/** `copiesWithin` for one copy, whose path may have empty segments. */
export function copiesOf(whole: RouteCopy, [method, ...path]: ResourcePattern): readonly RouteCopy[] {
  if (method !== ANY_METHOD) {
    const methods = whole.methods.filter((one) => one === method);
    return methods.length === 0 ? [] : copiesAlong(path, { ...whole, methods });
  }
  if (path.length === 0) return [whole];
  return [...copiesAlong(path, whole), ...copiesAlong([WILD, ...path], whole, true)];
}

function copiesAlong(
  pattern: ResourcePattern,
  { path: route, methods, isFixed }: RouteCopy,
  begun = false,
): readonly RouteCopy[] {
  // Fast path: most routes differ from most patterns in their first literal, or in the last.
  if (differ(pattern[0], route[0]) || differ(pattern.at(-1), route.at(-1))) return [];
  if (pattern.length > route.length && !route.includes(REST)) return [];
  const fixed = (path: readonly string[]) => path.filter(isLiteral).length > route.filter(isLiteral).length;
  let same = 0;
  while (isText(pattern[same]) && pattern[same] === route[same]) same++;
  const start = route.slice(0, same);
  const alignments = rests({ pattern, route, known: new Map() }, same, same, begun);
  return alignments.map((rest) => {
    const path = [...start, ...rest];
    return { methods, path, isFixed: isFixed || fixed(path) };
  });
}

function differ(demanded: string | undefined, template: string | undefined): boolean {
  return demanded !== template && [demanded, template].every(isText);
}

function isText(part: string | undefined): boolean {
  return part !== undefined && part !== WILD && part !== ANY_METHOD && isLiteral(part);
}

/**
 * The maximum number of copies of one route under one pattern. Two dozen literals between as many wildcards would have millions; past the
 * maximum, one unfixed copy stands for all of them.
 */
export const MAX_COPIES = 16;

interface Alignment {
  readonly pattern: ResourcePattern;
  /** Literals, empty ones too, PARAMETER and REST. */
  readonly route: readonly string[];
  /** Memoizes the alignments of the ends of both, so that each pair of ends is aligned once. */
  readonly known: Map<number, readonly (readonly string[])[]>;
}

/**
 * The rest of the route from `r` on, aligned with the pattern from `p` on.
 *
 * @param begun - whether the wildcard at `p` may end with an empty segment, which alone is enough for a star but not for a wildcard
 */
function rests(along: Alignment, p: number, r: number, begun: boolean): readonly (readonly string[])[] {
  const [demanded, template] = [along.pattern[p], along.route[r]];
  if (demanded === undefined || template === undefined) return demanded === template ? [[]] : [];
  const key = (p * along.route.length + r) * 2 + (begun ? 1 : 0);
  const known = along.known.get(key) ?? alignedRests(along, p, r, begun);
  along.known.set(key, known);
  return known;
}

function alignedRests(along: Alignment, p: number, r: number, begun: boolean): readonly (readonly string[])[] {
  const [demanded = '', template = ''] = [along.pattern[p], along.route[r]];
  const then = (text: string, next: number, after: number) =>
    rests(along, next, after, next === p).map((path) => [text, ...path]);
  const either = (one: readonly (readonly string[])[], other: readonly (readonly string[])[]) =>
    widest(one, other, along.route.slice(r));
  if (template === REST) {
    if (demanded === '') return [];
    const isLast = r === along.route.length - 1;
    // Of several wildcards in a row, all but the last need take only one segment.
    if (demanded === WILD && along.pattern[p + 1] === WILD && isLast) return then(PARAMETER, p + 1, r);
    const text = demanded === WILD ? REST : demanded;
    const within = either(then(text, p + 1, r + 1), then(text, p + 1, r));
    return demanded === WILD && !isLast ? either(within, then(REST, p, r + 1)) : within;
  }
  if (demanded === WILD) {
    return either(template === '' && !begun ? [] : then(template, p + 1, r + 1), then(template, p, r + 1));
  }
  if (template === PARAMETER) return demanded === '' ? [] : then(demanded, p + 1, r + 1);
  return demanded === template ? then(template, p + 1, r + 1) : [];
}

/** Both lists, without the paths that another path covers. */
function widest(
  one: readonly (readonly string[])[],
  other: readonly (readonly string[])[],
  unfixed: readonly string[],
): readonly (readonly string[])[] {
  if (one.length === 0 || other.length === 0) return one.length === 0 ? other : one;
  const all = one.filter((path) => !other.some((wider) => covers(wider, path)));
  const both = [...all, ...other.filter((path) => !all.some((wider) => covers(wider, path)))];
  return both.length > MAX_COPIES ? [unfixed] : both;
}

function isLiteral(text: string): boolean {
  return text !== PARAMETER && text !== REST;
}

/**
 * Whether the pattern matches some spelling of the route's requests with additional empty segments. A wildcard takes empty segments, two of
 * them or one next to a text; a slash at the end of the pattern takes one. Another pattern matches no such spelling.
 */
export function reachesSpellings(pattern: ResourcePattern, route: ParsedRoute): boolean {
  if (areApart(pattern, route)) return false;
  const [method = ANY_METHOD, ...path] = pattern;
  const { path: template = [] } = route.copies[0] ?? {};
  if (method === ANY_METHOD) return path.length === 0 || reaches([WILD, ...path], template);
  return (path.includes(WILD) || endsInSlash(pattern)) && reaches(path, template);
}

/** Keeps every place of the pattern that may come next, like `covers`. */
function reaches(pattern: ResourcePattern, route: readonly string[]): boolean {
  let places = withSkipped(pattern, [0]);
  for (const template of route) {
    const [first] = places;
    if (first === undefined) return false;
    const from = template === REST ? pattern.map((_, place) => place).slice(first) : places;
    const taken = (place: number) => !isLiteral(template) || template === pattern[place];
    const next = from.filter((place) => place < pattern.length && (pattern[place] === WILD || taken(place)));
    places = withSkipped(
      pattern,
      next.map((place) => (pattern[place] === WILD ? place : place + 1)),
    );
  }
  return places.at(-1) === pattern.length;
}

/** Adds the places after wildcards that take nothing but the slashes next to them, and after empty segments. Ascending, each once. */
function withSkipped(pattern: ResourcePattern, places: readonly number[]): readonly number[] {
  const all: number[] = [];
  for (let place of places) {
    if (place > (all.at(-1) ?? -1)) all.push(place);
    while (pattern[place] === WILD || (pattern[place] === '' && pattern.length > 1))
      if (++place > (all.at(-1) ?? -1)) all.push(place);
  }
  return all;
}
