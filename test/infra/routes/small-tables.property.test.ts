import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { ROUTE_READINGS, type RouteReading } from '../../../infra/routes/route-readings.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import type { Grant } from '../../../lambda/policy/listed-grant.ts';
import { policyDocument } from '../../../lambda/policy/policy-document.ts';
import type { ApiKind, CompiledRoute, Route } from '../../../lambda/policy/route.ts';
import { createWideGrants } from '../../../lambda/policy/wide-grants.ts';
import { selectRoute } from '../../support/routes/api-gateway-route-selection.ts';
import { allows } from '../../support/routes/iam-evaluation.ts';
import { type Demand, type PolicySearch, policySearch } from '../../support/routes/policy-search.ts';

/** `npm run test:small-tables` */
const TABLES = Number(process.env.SMALL_TABLES ?? 40);
const TIMEOUT = 60_000 + TABLES * 1000;

const LITERALS = ['a', 'b', 'c'];
const SCOPES = ['s0', 's1', 's2', 's3'];
const METHODS = ['GET', 'POST'] as const;
/** No request of the search has an empty segment, which the other readings treat alike. */
const READINGS: Readonly<Record<ApiKind, readonly RouteReading[]>> = {
  rest: readingsAsSent(ROUTE_READINGS.rest),
  http: readingsAsSent(ROUTE_READINGS.http),
};

function readingsAsSent(readings: Readonly<Record<string, RouteReading>>): readonly RouteReading[] {
  return Object.entries(readings).flatMap(([name, reading]) => (name.startsWith('raw') ? [reading] : []));
}

/** Short, because long ones would only slow the evaluation down. */
const STAGE_ARN = 'arn';

const pathOf = (literals: readonly string[]) =>
  fc
    .tuple(
      fc.array(fc.option(fc.constantFrom(...literals), { freq: 2 }), { minLength: 1, maxLength: 3 }),
      fc.nat({ max: 4 }),
    )
    .map(([parts, chance]) => {
      const segments = parts.map((part, depth) => part ?? `{p${depth}}`);
      return `/${(chance === 0 ? [...segments.slice(0, 2), '{proxy+}'] : segments).join('/')}`;
    });

/** Most routes have a scope of their own, so that some token is granted nearly every set of routes. */
const table: fc.Arbitrary<readonly Route[]> = fc.constantFrom(2, 2, 3).chain((size) =>
  fc
    .uniqueArray(
      fc.record({
        method: fc.constantFrom('GET', 'GET', 'GET', 'POST', 'ANY'),
        path: pathOf(LITERALS.slice(0, size)),
        shared: fc.option(fc.subarray(SCOPES, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 2 }),
      }),
      { selector: ({ method, path }) => `${method} ${path}`, minLength: 2, maxLength: 4 },
    )
    .map((rules) =>
      rules.map(({ method, path, shared }, index) => ({
        method: method as Route['method'],
        path,
        scopes: shared ?? SCOPES.slice(index, index + 1),
      })),
    ),
);

/** The numbers of tables for which every policy can be exact, and for which every one of ours is. */
interface Count {
  tables: number;
  expressible: number;
  exact: number;
}

describe.each(['rest', 'http'] as const)('of %s APIs', (api) => {
  test(`of ${TABLES} small tables every policy is exact that patterns can make exact`, { timeout: TIMEOUT }, () => {
    const count = compareTables(api, (routes) => {
      const grants = new Grants(routes, api);
      return (scopes) => grants.routesGrantedBy(scopes);
    });
    expect(count.expressible).toBeGreaterThan(TABLES / 3);
    expect(count.expressible).toBeLessThan(count.tables);
    expect(count.exact).toBe(count.expressible);
  });

  test('so is every policy made of wide patterns', { timeout: TIMEOUT }, () => {
    const count = compareTables(api, (routes) => {
      const grantOf = createWideGrants(routes);
      return (scopes) => grantOf(new Set(routes.flatMap((route, index) => (isGranted(route, scopes) ? [index] : []))));
    });
    expect(count.exact).toBe(count.expressible);
  });
});

type GrantFor = (scopes: ReadonlySet<string>) => Grant;

