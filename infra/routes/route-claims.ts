import { WILD } from '../../lambda/policy/resource-pattern.ts';
import type { ApiKind, HttpMethod } from '../../lambda/policy/route.ts';
import { covers, PARAMETER, REST, type ResourcePattern, type RouteCopy } from './resource-pattern.ts';
import { type Choices, type Choose, choicesAsSent, choicesWithoutSlash } from './route-choices.ts';
import type { PathTexts } from './route-selection.ts';
import type { ParsedRoute } from './route-table.ts';

/** Part of a route: the methods and the path pattern (literals and WILD) of requests that it claims. */
export interface ClaimedPart {
  readonly methods: readonly HttpMethod[];
  readonly path: ResourcePattern;
}

/** The parts of a copy of a route that API Gateway hands to it. */
export type PartsOf = (route: ParsedRoute, copy: RouteCopy) => readonly ClaimedPart[];

/** Answers which requests API Gateway hands to a route. */
export interface RouteClaims {
  /** The parts that every reading hands to the route, or to none. */
  readonly ownParts: PartsOf;
  /** The parts that some reading hands to it. */
  readonly parts: PartsOf;
  /** The parts that some reading hands to it that leaves empty segments as they are. */
  readonly partsAsSent: PartsOf;
  /** The parts that the plain reading hands to it. */
  readonly plainParts: PartsOf;
  /** Those of them that `isCovered` finds to be covered by none of the routes that some reading prefers. */
  uncoveredParts(route: ParsedRoute, copy: RouteCopy, isCovered: IsCovered): readonly ClaimedPart[];
  /** The requests of a proxy with one empty segment in its rest, as copies of the route. Empty for other routes. */
  oddCopies(route: ParsedRoute): readonly RouteCopy[];
  /** The route to which the plain reading hands the request. */
  plainClaimant(method: HttpMethod, path: PathTexts): ParsedRoute | undefined;
  /** Every route to which some reading hands the request that leaves empty segments as they are. */
  claimants(method: HttpMethod, path: PathTexts): ReadonlySet<ParsedRoute>;
  /** A request of the part: each wildcard is replaced by a text that equals no literal of the table. */
  exampleOf(path: ResourcePattern): PathTexts;
}

export type IsCovered = (choices: Choices, method: HttpMethod, path: ResourcePattern) => boolean;

/**
 * Finds claims by trying one request for each copy. That is enough for a parameter, with a text that no literal of the table equals: each
 * reading prefers the same one of two routes for every request, so a route that wins then also wins for every other text. For the rest of a
 * path it tries each number of segments up to one more than the longest path has, from where on nothing changes: what stands behind a rest
 * is then beyond every other path.
 */
export function routeClaims(table: readonly ParsedRoute[], api: ApiKind): RouteClaims {
  const fresh = freshText(table);
  const named = new Set<string>(table.map(({ route }) => route.method));
  const depth = 1 + Math.max(0, ...table.map(({ segments }) => segments.length));
  const asSent = choicesAsSent(table, api);
  const choose = choicesWithoutSlash(asSent);
  const partsBy = (by: Choose, isClaimed: (choices: Choices, route: ParsedRoute) => boolean): PartsOf => {
    const partsOf: PartsOf = (route, copy) =>
      claimedParts(copy, { route, fresh, named, depth, choose: by, isClaimed: (choices) => isClaimed(choices, route) });
    return api === 'http' ? remembering(partsOf) : partsOf;
  };
  return {
    ownParts: partsBy(choose, ([plain, ...others], route) => {
      return plain === route && others.every((other) => other === route || other === undefined);
    }),
    parts: partsBy(choose, (choices, route) => choices.includes(route)),
    partsAsSent: partsBy(asSent, (choices, route) => choices.includes(route)),
    plainParts: partsBy(asSent, ([plain], route) => plain === route),
    uncoveredParts: (route, copy, isCovered) => {
      const isClaimed: Trial['isClaimed'] = (choices, method, path) =>
        choices[0] === route && !isCovered(choices, method, path);
      return claimedParts(copy, { route, fresh, named, depth, choose, isClaimed });
    },
    oddCopies: ({ copies: [whole] }) => (whole?.path.at(-1) === REST ? oddCopies(whole) : []),
    plainClaimant: (method, path) => asSent(method, path)[0],
    claimants: (method, path) => new Set(asSent(method, path).filter((route) => route !== undefined)),
    exampleOf: (path) => path.map((text) => (text === WILD ? fresh : text)),
  };
}

/** Many patterns meet the same copy, and each trial of an HTTP API selects up to eight times. */
function remembering(partsOf: PartsOf): PartsOf {
  const known = new Map<ParsedRoute, Map<string, readonly ClaimedPart[]>>();
  return (route, copy) => {
    const ofRoute = known.get(route) ?? new Map<string, readonly ClaimedPart[]>();
    known.set(route, ofRoute);
    const key = `${copy.methods} ${copy.path.join('/')}`;
    const parts = ofRoute.get(key) ?? partsOf(route, copy);
    ofRoute.set(key, parts);
    return parts;
  };
}

