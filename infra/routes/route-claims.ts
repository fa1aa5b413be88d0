import { WILD } from '../../lambda/policy/resource-pattern.ts';
import type { HttpMethod } from '../../lambda/policy/route.ts';
import { covers, PARAMETER, REST, type ResourcePattern, type RouteCopy, wholeCopy } from './resource-pattern.ts';
import { ROUTE_READINGS } from './route-readings.ts';
import { type PathTexts, selectorOf } from './route-selection.ts';
import type { ParsedRoute } from './route-table.ts';

/** Part of a route: the methods and the path pattern (literals and WILD) of requests that it claims. */
export interface ClaimedPart {
  readonly methods: readonly HttpMethod[];
  readonly path: ResourcePattern;
}

/** Answers which requests API Gateway hands to a route. Requests with empty segments are left out, except in `oddCopies`. */
export interface RouteClaims {
  /** The parts of a copy of `route` that both readings hand to it. */
  ownParts(route: ParsedRoute, copy: RouteCopy): readonly ClaimedPart[];
  /** The parts that the plain reading hands to it. */
  plainParts(route: ParsedRoute, copy: RouteCopy): readonly ClaimedPart[];
  /** The parts that some reading hands to it: the plain one, or the one with full matches before greedy ones. */
  parts(route: ParsedRoute, copy: RouteCopy): readonly ClaimedPart[];
  /** The requests of a proxy with one empty segment in its rest, as copies of the route. Empty for other routes. */
  oddCopies(route: ParsedRoute): readonly RouteCopy[];
  /** Every route to which some reading hands the request. */
  claimants(method: HttpMethod, path: PathTexts): ReadonlySet<ParsedRoute>;
  /** A request of the part: each wildcard is replaced by a text that equals no literal of the table. */
  exampleOf(path: ResourcePattern): PathTexts;
}

/**
 * Finds claims by trying one request for each copy. That is enough for a parameter, with a text that no literal of the table equals:
 * a route that wins then also wins for every other text. For the rest of a path it tries each number of segments up to one more than the
 * longest path has, from where on nothing changes.
 */
export function routeClaims(table: readonly ParsedRoute[]): RouteClaims {
  const fresh = freshText(table);
  const depth = 1 + Math.max(0, ...table.map(({ segments }) => segments.length));
  const select = selectionBy(table);
  const claimedBy = (isClaimed: (selected: Selected, route: ParsedRoute) => boolean) => {
    return (route: ParsedRoute, copy: RouteCopy) =>
      claimedParts(copy, { route, fresh, depth, select, isClaimed: (selected) => isClaimed(selected, route) });
  };
  return {
    ownParts: claimedBy(({ plain, fullFirst }, route) => plain === route && fullFirst === route),
    plainParts: claimedBy(({ plain }, route) => plain === route),
    parts: claimedBy(({ plain, fullFirst }, route) => plain === route || fullFirst === route),
    oddCopies: (route) => (route.segments.at(-1)?.kind === 'proxy' ? oddCopies(wholeCopy(route)) : []),
    claimants: (method, path) => {
      const { plain, fullFirst } = select(method, path);
      return new Set([plain, fullFirst].filter((route) => route !== undefined));
    },
    exampleOf: (path) => path.map((text) => (text === WILD ? fresh : text)),
  };
}

function selectionBy(table: readonly ParsedRoute[]): Trial['select'] {
  const items = table.map((parsed) => ({ method: parsed.route.method, segments: parsed.segments, parsed }));
  const plain = selectorOf(items, ROUTE_READINGS.rest.raw.preference);
  const fullFirst = selectorOf(items, ROUTE_READINGS.rest['raw+full-match-first'].preference);
  return (method, path) => ({ plain: plain(method, path)?.parsed, fullFirst: fullFirst(method, path)?.parsed });
}

interface Trial {
  readonly route: ParsedRoute;
  readonly fresh: string;
  readonly depth: number;
  readonly select: (method: HttpMethod, path: PathTexts) => Selected;
  readonly isClaimed: (selected: Selected) => boolean;
}

/** The routes to which the two readings hand a request. */
interface Selected {
  readonly plain: ParsedRoute | undefined;
  readonly fullFirst: ParsedRoute | undefined;
}

/** Copies with one empty segment at the start, at the end or within the rest: an empty segment alone is not a rest. */
function oddCopies({ methods, path }: RouteCopy): readonly RouteCopy[] {
  const rests = [
    ['', REST],
    [REST, ''],
    [REST, '', REST],
  ];
  return rests.map((rest) => ({ methods, path: [...path.slice(0, -1), ...rest], isFixed: false }));
}

/** The claimed parts. Methods with the same path are joined in one part. */
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

/**
 * The maximum number of lengths to try for a copy with several rests. Past it, the copy counts as claimed without a trial. That is safe: a
 * Deny may reach beyond the route, and no copy for an Allow has several rests.
 */
const MAX_TRIALS = 2_000;

/** The shallowest claimed paths. A wildcard crosses slashes, so a pattern for a shallow rest also matches every deeper one. */
function shallowestClaimed(method: HttpMethod, copy: readonly string[], trial: Trial): readonly ResourcePattern[] {
  const shallowest = expansion(copy, []);
  const selected = (path: ResourcePattern) =>
    trial.select(
      method,
      path.map((text) => (text === WILD ? trial.fresh : text)),
    );
  const first = selected(shallowest);
  if (trial.isClaimed(first)) return [shallowest];
  if (first.plain !== trial.route && isProxyAbove(first.plain, copy.indexOf(REST))) return [];
  const rests = copy.filter((text) => text === REST).length;
  const most = Math.max(1, trial.depth - shallowest.length + 1);
  if (rests > 1 && most ** rests > MAX_TRIALS) return [shallowest];
  const claimed: ResourcePattern[] = [];
  for (const lengths of lengthsOf(rests, most)) {
    const path = expansion(copy, lengths);
    if (!claimed.some((wider) => covers(wider, path)) && trial.isClaimed(selected(path))) claimed.push(path);
  }
  return claimed;
}

/** Whether a proxy takes the request whatever its first rest is. It then takes every deeper request of the route too. */
function isProxyAbove(selected: ParsedRoute | undefined, firstRest: number): boolean {
  const segments = selected?.segments ?? [];
  const beyond = segments.slice(firstRest, -1);
  return segments.at(-1)?.kind === 'proxy' && beyond.every(({ kind }) => kind === 'parameter');
}

/** The copy with `lengths` segments for its rests; one segment for a rest without a length. */
function expansion(copy: readonly string[], lengths: readonly number[]): ResourcePattern {
  let rest = 0;
  return copy.flatMap((text) => {
    if (text === REST) return Array.from({ length: lengths[rest++] ?? 1 }, () => WILD);
    return text === PARAMETER ? [WILD] : [text];
  });
}

/** All combinations of one to `most` segments for each rest, by their sum. No route of the table looks beyond `most`. */
function lengthsOf(rests: number, most: number): readonly (readonly number[])[] {
  const one = Array.from({ length: most }, (_, more) => more + 1);
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  return Array.from({ length: rests })
    .reduce<readonly (readonly number[])[]>(
      (all) => all.flatMap((lengths) => one.map((length) => [...lengths, length])),
      [[]],
    )
    .toSorted((a, b) => sum(a) - sum(b));
}

function freshText(routes: readonly ParsedRoute[]): string {
  const literals = new Set(routes.flatMap(({ segments }) => segments.map((s) => (s.kind === 'literal' ? s.text : ''))));
  let fresh = 'x';
  while (literals.has(fresh)) fresh += 'x';
  return fresh;
}