function compareTables(api: ApiKind, createGrantFor: (routes: readonly CompiledRoute[]) => GrantFor): Count {
  const count: Count = { tables: 0, expressible: 0, exact: 0 };
  const check = fc.property(table, (routes) => {
    const verdicts = verdictsOn(api, routes, createGrantFor(compileRoutes(routes, api)));
    count.tables++;
    if (verdicts.every(({ expressible }) => expressible)) count.expressible++;
    if (verdicts.every(({ exact }) => exact)) count.exact++;
  });
  fc.assert(check, { numRuns: TABLES });
  if (process.env.SMALL_TABLES !== undefined) console.info(JSON.stringify(count));
  return count;
}

interface Verdict {
  readonly expressible: boolean;
  readonly exact: boolean;
}

/** Checks every method with every set of scopes that a token may have. */
function verdictsOn(api: ApiKind, routes: readonly Route[], grantFor: GrantFor): readonly Verdict[] {
  const search = searchFor(routes);
  const holdings = holdingsOf(routes);
  const methods = METHODS.filter((one) => routes.some(({ method }) => method === one || method === 'ANY'));
  return methods.flatMap((method) => {
    const asked = search.paths.map((texts) => {
      const path = `/${texts.join('/')}`;
      const selected = READINGS[api].flatMap((reading) => selectRoute(routes, method, path, reading) ?? []);
      return { resource: `${STAGE_ARN}/${method}${path}`, selected };
    });
    return holdings.map((scopes) => verdictOn(asked, grantFor(scopes), { routes, scopes, search }));
  });
}

interface Asked {
  readonly resource: string;
  /** The route by each reading of API Gateway's routing. */
  readonly selected: readonly Route[];
}

interface Situation {
  readonly routes: readonly Route[];
  readonly scopes: ReadonlySet<string>;
  readonly search: PolicySearch;
}

function verdictOn(asked: readonly Asked[], grant: Grant, { routes, scopes, search }: Situation): Verdict {
  const policy = policyDocument(grant, STAGE_ARN, 1);
  const demands = asked.map(({ selected }) => demandOf(selected, scopes));
  const expressible = search.isExpressible(demands);
  const decided = asked.map(({ resource }, index) => ({
    resource,
    demand: demands[index],
    allowed: allows(policy, resource),
  }));
  const leaked = decided.find(({ demand, allowed }) => demand === 'forbidden' && allowed);
  const lost = decided.find(({ demand, allowed }) => demand === 'required' && !allowed);
  const situation = JSON.stringify({ routes, scopes: [...scopes], policy });
  if (leaked !== undefined) throw new Error(`${leaked.resource} is allowed: ${situation}`);
  if (lost !== undefined && expressible) throw new Error(`${lost.resource} is rejected, and need not be: ${situation}`);
  if (lost === undefined && !expressible) throw new Error(`the search finds less than the compiler: ${situation}`);
  return { expressible, exact: lost === undefined };
}

/** Requests that the readings hand to several routes must be rejected if one of the routes is not granted. */
function demandOf(selected: readonly Route[], scopes: ReadonlySet<string>): Demand {
  if (selected.length === 0) return 'free';
  return selected.every((route) => isGranted(route, scopes)) ? 'required' : 'forbidden';
}

const searches = new Map<string, PolicySearch>();

function searchFor(routes: readonly Route[]): PolicySearch {
  const parts = routes.map(({ path }) => path.split('/').slice(1));
  const literals = LITERALS.filter((literal) => parts.flat().includes(literal));
  const depth = Math.max(...parts.map(({ length }) => length));
  const key = `${literals} ${depth}`;
  const search = searches.get(key) ?? policySearch(literals, depth);
  searches.set(key, search);
  return search;
}

/** One set of scopes for each set of routes that some token is granted. */
function holdingsOf(routes: readonly Route[]): readonly ReadonlySet<string>[] {
  const subsets = Array.from(
    { length: 2 ** SCOPES.length },
    (_, subset) => new Set(SCOPES.filter((_, index) => ((subset >> index) & 1) === 1)),
  );
  const byGrant = new Map(subsets.map((scopes) => [routes.map((route) => isGranted(route, scopes)).join(), scopes]));
  return [...byGrant.values()];
}

function isGranted({ scopes: needed }: Route, scopes: ReadonlySet<string>): boolean {
  return needed.some((scope) => scopes.has(scope));
}
