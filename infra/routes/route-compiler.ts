import type { CompiledRoute, PartialLeak, Route } from '../../lambda/policy/route.ts';
import { type PolicyLoss, policyLosses } from './policy-loss.ts';
import { covers, formatPattern, type ResourcePattern, reachesSpellings } from './resource-pattern.ts';
import { type RouteClaims, routeClaims } from './route-claims.ts';
import { draftOf, isGrantableWithout, type Leak, leaksOf, type RouteDraft, spelledPart } from './route-draft.ts';
import { parseRouteTable } from './route-table.ts';
import { wideMemberships } from './wide-patterns.ts';

export interface CompiledTable {
  readonly routes: readonly CompiledRoute[];
  /** Requests that get 403 with some tokens whose scopes grant them. */
  readonly losses: readonly PolicyLoss[];
}

/**
 * Compiles a route table into the patterns that exact policies are made of.
 *
 * A policy allows the patterns of the routes that are granted, and denies the part of every other route into which one of
 * them leaks. All that depends on the table alone is worked out here, so that the authorizer only looks up.
 *
 * @throws RouteTableError naming the routes and what to change, when the table is wrong.
 */
export function compileRouteTable(routes: readonly Route[]): CompiledTable {
  const table = parseRouteTable(routes);
  const claims = routeClaims(table);
  const drafts = table.map((route) => draftOf(route, table, claims));
  const leaks = drafts.map((draft) => leaksOf(draft, drafts, claims));
  const wide = wideMemberships(drafts, claims);
  return {
    routes: drafts.map((draft, index) =>
      compiledRoute(draft, index, { drafts, claims, leaks: leaks[index] ?? [], wide }),
    ),
    losses: policyLosses(drafts, leaks, claims),
  };
}

/** Routes of which a policy can grant one at a time: a policy for all of a token's routes would grant none of them. */
export function singleRoutes(routes: readonly Route[]): readonly CompiledRoute[] {
  return parseRouteTable(routes).map(({ route }) => ({
    ...route,
    allow: [],
    deny: [],
    leaksInto: [],
    leaksPartlyInto: [],
    denyReaches: [],
    within: [],
    reachesSpellingsOf: [],
    leaksBySpelling: [],
    wide: { covering: [], meeting: [], spelling: [], spelled: [] },
  }));
}

/** The routes of the table alone. @throws RouteTableError as `compileRouteTable` */
export function compileRoutes(routes: readonly Route[]): readonly CompiledRoute[] {
  return compileRouteTable(routes).routes;
}

interface CompiledParts {
  readonly drafts: readonly RouteDraft[];
  readonly claims: RouteClaims;
  readonly leaks: readonly Leak[];
  readonly wide: readonly CompiledRoute['wide'][];
}

function compiledRoute(
  draft: RouteDraft,
  index: number,
  { drafts, claims, leaks, wide }: CompiledParts,
): CompiledRoute {
  const isWhole = ({ into, patterns }: Leak) => patterns === into.claimed;
  const partly = leaks.filter((leak) => !isWhole(leak));
  const reached = drafts.flatMap((other, place) => (isSpelledWith(draft, other) ? [{ other, place }] : []));
  return {
    ...draft.parsed.route,
    allow: draft.patterns.map(formatPattern),
    deny: draft.claimed.map(formatPattern),
    leaksInto: leaks.filter(isWhole).map(({ into }) => drafts.indexOf(into)),
    leaksPartlyInto: partly.map(
      ({ into, patterns }): PartialLeak => [drafts.indexOf(into), patterns.map(formatPattern)],
    ),
    denyReaches: drafts.flatMap((other, place) => (isDeniedWith(draft, other) ? [place] : [])),
    within: drafts.flatMap((other, place) => (place !== index && isWithin(draft, other, place < index) ? [place] : [])),
    reachesSpellingsOf: reached.map(({ place }) => place),
    leaksBySpelling: reached.flatMap(({ other, place }) => {
      const patterns = spelledPart(draft.patterns, other, claims).map(formatPattern);
      return patterns.length === 0 ? [] : [[place, patterns] as const];
    }),
    wide: wide[index] ?? { covering: [], meeting: [], spelling: [], spelled: [] },
  };
}

/** Only routes that some token is denied although it may call the draft's. */
function isSpelledWith(draft: RouteDraft, other: RouteDraft): boolean {
  if (other === draft || !isGrantableWithout(draft.parsed.route, other.parsed.route)) return false;
  return draft.patterns.some((pattern) => reachesSpellings(pattern, other.parsed));
}

/** Only routes that some token is granted without the denied one. */
function isDeniedWith(draft: RouteDraft, other: RouteDraft): boolean {
  if (other === draft || !draft.meets.has(other.parsed)) return false;
  return isGrantableWithout(other.parsed.route, draft.parsed.route);
}

/** Of two routes with the same patterns the first in the table stands for both. */
function isWithin(inner: RouteDraft, outer: RouteDraft, outerIsFirst: boolean): boolean {
  return includes(outer, inner) && (outerIsFirst || !includes(inner, outer));
}

function includes(outer: RouteDraft, inner: RouteDraft): boolean {
  return coversAll(outer.patterns, inner.patterns) && coversAll(outer.claimed, inner.claimed);
}

function coversAll(outer: readonly ResourcePattern[], inner: readonly ResourcePattern[]): boolean {
  return inner.every((pattern) => outer.some((wider) => covers(wider, pattern)));
}
