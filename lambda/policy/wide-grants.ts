import {
  allowPatterns,
  bytesOf,
  deniesGranted,
  denyPatterns,
  distinct,
  type Grant,
  pickRoutes,
  type Reach,
  type RouteIndexes,
  type SpellingPrecision,
} from './listed-grant.ts';
import { methodOf } from './resource-pattern.ts';
import type { CompiledRoute, PartialLeak } from './route.ts';

/** A pattern such as `GET/orders/*`, and what it does to each route of the table. */
interface WidePattern {
  readonly pattern: string;
  readonly covering: number[];
  readonly meeting: PartialLeak[];
  readonly spelling: number[];
  readonly spelled: PartialLeak[];
}

/** A part of a policy: one route's own patterns or a wide one, for the granted `routes`, and what else it reaches. */
interface Part {
  readonly allow: readonly string[];
  readonly routes: readonly number[];
  /** Routes that are not granted and that it reaches as a whole. */
  readonly leaks: readonly number[];
  readonly partialLeaks: readonly PartialLeak[];
  readonly wide: WidePattern | undefined;
}

/**
 * Returns grants in fewer patterns than routes, and as exact: a wide pattern takes the place of the routes that it covers,
 * with a Deny for every route it meets that is not granted, unless such a Deny would reject a granted route.
 */
export function createWideGrants(
  routes: readonly CompiledRoute[],
): (granted: RouteIndexes, precision?: SpellingPrecision) => Grant {
  let byPattern: ReadonlyMap<string, WidePattern> | undefined;
  return (granted, precision = 'exact') => {
    // Made on first use: most deployments never need it, and every cold start would wait for it.
    byPattern ??= indexByPattern(routes);
    const parts = new Map([...granted].map((index) => [index, ownPart(routes, index, granted)]));
    const rejected = new Set([...parts.values()].flatMap(({ leaks }) => leaks));
    for (const wide of narrowestFirst(routes, granted, byPattern)) {
      const part = partFor(wide, { routes, granted, parts, rejected });
      for (const index of part?.routes ?? []) if (part !== undefined) parts.set(index, part);
    }
    return grantFrom([...new Set(parts.values())], routes, granted, precision);
  };
}

function indexByPattern(routes: readonly CompiledRoute[]): ReadonlyMap<string, WidePattern> {
  const byPattern = new Map<string, WidePattern>();
  const entryOf = (pattern: string): WidePattern => {
    const entry = byPattern.get(pattern) ?? { pattern, covering: [], meeting: [], spelling: [], spelled: [] };
    byPattern.set(pattern, entry);
    return entry;
  };
  for (const [index, { wide }] of routes.entries()) {
    for (const pattern of wide.covering) entryOf(pattern).covering.push(index);
    for (const [pattern, parts] of wide.meeting) entryOf(pattern).meeting.push([index, parts]);
    for (const pattern of wide.spelling) entryOf(pattern).spelling.push(index);
    for (const [pattern, parts] of wide.spelled) entryOf(pattern).spelled.push([index, parts]);
  }
  return byPattern;
}

function ownPart(routes: readonly CompiledRoute[], index: number, granted: RouteIndexes): Part {
  const { allow = [], leaksInto = [], leaksPartlyInto = [] } = routes[index] ?? {};
  return {
    allow,
    routes: [index],
    leaks: leaksInto.filter((leak) => !granted.has(leak)),
    partialLeaks: leaksPartlyInto.filter(([leak]) => !granted.has(leak)),
    wide: undefined,
  };
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

interface Policy {
  readonly routes: readonly CompiledRoute[];
  readonly granted: RouteIndexes;
  readonly parts: ReadonlyMap<number, Part>;
  /** Routes that the granted routes' own patterns leak into as a whole: denying them rejects nothing more. */
  readonly rejected: RouteIndexes;
}

/** The part that `wide` would be, if it is exact and shorter than the parts that lie within it. */
function partFor(wide: WidePattern, { routes, granted, parts, rejected }: Policy): Part | undefined {
  const covered = new Set(wide.covering.filter((index) => granted.has(index)));
  const inside = [...new Set([...covered].flatMap((index) => parts.get(index) ?? []))].filter((part) =>
    part.routes.every((index) => covered.has(index)),
  );
  const leaks = wide.covering.filter((index) => !granted.has(index));
  const partialLeaks = wide.meeting.filter(([index]) => !granted.has(index));
  const part = { allow: [wide.pattern], routes: inside.flatMap((within) => within.routes), leaks, partialLeaks, wide };
  if (lengthOf([part], routes) >= lengthOf(inside, routes)) return undefined;
  const denied = [...leaks, ...partialLeaks.map(([index]) => index)];
  return denied.every((index) => rejected.has(index) || !deniesGranted(routes[index], granted)) ? part : undefined;
}

/** The length of the parts in bytes of patterns, allowed and denied. */
function lengthOf(parts: readonly Part[], routes: readonly CompiledRoute[]): number {
  const allow = parts.flatMap((part) => part.allow);
  const methods = new Set(allow.map(methodOf));
  const whole = pickRoutes(routes, new Set(parts.flatMap(({ leaks }) => leaks))).flatMap(({ deny }) => deny);
  const denied = [...whole, ...parts.flatMap(({ partialLeaks }) => partialLeaks).flatMap(([, patterns]) => patterns)];
  const needed = methods.has('*') ? denied : denied.filter((pattern) => methods.has(methodOf(pattern)));
  return bytesOf({ allow, deny: needed });
}

function grantFrom(
  parts: readonly Part[],
  routes: readonly CompiledRoute[],
  granted: RouteIndexes,
  precision: SpellingPrecision,
): Grant {
  const reach = reachOf(parts, routes);
  return {
    routes: pickRoutes(routes, granted),
    allow: reach.allow,
    deny: denyPatterns(routes, granted, reach, precision),
  };
}

function reachOf(parts: readonly Part[], routes: readonly CompiledRoute[]): Reach {
  const wide = parts.flatMap((part) => part.wide ?? []);
  const listed = new Set(parts.flatMap((part) => (part.wide === undefined ? part.routes : [])));
  const listedRoutes = pickRoutes(routes, listed);
  return {
    allow: distinct([...wide.map(({ pattern }) => pattern).sort(), ...allowPatterns(routes, listed)]),
    leaks: parts.flatMap(({ leaks }) => leaks),
    partialLeaks: parts.flatMap(({ partialLeaks }) => partialLeaks),
    spelled: [
      ...listedRoutes.flatMap(({ reachesSpellingsOf }) => reachesSpellingsOf),
      ...wide.flatMap(({ covering, meeting, spelling }) => [
        ...covering,
        ...meeting.map(([index]) => index),
        ...spelling,
      ]),
    ],
    spelledLeaks: [
      ...listedRoutes.flatMap(({ leaksBySpelling }) => leaksBySpelling),
      ...wide.flatMap((pattern) => pattern.spelled),
    ],
  };
}
