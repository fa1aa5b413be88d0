import type { Grant } from './grant.ts';
import type { CompiledRoute, SpelledLeak } from './route.ts';

/** Indexes of routes in the table. */
export type RouteIndexes = ReadonlySet<number>;

/** Allows every granted route by its own patterns, and denies what they leak into. */
export function listedGrant(routes: readonly CompiledRoute[], granted: RouteIndexes): Grant {
  const allowed = pickRoutes(routes, granted);
  const allow = allowPatterns(routes, granted);
  const leaks = allowed.flatMap(({ leaksInto }) => leaksInto);
  const spelled = allowed.flatMap(({ leaksBySpelling }) => leaksBySpelling);
  return { routes: allowed, allow, deny: denyPatterns(routes, granted, { allow, leaks, spelled }) };
}

export function allowPatterns(routes: readonly CompiledRoute[], indexes: RouteIndexes): readonly string[] {
  return distinct(withoutNarrower(routes, indexes).flatMap(({ allow }) => allow));
}

/** What the patterns of an Allow reach, granted or not. */
export interface Reach {
  readonly allow: readonly string[];
  readonly leaks: Iterable<number>;
  readonly spelled: Iterable<SpelledLeak>;
}

/** Patterns that keep a token out of all that an Allow reaches and that is not granted. */
export function denyPatterns(
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  { allow, leaks, spelled }: Reach,
): readonly string[] {
  const denied = new Set([...leaks].filter((index) => !granted.has(index)));
  const patterns = withoutNarrower(routes, denied).flatMap(({ deny }) => deny);
  const spellings = [...spelled]
    .filter(([route]) => !granted.has(route))
    .flatMap(([route, spelling]) => routes[route]?.spellings[spelling] ?? [])
    .filter(({ unlessGranted }) => !unlessGranted.some((index) => granted.has(index)))
    .map(({ pattern }) => pattern);
  return ofMethodsIn(allow, distinct([...patterns, ...spellings.sort()]));
}

/** Table order, so that the order of a token's scopes does not matter. */
export function pickRoutes(routes: readonly CompiledRoute[], indexes: RouteIndexes): readonly CompiledRoute[] {
  return [...indexes].sort((a, b) => a - b).flatMap((index) => routes[index] ?? []);
}

export function distinct(patterns: readonly string[]): readonly string[] {
  return [...new Set(patterns)];
}

/** A pattern that another one of the policy includes would only lengthen it. */
function withoutNarrower(routes: readonly CompiledRoute[], indexes: RouteIndexes): readonly CompiledRoute[] {
  return pickRoutes(routes, indexes).filter(({ within }) => !within.some((index) => indexes.has(index)));
}

/** Nothing needs denying for a method that nothing allows. */
function ofMethodsIn(allow: readonly string[], deny: readonly string[]): readonly string[] {
  const methods = new Set(['*', ...allow.map(methodOf)]);
  return allow.some((pattern) => methodOf(pattern) === '*')
    ? deny
    : deny.filter((pattern) => methods.has(methodOf(pattern)));
}

export function methodOf(pattern: string): string {
  return pattern.split('/', 1)[0] ?? pattern;
}
