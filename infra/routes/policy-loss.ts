import { WILD } from '../../lambda/policy/resource-pattern.ts';
import { DEFAULT_ROUTE, type HttpMethod, nameOf } from '../../lambda/policy/route.ts';
import { copiesWithin, type ResourcePattern, reachesSpellings } from './resource-pattern.ts';
import type { ClaimedPart, RouteClaims } from './route-claims.ts';
import { isGrantableWithout, type Leak, partsWithin, type RouteDraft } from './route-draft.ts';

/** Requests of a granted route that get 403 with some tokens, because IAM's wildcards cross slashes. */
export interface PolicyLoss {
  /**
   * Which requests of `route` are lost. `literal`: those in which a parameter equals a literal of the table, or the rest is empty. `whole`:
   * all, or all below some depth of a `{proxy+}`. `readings`: those that API Gateway may also hand to `denied`. `slashes`: those that it may
   * hand to `denied` if it ignores empty segments.
   */
  readonly kind: 'literal' | 'whole' | 'readings' | 'slashes';
  /** The route that is granted: `GET /users/{id}/photos/{photo}`. */
  readonly route: string;
  /** The requests that are rejected: `GET /users/{id}/photos/roles`. */
  readonly requests: readonly string[];
  /** The route that the token is not granted, and whose Deny rejects the requests. */
  readonly denied: string;
  /** The granted routes whose Allow makes the Deny necessary; each of them does so alone. */
  readonly because: readonly string[];
}

/** @param leaks - the leaks of each draft, in the same order */
export function policyLosses(
  drafts: readonly RouteDraft[],
  leaks: readonly (readonly Leak[])[],
  claims: RouteClaims,
): readonly PolicyLoss[] {
  const byParsed = new Map(drafts.map((draft) => [draft.parsed, draft]));
  const losses = new Map<string, PolicyLoss>();
  for (const [index, because] of drafts.entries()) {
    for (const leak of leaks[index] ?? []) {
      if (!isGrantableWithout(because.parsed.route, leak.into.parsed.route)) continue;
      for (const loss of lossesBy(because, leak, byParsed, claims)) {
        const key = keyOf(loss);
        losses.set(key, { ...loss, because: [...(losses.get(key)?.because ?? []), ...loss.because] });
      }
    }
  }
  const ofDrafts = drafts.flatMap((draft) => [
    ...readingLosses(draft, drafts, claims),
    ...(takesRest(draft) ? slashLosses(draft, drafts) : []),
  ]);
  // Tokens with the route alone have these, whatever else leaks.
  for (const loss of ofDrafts) losses.delete(keyOf(loss));
  return [...losses.values(), ...ofDrafts];
}

function keyOf({ kind, route, denied, requests }: PolicyLoss): string {
  return `${kind} ${route} ${denied} ${requests.join(' ')}`;
}

function takesRest({ parsed: { segments } }: RouteDraft): boolean {
  return segments.length === 0 || segments.at(-1)?.kind === 'proxy';
}

/**
 * A route is granted only what every reading hands to it: `/a/{proxy+}` next to `/{x}/{y}` loses `/a/{y}`, and `ANY /a/b` next to
 * `GET /a/{y}` of an HTTP API loses `GET /a/b`.
 */
function readingLosses(draft: RouteDraft, drafts: readonly RouteDraft[], claims: RouteClaims): readonly PolicyLoss[] {
  const { parsed } = draft;
  return drafts.flatMap((other): readonly PolicyLoss[] => {
    if (other === draft || !draft.meets.has(other.parsed)) return [];
    if (!isGrantableWithout(parsed.route, other.parsed.route)) return [];
    const parts = draft.claimed.flatMap((pattern) => partsWithin(pattern, other.parsed, claims)).flatMap(byMethod);
    const contested = parts.filter(({ methods: [method], path }) => {
      const example = claims.exampleOf(path);
      const isOthers = claims.claimants(method, example).has(other.parsed);
      return isOthers && claims.plainClaimant(method, example) === parsed;
    });
    const requests = [...new Set(contested.flatMap((part) => requestsOf(part, other)))];
    if (requests.length === 0) return [];
    const route = nameOf(parsed.route);
    return [{ kind: 'readings', route, requests, denied: nameOf(other.parsed.route), because: [route] }];
  });
}

