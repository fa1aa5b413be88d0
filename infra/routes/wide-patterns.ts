import { ANY_METHOD, WILD } from '../../lambda/policy/resource-pattern.ts';
import type { WideMembership } from '../../lambda/policy/route.ts';
import { areApart, covers, formatPattern, type ResourcePattern, reachesSpellings } from './resource-pattern.ts';
import type { RouteClaims } from './route-claims.ts';
import { deniedPart, partsWithin, type RouteDraft, spelledPart } from './route-draft.ts';

/** The maximum number of routes that a wide pattern may reach for each pattern that it replaces: each of them may need a Deny. */
const MAX_REACHED_PER_REPLACED = 2;

/** For every route, the patterns with which a policy can name many routes at once: all of them, or those of a method below a path. */
export function wideMemberships(drafts: readonly RouteDraft[], claims: RouteClaims): readonly WideMembership[] {
  const memberships = drafts.map(() => ({
    covering: [] as string[],
    meeting: [] as [string, readonly string[]][],
    spelling: [] as string[],
    spelled: [] as [string, readonly string[]][],
  }));
  for (const { pattern, replaced } of candidates(drafts)) {
    const relations = drafts.map((draft) => relationOf(pattern, draft, claims));
    const reached = relations.filter((relation) => relation === 'meeting' || relation === 'spelling').length;
    if (reached > replaced * MAX_REACHED_PER_REPLACED) continue;
    for (const [index, draft] of drafts.entries()) {
      const [membership, wide] = [memberships[index], formatPattern(pattern)];
      const relation = relations[index];
      const spelled = relation === undefined ? [] : spelledPart([pattern], draft, claims).map(formatPattern);
      if (spelled.length > 0) membership?.spelled.push([wide, spelled]);
      if (relation === 'covering' || relation === 'spelling') membership?.[relation].push(wide);
      if (relation !== 'meeting') continue;
      membership?.meeting.push([wide, deniedPart([pattern], draft, drafts, claims).map(formatPattern)]);
    }
  }
  return memberships;
}

/** How a pattern relates to a route. A route that it meets may also be reached by its spellings. */
function relationOf(pattern: ResourcePattern, { parsed, claimed }: RouteDraft, claims: RouteClaims) {
  if (areApart(pattern, parsed)) return undefined;
  if (claimed.every((own) => covers(pattern, own))) return 'covering';
  if (partsWithin(pattern, parsed, claims).length > 0) return 'meeting';
  return reachesSpellings(pattern, parsed) ? 'spelling' : undefined;
}

interface Candidate {
  readonly pattern: ResourcePattern;
  /** The number of patterns of routes that it covers. */
  readonly replaced: number;
}

/** The wide patterns that replace more than one pattern. */
function candidates(drafts: readonly RouteDraft[]): readonly Candidate[] {
  const counts = new Map<string, Candidate>();
  for (const pattern of drafts.flatMap(({ patterns }) => patterns).flatMap(widenings)) {
    const key = formatPattern(pattern);
    counts.set(key, { pattern, replaced: (counts.get(key)?.replaced ?? 0) + 1 });
  }
  return [...counts.values()].filter(({ replaced }) => replaced > 1);
}

/** `GET/orders/?*` + `/items` widens to `*`, `GET/?*` and `GET/orders/?*`, and to `*` + `/orders/?*`, the path itself included. */
function widenings([method = ANY_METHOD, ...path]: ResourcePattern): readonly ResourcePattern[] {
  if (path.includes('')) return [[ANY_METHOD]];
  const below = path.map((_, length): ResourcePattern => [method, ...path.slice(0, length), WILD]);
  const ofAll = below.map(([, ...rest]): ResourcePattern => [ANY_METHOD, ...rest]).slice(1);
  return [[ANY_METHOD], ...below, ...ofAll, [ANY_METHOD, ...path]];
}
