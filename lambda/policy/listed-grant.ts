import { coveredBy, methodOf } from './resource-pattern.ts';
import { type CompiledRoute, DEFAULT_ROUTE, type PartialLeak } from './route.ts';
import { deniedSpellings, EMPTY_SEGMENT } from './spelling-denies.ts';

/** What a token may call, as resource patterns below the stage ARN. Nothing is granted if `allow` is empty. */
export interface Grant {
  readonly routes: readonly CompiledRoute[];
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

/** What a token may call because of `scopes`: those of its scopes that open a route, in the token's order. */
export interface TokenGrant extends Grant {
  readonly scopes: readonly string[];
}

/**
 * How to deny paths with empty segments (`/orders/`, `//orders`), where an Allow reaches those of a route that is not
 * granted. `exact`: a granted proxy keeps its own. `coarse`: all are denied, in fewer bytes.
 */
export type SpellingPrecision = 'exact' | 'coarse';

/** Indexes of routes in the table. */
export type RouteIndexes = ReadonlySet<number>;

/** Allows every granted route by its own patterns, and denies what they leak into. */
export function listedGrant(
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  precision: SpellingPrecision = 'exact',
): Grant {
  const allowed = pickRoutes(routes, granted);
  const reach: Reach = {
    allow: allowPatterns(routes, granted),
    leaks: allowed.flatMap(({ leaksInto }) => leaksInto),
    partialLeaks: allowed.flatMap(({ leaksPartlyInto }) => leaksPartlyInto),
    spelled: allowed.flatMap(({ reachesSpellingsOf }) => reachesSpellingsOf),
    spelledLeaks: allowed.flatMap(({ leaksBySpelling }) => leaksBySpelling),
  };
  return { routes: allowed, allow: reach.allow, deny: denyPatterns(routes, granted, reach, precision) };
}

export function allowPatterns(routes: readonly CompiledRoute[], indexes: RouteIndexes): readonly string[] {
  return distinct(withoutNarrower(routes, indexes).flatMap(({ allow }) => allow));
}

/** What the patterns of an Allow reach, granted or not. */
export interface Reach {
  readonly allow: readonly string[];
  readonly leaks: readonly number[];
  readonly partialLeaks: readonly PartialLeak[];
  /** Routes of which spellings with empty segments are reached. */
  readonly spelled: readonly number[];
  readonly spelledLeaks: readonly PartialLeak[];
}

/** Patterns for everything that an Allow reaches and that is not granted. */
export function denyPatterns(
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  { allow, leaks, partialLeaks, spelled, spelledLeaks }: Reach,
  precision: SpellingPrecision,
): readonly string[] {
  const denied = withoutCovered(ofMethodsIn(allow, distinct(deniedParts(routes, granted, leaks, partialLeaks))));
  if (spelled.every((index) => granted.has(index))) return denied;
  const hasProxy = pickRoutes(routes, granted).some(({ path }) => takesEmptySegments(path));
  if (precision === 'coarse' || !hasProxy) return [...denied, ...EMPTY_SEGMENT];
  const leaked = spelledLeaks.flatMap(([index, parts]) => (granted.has(index) ? [] : parts));
  return [...denied, ...deniedSpellings({ allow, denied, leaked })];
}

/** By the plain reading. */
function takesEmptySegments(path: string): boolean {
  return path.endsWith('+}') || path === DEFAULT_ROUTE;
}

/**
 * A route that is reached in many parts is denied as a whole where that rejects nothing granted: `GET/a/?*` in place of
 * `GET/a/b`, `GET/a/c` and so on.
 */
function deniedParts(
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  leaks: readonly number[],
  partialLeaks: readonly PartialLeak[],
): readonly string[] {
  const whole = new Set(leaks.filter((index) => !granted.has(index)));
  const partly = new Map<number, Set<string>>();
  for (const [index, parts] of partialLeaks) {
    if (granted.has(index) || whole.has(index)) continue;
    const known = partly.get(index) ?? new Set();
    for (const part of parts) known.add(part);
    partly.set(index, known);
  }
  const parts = [...partly].flatMap(([index, patterns]) => {
    const { deny } = routes[index] ?? { deny: [] };
    if (patterns.size <= deny.length || deniesGranted(routes[index], granted)) return [...patterns];
    whole.add(index);
    return [];
  });
  return [...withoutNarrower(routes, whole).flatMap(({ deny }) => deny), ...parts.sort()];
}

/** Whether a Deny for the whole route could reject a granted one. */
export function deniesGranted(route: CompiledRoute | undefined, granted: RouteIndexes): boolean {
  return route?.denyReaches.some((index) => granted.has(index)) ?? false;
}

/** Table order, so that the order of a token's scopes does not matter. */
export function pickRoutes(routes: readonly CompiledRoute[], indexes: RouteIndexes): readonly CompiledRoute[] {
  return [...indexes].sort((a, b) => a - b).flatMap((index) => routes[index] ?? []);
}

export function distinct(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)];
}

/** Leaves out routes whose patterns lie within another one's: they would only lengthen the policy. */
function withoutNarrower(routes: readonly CompiledRoute[], indexes: RouteIndexes): readonly CompiledRoute[] {
  return pickRoutes(routes, indexes).filter(({ within }) => !within.some((index) => indexes.has(index)));
}

/** Like `withoutNarrower`, for patterns of parts of routes, whose relations are not compiled. */
function withoutCovered(patterns: readonly string[]): readonly string[] {
  const isCovered = coveredBy(patterns.filter((pattern) => pattern.includes('*')));
  return patterns.filter((pattern) => !isCovered(pattern));
}

/** Leaves out patterns for methods that nothing allows. */
function ofMethodsIn(allow: readonly string[], deny: readonly string[]): readonly string[] {
  const methods = new Set(['*', ...allow.map(methodOf)]);
  return allow.some((pattern) => methodOf(pattern) === '*')
    ? deny
    : deny.filter((pattern) => methods.has(methodOf(pattern)));
}

/** Bytes around a pattern in a policy: the stage ARN before it, quotes and a comma. */
const BYTES_AROUND_PATTERN = 80;

/** The approximate length of a policy's patterns. */
export function bytesOf({ allow, deny }: Pick<Grant, 'allow' | 'deny'>, aroundPattern = BYTES_AROUND_PATTERN): number {
  return [...allow, ...deny].reduce((bytes, pattern) => bytes + pattern.length + aroundPattern, 0);
}
