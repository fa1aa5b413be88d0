import type { Grant } from './grant.ts';
import { allowPatterns, denyPatterns, distinct, methodOf, pickRoutes, type RouteIndexes } from './listed-grant.ts';
import type { CompiledRoute, SpelledLeak } from './route.ts';

/** A pattern such as `GET/orders/*`, and what it does to each route of the table. */
interface WidePattern {
  readonly pattern: string;
  readonly covering: number[];
  readonly meeting: number[];
  readonly spelling: number[];
}

/** A part of a policy: one route's own patterns or a wide one, for the granted `routes`, and what it reaches beside them. */
interface Part {
  readonly allow: readonly string[];
  readonly routes: readonly number[];
  readonly leaks: readonly number[];
  readonly wide: WidePattern | undefined;
}

/**
 * Grants in fewer patterns than routes, and as exact: a wide pattern takes the place of the routes that it covers, with
 * a Deny for every route it meets that is not granted, where no such Deny would refuse a granted route.
 */
export function createWideGrants(routes: readonly CompiledRoute[]): (granted: RouteIndexes) => Grant {
  let byPattern: ReadonlyMap<string, WidePattern> | undefined;
  return (granted) => {
    // Most deployments never need it, and every cold start would wait for it.
    byPattern ??= indexByPattern(routes);
    const parts = new Map([...granted].map((index) => [index, ownPart(routes, index, granted)]));
    for (const wide of narrowestFirst(routes, granted, byPattern)) {
      const part = partFor(wide, routes, granted, parts);
      for (const index of part?.routes ?? []) if (part !== undefined) parts.set(index, part);
    }
    return grantFrom([...new Set(parts.values())], routes, granted);
  };
}

function indexByPattern(routes: readonly CompiledRoute[]): ReadonlyMap<string, WidePattern> {
  const byPattern = new Map<string, WidePattern>();
  for (const [index, { wide }] of routes.entries()) {
    for (const relation of ['covering', 'meeting', 'spelling'] as const) {
      for (const pattern of wide[relation]) {
        const entry = byPattern.get(pattern) ?? { pattern, covering: [], meeting: [], spelling: [] };
        entry[relation].push(index);
        byPattern.set(pattern, entry);
      }
    }
  }
  return byPattern;
}

function ownPart(routes: readonly CompiledRoute[], index: number, granted: RouteIndexes): Part {
  const { allow = [], leaksInto = [] } = routes[index] ?? {};
  return { allow, routes: [index], leaks: leaksInto.filter((leak) => !granted.has(leak)), wide: undefined };
}

function narrowestFirst(
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  byPattern: ReadonlyMap<string, WidePattern>,
): readonly WidePattern[] {
  const patterns = distinct(pickRoutes(routes, granted).flatMap(({ wide }) => wide.covering));
  return patterns
    .flatMap((pattern) => byPattern.get(pattern) ?? [])
    .sort((a, b) => a.covering.length - b.covering.length || (a.pattern < b.pattern ? -1 : 1));
}

/** The part that `wide` would be, if it is exact and shorter than the parts that lie within it. */
function partFor(
  wide: WidePattern,
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  parts: ReadonlyMap<number, Part>,
): Part | undefined {
  const covered = new Set(wide.covering.filter((index) => granted.has(index)));
  const inside = [...new Set([...covered].flatMap((index) => parts.get(index) ?? []))].filter((part) =>
    part.routes.every((index) => covered.has(index)),
  );
  const leaks = [...wide.covering, ...wide.meeting].filter((index) => !granted.has(index));
  const part = { allow: [wide.pattern], routes: inside.flatMap((within) => within.routes), leaks, wide };
  if (lengthOf([part], routes) >= lengthOf(inside, routes)) return undefined;
  return leaks.every((leak) => !routes[leak]?.leaksInto.some((index) => granted.has(index))) ? part : undefined;
}

/** In patterns, allowed and denied. */
function lengthOf(parts: readonly Part[], routes: readonly CompiledRoute[]): number {
  const allow = parts.flatMap((part) => part.allow);
  const methods = new Set(allow.map(methodOf));
  const denied = pickRoutes(routes, new Set(parts.flatMap(({ leaks }) => leaks))).flatMap(({ deny }) => deny);
  const needed = methods.has('*') ? denied : denied.filter((pattern) => methods.has(methodOf(pattern)));
  return allow.length + needed.length;
}

function grantFrom(parts: readonly Part[], routes: readonly CompiledRoute[], granted: RouteIndexes): Grant {
  const wide = parts.flatMap((part) => part.wide ?? []);
  const listed = new Set(parts.flatMap((part) => (part.wide === undefined ? part.routes : [])));
  const allow = distinct([...wide.map(({ pattern }) => pattern).sort(), ...allowPatterns(routes, listed)]);
  const spelled = [
    ...pickRoutes(routes, listed).flatMap(({ leaksBySpelling }) => leaksBySpelling),
    ...wide.flatMap((pattern) => spelledLeaks(pattern, routes)),
  ];
  const reach = { allow, leaks: parts.flatMap(({ leaks }) => leaks), spelled };
  return { routes: pickRoutes(routes, granted), allow, deny: denyPatterns(routes, granted, reach) };
}

/** Routes that the pattern meets are denied by their own patterns, which do for the spellings that those absorb. */
function spelledLeaks({ covering, meeting, spelling }: WidePattern, routes: readonly CompiledRoute[]): SpelledLeak[] {
  const met = new Set([...covering, ...meeting]);
  return [...new Set([...met, ...spelling])].flatMap((index) =>
    (routes[index]?.spellings ?? []).flatMap(({ absorbed }, place) =>
      absorbed && met.has(index) ? [] : [[index, place] as const],
    ),
  );
}
