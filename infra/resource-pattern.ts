import { ANY_METHOD, WILD } from '../lambda/resource-pattern.ts';
import type { HttpMethod } from '../lambda/route.ts';
import type { ParsedRoute } from './route-table.ts';

/** A resource pattern below the stage ARN, cut at its slashes: `GET/orders/?*` is ['GET', 'orders', WILD]. */
export type ResourcePattern = readonly string[];

/** In a copy of a route: one segment of any text. No literal of a path has a brace. */
export const PARAMETER = '{}';

/** In a copy of a route: one segment or more. */
export const REST = '{+}';

/** A copy of a route, some of whose parameters stand fixed to literals that a pattern demands. */
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

/** Whether every request that `inner` matches is matched by `outer` too. */
export function covers(outer: ResourcePattern, inner: ResourcePattern, o = 0, i = 0): boolean {
  if (o === outer.length || i === inner.length) return o === outer.length && i === inner.length;
  if (outer[o] === WILD ? inner[i] !== '' : o === 0 && outer[o] === ANY_METHOD) {
    return covers(outer, inner, o + 1, i + 1) || covers(outer, inner, o, i + 1);
  }
  return outer[o] === inner[i] && covers(outer, inner, o + 1, i + 1);
}

/** The route as it stands in the table. */
export function wholeCopy({ segments, methods }: ParsedRoute): RouteCopy {
  const path = segments.map((segment) => {
    if (segment.kind === 'literal') return segment.text;
    return segment.kind === 'parameter' ? PARAMETER : REST;
  });
  return { methods, path, isFixed: false };
}

/**
 * The requests of a route that a pattern matches, as copies of the route: aligned with the route's segments, a wildcard
 * takes one or more of them, and a literal fixes a parameter. Requests with empty segments are not among them.
 */
export function copiesWithin(pattern: ResourcePattern, route: ParsedRoute): readonly RouteCopy[] {
  return copiesOf(wholeCopy(route), pattern);
}

/** As `copiesWithin`, of a copy, whose path may have empty segments. */
export function copiesOf(whole: RouteCopy, [method, ...path]: ResourcePattern): readonly RouteCopy[] {
  if (method !== ANY_METHOD) {
    const methods = whole.methods.filter((one) => one === method);
    return methods.length === 0 ? [] : copiesAlong(path, whole.path, methods);
  }
  if (path.length === 0) return [whole];
  return [
    ...copiesAlong(path, whole.path, whole.methods),
    ...copiesAlong([WILD, ...path], whole.path, whole.methods, true),
  ];
}

function copiesAlong(
  pattern: ResourcePattern,
  route: readonly string[],
  methods: readonly HttpMethod[],
  begun = false,
): readonly RouteCopy[] {
  const [first, template] = [pattern[0], route[0]];
  // Most routes differ from most patterns in their first literal.
  if (first !== WILD && template !== PARAMETER && template !== REST && first !== template) return [];
  const paths = new Map(alignments({ pattern, route }, 0, 0, begun).map((path) => [path.join('/'), path]));
  const fixed = (path: readonly string[]) => path.filter(isLiteral).length > route.filter(isLiteral).length;
  return [...paths.values()].map((path) => ({ methods, path, isFixed: fixed(path) }));
}

interface Alignment {
  readonly pattern: ResourcePattern;
  /** Literals, empty ones too, PARAMETER and REST. */
  readonly route: readonly string[];
}

/** @param begun - whether the wildcard at `p` may end with an empty segment: one alone is not enough for it, but for a star it is */
function alignments(along: Alignment, p: number, r: number, begun: boolean): readonly string[][] {
  const [demanded, template] = [along.pattern[p], along.route[r]];
  if (demanded === undefined || template === undefined) return demanded === template ? [[]] : [];
  const then = (text: string, next: number, after: number) =>
    alignments(along, next, after, next === p).map((path) => [text, ...path]);
  if (template === REST) {
    if (demanded === '') return [];
    // Of wildcards in a row all but the last may as well take one segment.
    if (demanded === WILD && along.pattern[p + 1] === WILD) return then(PARAMETER, p + 1, r);
    const text = demanded === WILD ? REST : demanded;
    return [...then(text, p + 1, r + 1), ...then(text, p + 1, r)];
  }
  if (demanded === WILD) {
    return [...(template === '' && !begun ? [] : then(template, p + 1, r + 1)), ...then(template, p, r + 1)];
  }
  if (template === PARAMETER) return demanded === '' ? [] : then(demanded, p + 1, r + 1);
  return demanded === template ? then(template, p + 1, r + 1) : [];
}

export function isLiteral(text: string): boolean {
  return text !== PARAMETER && text !== REST;
}

/**
 * Whether some spelling of the route's requests with additional empty segments is matched by the pattern. A wildcard alone
 * takes empty segments, two of them or one next to a text; a pattern without one matches no such spelling.
 */
export function reachesSpellings(pattern: ResourcePattern, route: ParsedRoute): boolean {
  const [method = ANY_METHOD, ...path] = pattern;
  const { methods, path: template } = wholeCopy(route);
  if (method === ANY_METHOD) return path.length === 0 || reaches([WILD, ...path], 0, template, 0);
  return methods.some((one) => one === method) && path.includes(WILD) && reaches(path, 0, template, 0);
}

function reaches(pattern: ResourcePattern, p: number, route: readonly string[], r: number): boolean {
  const [demanded, template] = [pattern[p], route[r]];
  if (demanded === WILD)
    return reaches(pattern, p + 1, route, r) || (template !== undefined && reaches(pattern, p, route, r + 1));
  if (demanded === undefined || template === undefined) return demanded === template;
  if (template === REST) return reaches(pattern, p + 1, route, r) || reaches(pattern, p + 1, route, r + 1);
  return (template === PARAMETER || template === demanded) && reaches(pattern, p + 1, route, r + 1);
}
