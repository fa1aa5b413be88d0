import { WILD } from '../lambda/resource-pattern.ts';
import type { HttpMethod } from '../lambda/route.ts';
import { PARAMETER, REST, type ResourcePattern, type RouteCopy, wholeCopy } from './resource-pattern.ts';
import { type PathTexts, selectorOf } from './route-selection.ts';
import type { ParsedRoute } from './route-table.ts';

/** Part of a route: the methods and the path pattern (literals and WILD) of requests that it claims. */
export interface ClaimedPart {
  readonly methods: readonly HttpMethod[];
  readonly path: ResourcePattern;
}

/** Which requests, of those without empty segments, are handed to a route. */
export interface RouteClaims {
  /** The parts of a copy of `route` that both readings hand to it. */
  ownParts(route: ParsedRoute, copy: RouteCopy): readonly ClaimedPart[];
  /** The parts that the plain reading hands to it. */
  plainParts(route: ParsedRoute, copy: RouteCopy): readonly ClaimedPart[];
  /** The parts that some reading hands to it: the plain one, or the one with full matches before greedy ones. */
  parts(route: ParsedRoute, copy: RouteCopy): readonly ClaimedPart[];
  /** Of a proxy's requests those with one empty segment in its rest, as copies of the route. None for other routes. */
  oddCopies(route: ParsedRoute): readonly RouteCopy[];
  /** Every route that some reading hands the request to. */
  claimants(method: HttpMethod, path: PathTexts): ReadonlySet<ParsedRoute>;
  /** A request of the part, with a text of no literal of the table in place of each wildcard. */
  exampleOf(path: ResourcePattern): PathTexts;
}

/**
 * Tries one request for each copy, and that is enough: for a parameter the text that no literal of the table equals, because
 * what then wins over the route wins for every other text too; for the rest of a path each number of segments up to one more
 * than the longest path has, from where nothing changes.
 */
export function routeClaims(table: readonly ParsedRoute[]): RouteClaims {
  const fresh = freshText(table);
  const depth = 1 + Math.max(0, ...table.map(({ segments }) => segments.length));
  const items = table.map((parsed) => ({ method: parsed.route.method, segments: parsed.segments, parsed }));
  const plain = selectorOf(items, 'segment-by-segment');
  const fullFirst = selectorOf(items, 'full-match-first');
  const isPlain = (route: ParsedRoute) => (method: HttpMethod, path: PathTexts) =>
    plain(method, path)?.parsed === route;
  const isOwn = (route: ParsedRoute) => (method: HttpMethod, path: PathTexts) =>
    plain(method, path)?.parsed === route && fullFirst(method, path)?.parsed === route;
  const isAny = (route: ParsedRoute) => (method: HttpMethod, path: PathTexts) =>
    plain(method, path)?.parsed === route || fullFirst(method, path)?.parsed === route;
  return {
    ownParts: (route, copy) => claimedParts(copy, { fresh, depth, isClaimed: isOwn(route) }),
    plainParts: (route, copy) => claimedParts(copy, { fresh, depth, isClaimed: isPlain(route) }),
    parts: (route, copy) => claimedParts(copy, { fresh, depth, isClaimed: isAny(route) }),
    oddCopies: (route) => (route.segments.at(-1)?.kind === 'proxy' ? oddCopies(wholeCopy(route), depth) : []),
    claimants: (method, path) => new Set([plain, fullFirst].flatMap((select) => select(method, path)?.parsed ?? [])),
    exampleOf: (path) => path.map((text) => (text === WILD ? fresh : text)),
  };
}

interface Trial {
  readonly fresh: string;
  readonly depth: number;
  readonly isClaimed: (method: HttpMethod, path: PathTexts) => boolean;
}

/** An empty segment alone is no rest. */
function oddCopies({ methods, path }: RouteCopy, depth: number): readonly RouteCopy[] {
  const start = path.slice(0, -1);
  return Array.from({ length: Math.max(1, depth - start.length) }, (_, more) => more + 2).flatMap((length) => {
    const rest = Array.from({ length }, () => PARAMETER);
    return rest.map((_, empty) => ({ methods, path: [...start, ...rest.with(empty, '')], isFixed: false }));
  });
}

/** Methods whose parts are the same stand together. */
function claimedParts(copy: RouteCopy, trial: Trial): readonly ClaimedPart[] {
  const parts = new Map<string, { readonly methods: HttpMethod[]; readonly path: ResourcePattern }>();
  for (const method of copy.methods) {
    for (const path of shallowestClaimed(method, copy.path, trial)) {
      const key = path.join('/');
      const part = parts.get(key) ?? { methods: [], path };
      part.methods.push(method);
      parts.set(key, part);
    }
  }
  return [...parts.values()];
}

/** A wildcard crosses slashes, so a pattern for a shallow rest also stands for every deeper one. */
function shallowestClaimed(method: HttpMethod, copy: readonly string[], trial: Trial): readonly ResourcePattern[] {
  const claimed = expansions(copy, trial.depth).filter((path) =>
    trial.isClaimed(
      method,
      path.map((text) => (text === WILD ? trial.fresh : text)),
    ),
  );
  return claimed.filter((path) => !claimed.some((other) => other.length < path.length && isShallower(other, path)));
}

/** The copy with each rest as one segment, two, and so on, until no route of the table looks any further. */
function expansions(copy: readonly string[], depth: number): readonly ResourcePattern[] {
  return copy.reduce<readonly ResourcePattern[]>(
    (paths, text) => {
      if (text !== REST) return paths.map((path) => [...path, text === PARAMETER ? WILD : text]);
      return paths.flatMap((path) =>
        Array.from({ length: Math.max(1, depth - path.length) }, (_, more) => [
          ...path,
          ...Array.from({ length: more + 1 }, () => WILD),
        ]),
      );
    },
    [[]],
  );
}

/** Whether `deeper` is `path` with more wildcards next to its own. */
function isShallower(path: ResourcePattern, deeper: ResourcePattern, p = 0, d = 0): boolean {
  if (p === path.length || d === deeper.length) return p === path.length && d === deeper.length;
  if (path[p] !== WILD) return path[p] === deeper[d] && isShallower(path, deeper, p + 1, d + 1);
  return deeper[d] === WILD && (isShallower(path, deeper, p + 1, d + 1) || isShallower(path, deeper, p, d + 1));
}

function freshText(routes: readonly ParsedRoute[]): string {
  const literals = new Set(routes.flatMap(({ segments }) => segments.map((s) => (s.kind === 'literal' ? s.text : ''))));
  let fresh = 'x';
  while (literals.has(fresh)) fresh += 'x';
  return fresh;
}
