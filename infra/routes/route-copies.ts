import { ANY_METHOD, WILD } from '../../lambda/policy/resource-pattern.ts';
import type { HttpMethod } from '../../lambda/policy/route.ts';
import { copiesOf, PARAMETER, REST, type RouteCopy } from './resource-pattern.ts';
import type { PathSegment } from './route-path.ts';
import type { ParsedRoute } from './route-table.ts';

/** The copies of a route in which nothing is fixed. The first one holds nearly all of its requests. */
export function wholeCopies(
  segments: readonly PathSegment[],
  methods: readonly HttpMethod[],
  takesEmptyRest: boolean,
): readonly RouteCopy[] {
  // $default is a rest without anything before it.
  const path = segments.length === 0 ? [REST] : segments.map(templateOf);
  const whole = { methods, path, isFixed: false };
  if (!takesEmptyRest || path.at(-1) !== REST) return [whole];
  return [whole, { methods, path: [...path.slice(0, -1), ''], isFixed: true }];
}

function templateOf(segment: PathSegment): string {
  if (segment.kind === 'literal') return segment.text;
  return segment.kind === 'parameter' ? PARAMETER : REST;
}

/**
 * Adds to each route its requests with a slash at the end, where the pattern for the empty rest of some proxy matches them: `GET/files/` is
 * for `/files/{proxy+}`, and API Gateway may hand `GET /files/` to `/files`.
 */
export function withSlashesAtEnd(table: readonly ParsedRoute[]): readonly ParsedRoute[] {
  const stems = table.flatMap(({ copies }) => copies.slice(1).map(({ path }) => path.slice(0, -1)));
  const patterns = stems
    .filter(({ length }) => length > 0)
    .map((stem) => [ANY_METHOD, ...stem.map((text) => (text === PARAMETER ? WILD : text))]);
  if (patterns.length === 0) return table;
  return table.map((route) => {
    const [whole] = route.copies;
    const isMet = whole !== undefined && patterns.some((pattern) => copiesOf(whole, pattern).length > 0);
    if (!isMet || whole.path.at(-1) === '') return route;
    return { ...route, copies: [...route.copies, { ...whole, path: [...whole.path, ''], isFixed: true }] };
  });
}
