import { grantForHttpApi } from './http-grant.ts';
import { bytesOf, type Grant, listedGrant, type TokenGrant } from './listed-grant.ts';
import { patternFor } from './resource-pattern.ts';
import { type ApiKind, type CompiledRoute, HTTP_METHODS, type RequestedRoute } from './route.ts';
import { routePatterns } from './route-patterns.ts';
import { createWideGrants } from './wide-grants.ts';

/** Maximum bytes of listed patterns; with them, context and principal the answer stays under 8 KB. Wide ones replace more. */
const MAX_LISTED_BYTES = 5120;

/** Bytes around a pattern of a shortened policy: the ARN of any stage before it, quotes and a comma. */
const BYTES_AROUND_SHORTENED = 38;

/** Maximum number of scope sets whose grants are memoized; all are forgotten when it is reached, which costs time only. */
const MAX_KNOWN_GRANTS = 1_000;

/**
 * What tokens may call. The routes are indexed by scope: the cost of a decision grows with what is granted and never with the
 * table.
 *
 * Grants are memoized by the scopes that open a route: the tokens of an API hold few sets of them, and no client can make up
 * another.
 */
export class Grants {
  readonly #routes: readonly CompiledRoute[];
  readonly #api: ApiKind;
  readonly #byScope: ReadonlyMap<string, readonly number[]>;
  readonly #open: readonly number[];
  readonly #wideGrantOf: ReturnType<typeof createWideGrants>;
  readonly #byName: ReadonlyMap<string, CompiledRoute>;
  readonly #known = new Map<string, TokenGrant>();

  /** @param api - the kind of API for which the routes were compiled */
  constructor(routes: readonly CompiledRoute[], api: ApiKind) {
    this.#routes = routes;
    this.#api = api;
    this.#byScope = indexByScope(routes);
    this.#open = routes.flatMap(({ scopes }, index) => (scopes.length === 0 ? [index] : []));
    this.#wideGrantOf = createWideGrants(routes);
    this.#byName = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  }

  /**
   * What a token with these scopes may call.
   *
   * @param requested - the one route whose requests the policy is evaluated for; undefined: it has to hold for all routes
   */
  routesGrantedBy(scopes: ReadonlySet<string>, requested?: RequestedRoute): TokenGrant {
    const opening = [...scopes].filter((scope) => this.#byScope.has(scope));
    if (requested !== undefined) return { ...this.#grantOfRoute(opening, requested), scopes: opening };
    const key = opening.join(' ');
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_KNOWN_GRANTS) this.#known.clear();
    const granted = this.#grantOf(opening);
    const grant = {
      ...(this.#api === 'http' ? grantForHttpApi(granted, this.#routes) : granted),
      scopes: opening,
    };
    this.#known.set(key, grant);
    return grant;
  }

  /** The policy serves no other route, so it needs no Deny. */
  #grantOfRoute(scopes: readonly string[], requested: RequestedRoute): Grant {
    const { method, path } = requested;
    const route = this.#routeFor(requested);
    const isGranted = route !== undefined && (route.scopes.length === 0 || hasAny(route.scopes, scopes));
    if (!isGranted) return NOTHING;
    const isNamed = (other: string) => this.#byName.has(`${other} ${path}`);
    const allow = this.#api === 'http' ? routePatterns(route, isNamed) : [patternFor(method, path)];
    return { routes: [route], allow, deny: [] };
  }

  #routeFor({ method, path }: RequestedRoute): CompiledRoute | undefined {
    const named = this.#byName.get(`${method} ${path}`);
    if (this.#api === 'http') return named;
    // API Gateway routes no other method. A client may send one with a wildcard of IAM, which must not get into the policy.
    const isRouted = HTTP_METHODS.some((known) => known === method);
    return isRouted ? (named ?? this.#byName.get(`ANY ${path}`)) : undefined;
  }

  /**
   * Lists granted routes one by one as long as that is short. A cached policy outlives a deployment by the result TTL, and a
   * wide pattern would open what that deployment adds below it, so wide ones stand in only for long lists.
   */
  #grantOf(scopes: readonly string[]): Grant {
    const granted = new Set([...this.#open, ...scopes.flatMap((scope) => this.#byScope.get(scope) ?? [])]);
    const listed = listedGrant(this.#routes, granted);
    if (bytesOf(listed) <= MAX_LISTED_BYTES) return listed;
    const candidates: readonly [Grant, Grant] = [listed, this.#wideGrantOf(granted)];
    const fits = candidates.find((grant) => bytesOf(grant) <= MAX_LISTED_BYTES);
    const exact = fits ?? shortest(candidates);
    if (bytesOf(exact, BYTES_AROUND_SHORTENED) <= MAX_LISTED_BYTES) return exact;
    return shortest([exact, listedGrant(this.#routes, granted, 'coarse'), this.#wideGrantOf(granted, 'coarse')]);
  }
}

const NOTHING: Grant = { routes: [], allow: [], deny: [] };

function hasAny(needed: readonly string[], scopes: readonly string[]): boolean {
  return needed.some((scope) => scopes.includes(scope));
}

function indexByScope(routes: readonly CompiledRoute[]): ReadonlyMap<string, readonly number[]> {
  const byScope = new Map<string, number[]>();
  for (const [index, { scopes }] of routes.entries()) {
    for (const scope of scopes) {
      const indexes = byScope.get(scope) ?? [];
      indexes.push(index);
      byScope.set(scope, indexes);
    }
  }
  return byScope;
}

function shortest(grants: readonly [Grant, ...Grant[]]): Grant {
  return grants.reduce((short, grant) => (bytesOf(grant) < bytesOf(short) ? grant : short));
}
