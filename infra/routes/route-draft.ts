import { ANY_METHOD } from '../../lambda/policy/resource-pattern.ts';
import type { Route } from '../../lambda/policy/route.ts';
import { copiesOf, copiesWithin, covers, endsInSlash, type ResourcePattern } from './resource-pattern.ts';
import type { ClaimedPart, IsCovered, PartsOf, RouteClaims } from './route-claims.ts';
import type { ParsedRoute } from './route-table.ts';

export interface RouteDraft {
  readonly parsed: ParsedRoute;
  /**
   * Patterns for the requests that every reading hands to the route. Requests that one reading hands to another route need no Allow here
   * where that route's own patterns match them: a token may make them only if it may call that route too.
   */
  readonly patterns: readonly ResourcePattern[];
  /** Patterns for the requests that some reading hands to the route. */
  readonly claimed: readonly ResourcePattern[];
  /** The routes whose requests `claimed` matches, its own included. */
  readonly meets: ReadonlySet<ParsedRoute>;
}

/** The part of another route that the Allow of a route reaches. */
export interface Leak {
  readonly into: RouteDraft;
  readonly patterns: readonly ResourcePattern[];
}

export function draftsOf(table: readonly ParsedRoute[], claims: RouteClaims): readonly RouteDraft[] {
  const own = new Map(table.map((parsed) => [parsed, patternsBy(claims.ownParts, parsed, table, claims)]));
  const isCovered: IsCovered = (choices, method, path) =>
    choices.some((route) => route && own.get(route)?.some((pattern) => covers(pattern, [method, ...path])));
  const uncovered: PartsOf = (route, copy) => claims.uncoveredParts(route, copy, isCovered);
  return table.map((parsed) => {
    const more = isDefault(parsed) ? [] : patternsBy(uncovered, parsed, table, claims);
    const patterns = [...(own.get(parsed) ?? []), ...more];
    const claimed = patternsBy(claims.parts, parsed, table, claims);
    return { parsed, patterns, claimed, meets: routesMet(claimed, table, claims) };
  });
}

function patternsBy(partsOf: PartsOf, route: ParsedRoute, table: readonly ParsedRoute[], claims: RouteClaims) {
  if (isDefault(route)) return [[ANY_METHOD]];
  const patterns = route.copies
    .flatMap((copy) => partsOf(route, copy))
    .flatMap((part) => patternsOf(part, table, claims));
  const [wider, slashed] = [patterns.filter((one) => !endsInSlash(one)), patterns.filter(endsInSlash)];
  return [...wider, ...slashed.filter((inner) => !wider.some((outer) => covers(outer, inner)))];
}

/** Its one pattern is a star, for paths of every kind and for every method: a Deny takes away what other routes have. */
function isDefault({ segments }: ParsedRoute): boolean {
  return segments.length === 0;
}

/**
 * One pattern for each method, or one star for all methods if that reaches nothing more of the table: a star crosses slashes, so `*` + `/x`
 * also matches `GET/y/x`.
 */
function patternsOf({ methods, path }: ClaimedPart, table: readonly ParsedRoute[], claims: RouteClaims) {
  const listed = methodPatterns({ methods, path });
  // A star and an empty segment, as of the root or of an empty rest, would match spellings of other routes with a slash at the end.
  if (methods.length < 2 || path.includes('')) return listed;
  const starred: ResourcePattern = [ANY_METHOD, ...path];
  const isListed = (reached: ResourcePattern) => listed.some((pattern) => covers(pattern, reached));
  const reached = table.flatMap((route) => partsWithin(starred, route, claims));
  return reached.flatMap(methodPatterns).every(isListed) ? [starred] : listed;
}

function methodPatterns({ methods, path }: ClaimedPart): readonly ResourcePattern[] {
  return methods.map((method) => [method, ...path]);
}

function routesMet(
  patterns: readonly ResourcePattern[],
  table: readonly ParsedRoute[],
  claims: RouteClaims,
): ReadonlySet<ParsedRoute> {
  return new Set(table.filter((route) => patterns.some((pattern) => partsWithin(pattern, route, claims).length > 0)));
}

/** The parts of a route's requests that a pattern matches. */
export function partsWithin(pattern: ResourcePattern, route: ParsedRoute, claims: RouteClaims): readonly ClaimedPart[] {
  return copiesWithin(pattern, route).flatMap((copy) => claims.parts(route, copy));
}

/** The leaks of a draft. Routes that no token can tell apart are skipped, or tables with few scopes would consist mostly of leaks. */
export function leaksOf(draft: RouteDraft, drafts: readonly RouteDraft[], claims: RouteClaims): readonly Leak[] {
  return drafts.flatMap((into) => {
    if (into === draft || !draft.meets.has(into.parsed) || !areHeldApart(draft, into)) return [];
    const patterns = deniedPart(draft.patterns, into, drafts, claims);
    return patterns.length === 0 ? [] : [{ into, patterns }];
  });
}

/** Patterns for the part of a route that `patterns` match; its `claimed` patterns if that is all of it. */
export function deniedPart(
  patterns: readonly ResourcePattern[],
  into: RouteDraft,
  drafts: readonly RouteDraft[],
  claims: RouteClaims,
): readonly ResourcePattern[] {
  const parts = patterns.flatMap((pattern) => partsWithin(pattern, into.parsed, claims));
  const byPath = new Map<string, Set<ClaimedPart['methods'][number]>>();
  for (const { methods, path } of parts) {
    const key = path.join('/');
    const known = byPath.get(key) ?? new Set();
    for (const method of methods) known.add(method);
    byPath.set(key, known);
  }
  const table = drafts.map(({ parsed }) => parsed);
  const denied = [...byPath].flatMap(([path, methods]) =>
    patternsOf({ methods: [...methods], path: path.split('/') }, table, claims),
  );
  const isWhole = into.claimed.every((own) => denied.some((pattern) => covers(pattern, own)));
  return isWhole ? into.claimed : denied;
}

/**
 * Patterns for the requests with one empty segment that `patterns` match and that a reading hands to a proxy as they are. They differ from the
 * requests without that segment: `{a}` takes no empty segment, and for `{proxy+}` it is a part of the rest.
 */
export function spelledPart(
  patterns: readonly ResourcePattern[],
  { parsed }: RouteDraft,
  claims: RouteClaims,
): readonly ResourcePattern[] {
  const parts = patterns.flatMap((pattern) =>
    claims
      .oddCopies(parsed)
      .flatMap((copy) => copiesOf(copy, pattern).flatMap((one) => claims.partsAsSent(parsed, one))),
  );
  const spelled = parts.flatMap(methodPatterns);
  const distinct = [...new Map(spelled.map((pattern) => [pattern.join('/'), pattern])).values()];
  return distinct.filter((inner) => !distinct.some((outer) => outer !== inner && covers(outer, inner)));
}

/** Whether some token may call the one but not the other. */
function areHeldApart({ parsed: one }: RouteDraft, { parsed: other }: RouteDraft): boolean {
  return isGrantableWithout(one.route, other.route) || isGrantableWithout(other.route, one.route);
}

/** Whether some token may call `route` but not `other`. A route that needs no scope is granted to every token. */
export function isGrantableWithout(route: Route, other: Route): boolean {
  if (other.scopes.length === 0) return false;
  return route.scopes.length === 0 || route.scopes.some((scope) => !other.scopes.includes(scope));
}
