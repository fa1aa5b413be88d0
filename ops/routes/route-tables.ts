import type { AuthorizerDescription } from '../../lambda/configuration/authorizer-description.ts';
import type { ApiKind } from '../../lambda/policy/route.ts';

/** The part of a deployment's description that says how its APIs select routes. */
export type DescribedRoutes = Pick<AuthorizerDescription, 'apis' | 'routes' | 'losses' | 'httpRoutes' | 'httpLosses'>;

/** The routes as the APIs of some kinds select them, with what tokens lose there. */
export interface RouteTable extends Pick<AuthorizerDescription, 'routes'> {
  readonly apis: readonly [ApiKind, ...ApiKind[]];
  /** undefined: the deployment's description has no losses. */
  readonly losses: string | undefined;
}

/** The kinds of a deployment's APIs. A deployment that does not name them is older than HTTP APIs. */
export function apiKindsOf({ apis = [] }: Pick<AuthorizerDescription, 'apis'>): readonly [ApiKind, ...ApiKind[]] {
  const [first = 'rest', ...others] = apis;
  return [first, ...others];
}

/** The tables of a deployment: one for all of its APIs, or that of its REST APIs and that of its HTTP APIs where both differ. */
export function routeTablesOf(description: DescribedRoutes): readonly [RouteTable, ...RouteTable[]] {
  const { routes, losses, httpRoutes, httpLosses } = description;
  const apis = apiKindsOf(description);
  if (httpRoutes === undefined) return [{ apis, routes, losses }];
  return [
    { apis: ['rest'], routes, losses },
    { apis: ['http'], routes: httpRoutes, losses: httpLosses },
  ];
}

/** The routes as APIs of one kind select them. */
export function routesOf(api: ApiKind, { routes, httpRoutes }: DescribedRoutes): AuthorizerDescription['routes'] {
  return api === 'http' ? (httpRoutes ?? routes) : routes;
}

const NAMES: Readonly<Record<ApiKind, string>> = { rest: 'REST APIs', http: 'HTTP APIs' };

/** `REST APIs and HTTP APIs`. */
export function apisInWords(apis: readonly ApiKind[]): string {
  return apis.map((api) => NAMES[api]).join(' and ');
}
