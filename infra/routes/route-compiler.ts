import type { ApiKind, CompiledRoute, PartialLeak, Route } from '../../lambda/policy/route.ts';
import { type PolicyLoss, policyLosses } from './policy-loss.ts';
import { covers, formatPattern, type ResourcePattern, reachesSpellings } from './resource-pattern.ts';
import { type RouteClaims, routeClaims } from './route-claims.ts';
import { draftsOf, isGrantableWithout, type Leak, leaksOf, type RouteDraft, spelledPart } from './route-draft.ts';
import { parseRouteTable } from './route-table.ts';
import { wideMemberships } from './wide-patterns.ts';

export interface CompiledTable {
  readonly routes: readonly CompiledRoute[];
  /** The requests that get 403 with some tokens although their scopes grant them. */
  readonly losses: readonly PolicyLoss[];
}

/**
 * Compiles a route table into the patterns of which exact policies are made.
 *
 * A policy allows the patterns of the granted routes, and denies the parts of other routes into which they leak. Everything that depends
 * only on the table is computed here, so that the authorizer only looks it up.
 *
 * @throws RouteTableError naming the routes and what to change
 */
export function compileRouteTable(routes: readonly Route[], api: ApiKind): CompiledTable {
  const table = parseRouteTable(routes, api);
  const claims = routeClaims(table, api);
  const drafts = draftsOf(table, claims);
  const leaks = drafts.map((draft) => leaksOf(draft, drafts, claims));
  const wide = wideMemberships(drafts, claims);
  return {
    routes: drafts.map((draft, index) =>
      compiledRoute(draft, index, { drafts, claims, leaks: leaks[index] ?? [], wide }),
    ),
    losses: policyLosses(drafts, leaks, claims),
  };
}

/** Routes for policies that grant one route each. A policy for all of a token's routes would grant none of them. */
export function singleRoutes(routes: readonly Route[], api: ApiKind): readonly CompiledRoute[] {
  return parseRouteTable(routes, api).map(({ route }) => ({
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

/** The compiled routes without the losses. @throws RouteTableError like `compileRouteTable` */
export function compileRoutes(routes: readonly Route[], api: ApiKind): readonly CompiledRoute[] {
  return compileRouteTable(routes, api).routes;
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

/** Whether a pattern of the draft matches spellings of a route that some token with the draft's route is denied. */
function isSpelledWith(draft: RouteDraft, other: RouteDraft): boolean {
  if (other === draft || !isGrantableWithout(draft.parsed.route, other.parsed.route)) return false;
  return draft.patterns.some((pattern) => reachesSpellings(pattern, other.parsed));
}

/** Whether denying the draft's route also denies requests of a route that some token is granted without it. */
function isDeniedWith(draft: RouteDraft, other: RouteDraft): boolean {
  if (other === draft || !draft.meets.has(other.parsed)) return false;
  return isGrantableWithout(other.parsed.route, draft.parsed.route);
}

/** Whether `outer` covers `inner`. Of two routes with the same patterns, the first in the table stands for both. */
function isWithin(inner: RouteDraft, outer: RouteDraft, outerIsFirst: boolean): boolean {
  return includes(outer, inner) && (outerIsFirst || !includes(inner, outer));
}

function includes(outer: RouteDraft, inner: RouteDraft): boolean {
  return coversAll(outer.patterns, inner.patterns) && coversAll(outer.claimed, inner.claimed);
}

function coversAll(outer: readonly ResourcePattern[], inner: readonly ResourcePattern[]): boolean {
  return inner.every((pattern) => outer.some((wider) => covers(wider, pattern)));
}