interface Trial {
  readonly route: ParsedRoute;
  readonly fresh: string;
  /** The methods that routes name: all other ones are served alike. */
  readonly named: ReadonlySet<string>;
  readonly depth: number;
  readonly choose: Choose;
  readonly isClaimed: (choices: Choices, method: HttpMethod, path: ResourcePattern) => boolean;
}

/** Copies with one empty segment at the start, at the end or within the rest: an empty segment alone is not a rest. */
function oddCopies({ methods, path }: RouteCopy): readonly RouteCopy[] {
  const rests = [
    ['', REST],
    [REST, ''],
    [REST, '', REST],
  ];
  return rests.map((rest) => ({ methods, path: [...path.slice(0, -1), ...rest], isFixed: false }));
}

/** The claimed parts. Methods with the same path are joined in one part. */
function claimedParts(copy: RouteCopy, trial: Trial): readonly ClaimedPart[] {
  const parts = new Map<string, { readonly methods: HttpMethod[]; readonly path: ResourcePattern }>();
  const known = new Map<string, readonly ResourcePattern[]>();
  for (const method of copy.methods) {
    const like = trial.named.has(method) ? method : '';
    const paths = known.get(like) ?? shallowestClaimed(method, copy.path, trial);
    known.set(like, paths);
    for (const path of paths) {
      const key = path.join('/');
      const part = parts.get(key) ?? { methods: [], path };
      part.methods.push(method);
      parts.set(key, part);
    }
  }
  return [...parts.values()];
}

/**
 * The maximum number of lengths to try for a copy with several rests. Past it, the copy counts as claimed without a trial. That is safe: a
 * Deny may reach beyond the route, and no copy for an Allow has several rests.
 */
const MAX_TRIALS = 2_000;

/** The shallowest claimed paths. A wildcard crosses slashes, so a pattern for a shallow rest also matches every deeper one. */
function shallowestClaimed(method: HttpMethod, copy: readonly string[], trial: Trial): readonly ResourcePattern[] {
  const shallowest = expansion(copy, []);
  const chosen = (path: ResourcePattern) =>
    trial.choose(
      method,
      path.map((text) => (text === WILD ? trial.fresh : text)),
    );
  const first = chosen(shallowest);
  if (trial.isClaimed(first, method, shallowest)) return [shallowest];
  if (first.every((route) => route !== trial.route && isProxyAbove(route, copy.indexOf(REST)))) return [];
  const most = copy.flatMap((text, place) => (text === REST ? [Math.max(1, trial.depth - place)] : []));
  if (most.length > 1 && most.reduce((all, one) => all * one, 1) > MAX_TRIALS) return [shallowest];
  const claimed: ResourcePattern[] = [];
  for (const lengths of lengthsOf(most)) {
    const path = expansion(copy, lengths);
    if (claimed.some((wider) => covers(wider, path))) continue;
    if (trial.isClaimed(chosen(path), method, path)) claimed.push(path);
  }
  return claimed;
}

/** Whether a proxy takes the request whatever its first rest is. It then takes every deeper request of the route too. */
function isProxyAbove(chosen: ParsedRoute | undefined, firstRest: number): boolean {
  const segments = chosen?.segments ?? [];
  const beyond = segments.slice(firstRest, -1);
  return segments.at(-1)?.kind === 'proxy' && beyond.every(({ kind }) => kind === 'parameter');
}

/** The copy with `lengths` segments for its rests; one segment for a rest without a length. */
function expansion(copy: readonly string[], lengths: readonly number[]): ResourcePattern {
  let rest = 0;
  return copy.flatMap((text) => {
    if (text === REST) return Array.from({ length: lengths[rest++] ?? 1 }, () => WILD);
    return text === PARAMETER ? [WILD] : [text];
  });
}

/** All combinations of one to `most` segments for each rest, by their sum. No route of the table looks beyond `most`. */
function lengthsOf(most: readonly number[]): readonly (readonly number[])[] {
  const sum = (lengths: readonly number[]) => lengths.reduce((total, length) => total + length, 0);
  return most
    .reduce<readonly (readonly number[])[]>(
      (all, longest) => {
        const one = Array.from({ length: longest }, (_, more) => more + 1);
        return all.flatMap((lengths) => one.map((length) => [...lengths, length]));
      },
      [[]],
    )
    .toSorted((a, b) => sum(a) - sum(b));
}

function freshText(routes: readonly ParsedRoute[]): string {
  const literals = new Set(routes.flatMap(({ segments }) => segments.map((s) => (s.kind === 'literal' ? s.text : ''))));
  let fresh = 'x';
  while (literals.has(fresh)) fresh += 'x';
  return fresh;
}
