import type { CompiledRoute, Route, SpelledLeak } from '../lambda/route.ts';
import {
  covers,
  formatPattern,
  intersects,
  listedPatterns,
  pathPattern,
  type ResourcePattern,
  STAR,
} from './resource-pattern.ts';
import { grantableWithout, refuseInexpressible } from './route-conflict.ts';
import { type FindRequest, requestFinder } from './route-selection.ts';
import { type SpellingPattern, spellingsOf } from './route-spelling.ts';
import { type ParsedRoute, parseRouteTable } from './route-table.ts';
import { wideMemberships } from './wide-patterns.ts';

/**
 * Compiles a route table into the patterns that exact policies are made of (architecture.md, "Exact policies").
 *
 * A policy allows the patterns of the routes that are granted, and denies those of every other route into which one of
 * them leaks. All that depends on the table alone is worked out here, so that the authorizer only looks up.
 *
 * @throws RouteTableError naming the routes and what to change, when the table is wrong or IAM cannot express it.
 */
export function compileRoutes(routes: readonly Route[]): readonly CompiledRoute[] {
  const table = parseRouteTable(routes);
  const find = requestFinder(table);
  const drafts = table.map((route) => draftOf(route, table, find));
  refuseInexpressible(drafts, find);
  const wide = wideMemberships(
    drafts.map(({ route, patterns, spellings }) => ({ route, patterns, spelled: spellings.map((s) => s.spelled) })),
    find,
  );
  const heldApart = (one: Draft, other: Draft | undefined) =>
    other !== undefined && (isGrantableWithout(one, other) || isGrantableWithout(other, one));
  return drafts.map((draft, index) => ({
    ...draft.route.route,
    allow: draft.patterns.map(formatPattern),
    deny: draft.patterns.map(formatPattern),
    leaksInto: draft.meets.filter((other) => other !== index && heldApart(draft, drafts[other])),
    within: drafts.flatMap((other, place) => (place !== index && isWithin(draft, other, place < index) ? [place] : [])),
    spellings: draft.spellings.map(({ spelled, ...spelling }) => spelling),
    leaksBySpelling: drafts.flatMap((other, place) =>
      isGrantableWithout(draft, other) ? spelledLeaks(draft, other, place) : [],
    ),
    wide: wide[index] ?? { covering: [], meeting: [], spelling: [] },
  }));
}

/** A route's patterns, and the indexes of all routes whose requests they match, its own included. */
interface Draft {
  readonly route: ParsedRoute;
  readonly patterns: readonly ResourcePattern[];
  readonly meets: readonly number[];
  readonly spellings: readonly SpellingPattern[];
}

/** One pattern a method, or one star for all of them where it reaches no route more than the list would. */
function draftOf(route: ParsedRoute, table: readonly ParsedRoute[], find: FindRequest): Draft {
  const listed = listedPatterns(route);
  const starred = [[STAR, ...pathPattern(route.segments)]];
  const meets = routesMet(listed, table, find);
  const starSuffices = listed.length > 1 && routesMet(starred, table, find).length === meets.length;
  const patterns = starSuffices ? starred : listed;
  const spellings = patterns.flatMap((pattern) => spellingsOf(pattern, (other) => routesMet([other], table, find)));
  return { route, patterns, meets, spellings };
}

function routesMet(patterns: readonly ResourcePattern[], table: readonly ParsedRoute[], find: FindRequest): number[] {
  return table.flatMap((route, index) => (patterns.some((pattern) => find(pattern, route)) ? [index] : []));
}

/** Without such a token no policy allows the one and denies the other: tables with few scopes would be mostly that. */
function isGrantableWithout(one: Draft, other: Draft): boolean {
  return grantableWithout(one.route.route, other.route.route);
}

/** Of two routes with the same patterns the first in the table stands for both. */
function isWithin(inner: Draft, outer: Draft, outerIsFirst: boolean): boolean {
  return coversAll(outer, inner) && (outerIsFirst || !coversAll(inner, outer));
}

function coversAll(outer: Draft, inner: Draft): boolean {
  return inner.patterns.every((pattern) => outer.patterns.some((wider) => covers(wider, pattern)));
}

/** Where the Deny of the route itself is in the policy anyway, it does for the spellings that it absorbs. */
function spelledLeaks(from: Draft, to: Draft, place: number): readonly SpelledLeak[] {
  const denied = from.meets.includes(place);
  return to.spellings.flatMap(({ spelled, absorbed }, spelling) => {
    if (absorbed && denied) return [];
    return from.patterns.some((pattern) => intersects(pattern, spelled)) ? [[place, spelling] as const] : [];
  });
}