/** Whether a reading hands a request to another route may depend on its method. */
function byMethod({
  methods,
  path,
}: ClaimedPart): readonly { readonly methods: readonly [HttpMethod]; readonly path: ResourcePattern }[] {
  return methods.map((method) => ({ methods: [method], path }));
}

/** Only proxies lose requests with empty segments, because by the plain reading only a proxy takes them. */
function slashLosses(proxy: RouteDraft, drafts: readonly RouteDraft[]): readonly PolicyLoss[] {
  const because = nameOf(proxy.parsed.route);
  return drafts.flatMap(({ parsed }): readonly PolicyLoss[] => {
    const isReached = proxy.patterns.some((pattern) => reachesSpellings(pattern, parsed));
    if (parsed === proxy.parsed || !isReached || !isGrantableWithout(proxy.parsed.route, parsed.route)) return [];
    const { method, path } = parsed.route;
    const asked = path === '/' ? '//' : path.endsWith('+}') ? path.replace('{', '/{') : `${path}/`;
    const requests = [`${method} ${path === DEFAULT_ROUTE ? '//' : asked}`];
    return [{ kind: 'slashes', route: because, requests, denied: nameOf(parsed.route), because: [because] }];
  });
}

type DraftOf = ReadonlyMap<RouteDraft['parsed'], RouteDraft>;

/** The losses by one leak. Only routes that the denied route's whole pattern meets can be met by a part of it. */
function lossesBy(because: RouteDraft, { into, patterns }: Leak, draftOf: DraftOf, claims: RouteClaims) {
  const met = [...into.meets].flatMap((parsed) => draftOf.get(parsed) ?? []);
  return met.flatMap((draft) => {
    if (draft === into || !isGrantableWithout(draft.parsed.route, into.parsed.route)) return [];
    const lost = patterns.flatMap((pattern) => lostParts(pattern, draft, into, claims));
    return (['literal', 'whole', 'readings'] as const).flatMap((kind): readonly PolicyLoss[] => {
      const requests = lost.filter((part) => part.kind === kind).flatMap(({ part }) => requestsOf(part, draft));
      if (requests.length === 0) return [];
      const [route, denied] = [nameOf(draft.parsed.route), nameOf(into.parsed.route)];
      return [{ kind, route, requests: [...new Set(requests)], denied, because: [nameOf(because.parsed.route)] }];
    });
  });
}

interface LostPart {
  readonly kind: PolicyLoss['kind'];
  readonly part: ClaimedPart;
}

function lostParts(
  pattern: ResourcePattern,
  draft: RouteDraft,
  denied: RouteDraft,
  claims: RouteClaims,
): readonly LostPart[] {
  const { parsed } = draft;
  return copiesWithin(pattern, parsed).flatMap((copy) =>
    claims
      .plainParts(parsed, copy)
      .flatMap(byMethod)
      .map((part): LostPart => {
        const isContested = claims.claimants(part.methods[0], claims.exampleOf(part.path)).has(denied.parsed);
        const isReading = isContested && (copy.isFixed || !takesRest(draft));
        return { kind: isReading ? 'readings' : copy.isFixed ? 'literal' : 'whole', part };
      }),
  );
}

const REST_OF_DEFAULT = { kind: 'proxy', name: 'path' } as const;

/** The requests of a part, with the route's parameter names for wildcards. */
function requestsOf({ methods, path }: ClaimedPart, { parsed: { segments } }: RouteDraft): readonly string[] {
  const words = path.map((text, index) => {
    const segment = segments[Math.min(index, segments.length - 1)] ?? REST_OF_DEFAULT;
    if (text !== WILD || segment.kind === 'literal') return text;
    if (segment.kind === 'parameter') return `{${segment.name}}`;
    return index === path.length - 1 ? `{${segment.name}+}` : '…';
  });
  return methods.map((method) => `${method} /${words.join('/')}`);
}
