import type { WideMembership } from '../lambda/route.ts';
import { covers, formatPattern, intersects, type ResourcePattern, STAR } from './resource-pattern.ts';
import type { FindRequest } from './route-selection.ts';
import type { ParsedRoute } from './route-table.ts';

/** What a wide pattern is compared with. */
export interface RoutePatterns {
  readonly route: ParsedRoute;
  readonly patterns: readonly ResourcePattern[];
  /** How its requests may be spelled with empty segments. */
  readonly spelled: readonly ResourcePattern[];
}

/** A wide pattern that reaches many more routes than it stands for would need as many Denies: it is not worth knowing. */
const MOST_REACHED_PER_REPLACED = 2;

/** For every route, the patterns by which a policy may say many routes at once: all of them, or those of a method below a path. */
export function wideMemberships(routes: readonly RoutePatterns[], find: FindRequest): readonly WideMembership[] {
  const memberships = routes.map(() => ({
    covering: [] as string[],
    meeting: [] as string[],
    spelling: [] as string[],
  }));
  for (const { pattern, replaced } of candidates(routes)) {
    const relations = routes.map((route) => relationOf(pattern, route, find));
    const reached = relations.filter(({ meeting, spelling }) => meeting || spelling).length;
    if (reached > replaced * MOST_REACHED_PER_REPLACED) continue;
    for (const [index, relation] of relations.entries()) {
      for (const name of ['covering', 'meeting', 'spelling'] as const) {
        if (relation[name]) memberships[index]?.[name].push(formatPattern(pattern));
      }
    }
  }
  return memberships;
}

function relationOf(pattern: ResourcePattern, { route, patterns, spelled }: RoutePatterns, find: FindRequest) {
  const covering = patterns.every((own) => covers(pattern, own));
  return {
    covering,
    meeting: !covering && find(pattern, route) !== undefined,
    spelling: !covering && spelled.some((own) => intersects(pattern, own)),
  };
}

interface Candidate {
  readonly pattern: ResourcePattern;
  /** How many patterns of routes it covers. */
  readonly replaced: number;
}

/** Only those that take the place of more than one pattern. */
function candidates(routes: readonly RoutePatterns[]): readonly Candidate[] {
  const counts = new Map<string, Candidate>();
  for (const { patterns } of routes) {
    for (const pattern of patterns.flatMap(widenings)) {
      const key = formatPattern(pattern);
      counts.set(key, { pattern, replaced: (counts.get(key)?.replaced ?? 0) + 1 });
    }
  }
  return [...counts.values()].filter(({ replaced }) => replaced > 1);
}

/** `GET/orders/{id}/items` widens to `*`, `GET/*` and `GET/orders/*`. A leading star would reach far beyond a path. */
function widenings([method = STAR, ...path]: ResourcePattern): readonly ResourcePattern[] {
  return [[STAR], ...path.map((_, length) => [method, ...path.slice(0, length), STAR])];
}
