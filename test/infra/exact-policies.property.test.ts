import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileRoutes } from '../../infra/route-compiler.ts';
import { RouteTableError } from '../../infra/route-table-error.ts';
import type { Grant } from '../../lambda/grant.ts';
import { createGrants } from '../../lambda/grants.ts';
import { policyDocument } from '../../lambda/policy-document.ts';
import type { CompiledRoute, Route } from '../../lambda/route.ts';
import { createWideGrants } from '../../lambda/wide-grants.ts';
import { OTHER_READINGS, selectRoute } from '../support/api-gateway-route-selection.ts';
import { allows, globMatches } from '../support/iam-evaluation.ts';
import { type PathRequest, type PolicyCase, policyCase, routeTable } from '../support/route-tables.ts';

/** `EXACT_POLICY_CASES=1000000 vitest run test/infra/exact-policies.property.test.ts` */
const CASES = Number(process.env.EXACT_POLICY_CASES ?? 10_000);
const MINUTE = 60_000;
const STAGE_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/prod';

/** Long enough for any number of cases: a million take about four minutes. */
const TIMEOUT = MINUTE + CASES * 2;

/** What was tried, so that a generator that makes only empty cases is noticed. */
interface Count {
  cases: number;
  granted: number;
  refused: number;
  wide: number;
}

test(`${CASES} policies allow exactly the requests that API Gateway routes to what is granted`, {
  timeout: TIMEOUT,
}, () => {
  const count = checkUntil(CASES, (routes) => {
    const grants = createGrants(routes);
    return (scopes) => grants.routesGrantedBy(scopes);
  });
  expect(count.cases).toBeGreaterThanOrEqual(CASES);
  expect(count.granted).toBeGreaterThan(CASES / 10);
  expect(count.refused).toBeGreaterThan(CASES / 10);
});

test('policies made of wide patterns are as exact', { timeout: TIMEOUT }, () => {
  const count = checkUntil(CASES / 2, (routes) => {
    const grantOf = createWideGrants(routes);
    return (scopes) => grantOf(new Set(routes.flatMap((route, index) => (isGranted(route, scopes) ? [index] : []))));
  });
  expect(count.cases).toBeGreaterThanOrEqual(CASES / 2);
  expect(count.wide).toBeGreaterThan(CASES / 50);
});

test('a table is refused only where two requests show that it cannot be expressed', { timeout: TIMEOUT }, () => {
  let refused = 0;
  fc.assert(
    fc.property(routeTable, (routes) => {
      const message = refusalOf(routes);
      if (message === undefined) return;
      refused++;
      expectTrueRefusal(routes, message);
    }),
    { numRuns: CASES / 10 },
  );
  expect(refused).toBeGreaterThan(CASES / 200);
});

type GrantFor = (scopes: ReadonlySet<string>) => Grant;

function checkUntil(cases: number, createGrantFor: (routes: readonly CompiledRoute[]) => GrantFor): Count {
  const count: Count = { cases: 0, granted: 0, refused: 0, wide: 0 };
  const check = fc.property(policyCase, (one) => checkCase(one, createGrantFor, count));
  while (count.cases < cases) fc.assert(check, { numRuns: Math.ceil((cases - count.cases) / 10) });
  return count;
}

function checkCase(
  { routes, holdings, requests }: PolicyCase,
  createGrantFor: (routes: readonly CompiledRoute[]) => GrantFor,
  count: Count,
): void {
  if (refusalOf(routes) !== undefined) return;
  const compiled = compileRoutes(routes);
  const grantFor = createGrantFor(compiled);
  const own = new Set(compiled.flatMap(({ allow }) => allow));
  for (const scopes of holdings.map((holding) => new Set(holding))) {
    const grant = grantFor(scopes);
    const policy = policyDocument(grant, STAGE_ARN, 1);
    for (const request of requests) {
      const allowed = allows(policy, arnOf(request));
      const problem = problemWith(allowed, routes, scopes, request);
      if (problem !== undefined)
        throw new Error(`${problem}: ${JSON.stringify({ request, scopes: [...scopes], policy })}`);
      count.cases++;
      if (grant.allow.some((pattern) => !own.has(pattern))) count.wide++;
      if (selectRoute(routes, request.method, request.path) !== undefined) count[allowed ? 'granted' : 'refused']++;
    }
  }
}

/** What is wrong with the policy's answer, by the plain reading of the request and by every other one. */
function problemWith(allowed: boolean, routes: readonly Route[], scopes: ReadonlySet<string>, request: PathRequest) {
  const plain = selectRoute(routes, request.method, request.path);
  const [observed, collapsed] = [OTHER_READINGS.observed, OTHER_READINGS.collapsed].map((read) =>
    selectRoute(routes, request.method, read(request.path)),
  );
  const refusable = (route: Route | undefined) => route !== undefined && !isGranted(route, scopes);
  if (allowed && refusable(plain)) return 'leak';
  if (allowed && refusable(observed) && !mayGiveWay(observed, routes, scopes)) return 'leak by a slash at an end';
  if (allowed && refusable(collapsed) && plain === undefined && !mayGiveWay(collapsed, routes, scopes))
    return 'leak by doubled slashes';
  const anyReadingRefuses = refusable(observed) || refusable(collapsed);
  if (!allowed && plain !== undefined && isGranted(plain, scopes) && !anyReadingRefuses) return 'granted but refused';
  return undefined;
}

/** Where a granted {proxy+} could surely get what the Deny for an odd spelling of a parameter would match, it does. */
function mayGiveWay(observed: Route | undefined, routes: readonly Route[], scopes: ReadonlySet<string>): boolean {
  const hasGrantedProxy = routes.some((route) => route.path.endsWith('+}') && isGranted(route, scopes));
  return hasGrantedProxy && (observed?.path.includes('{') ?? false);
}

function isGranted({ scopes: needed }: Route, scopes: ReadonlySet<string>): boolean {
  return needed.length === 0 || needed.some((scope) => scopes.has(scope));
}

function refusalOf(routes: readonly Route[]): string | undefined {
  try {
    compileRoutes(routes);
    return undefined;
  } catch (error) {
    if (error instanceof RouteTableError) return error.message;
    throw error;
  }
}

const REFUSAL = /what allows (\S+ \S+) reaches (\S+ \S+) \((\S+) (\S+)\).* also refuses (\S+ \S+) \((\S+) (\S+)\);/;

/** The message itself is the proof: three routes and two requests, checked here without the compiler. */
function expectTrueRefusal(routes: readonly Route[], message: string): void {
  const [g, d, leakMethod = '', leakPath = '', r, lossMethod = '', lossPath = ''] =
    REFUSAL.exec(message)?.slice(1) ?? [];
  const [granted, denied, refused] = [g, d, r].map((name) =>
    routes.find((one) => `${one.method} ${one.path}` === name),
  );
  const leak = { method: leakMethod, path: leakPath };
  const loss = { method: lossMethod, path: lossPath };
  if (!granted || !denied || !refused) throw new Error(`Not a refusal with its reasons: ${message}`);
  expect(selectRoute(routes, leak.method, leak.path)).toBe(denied);
  expect(selectRoute(routes, loss.method, loss.path)).toBe(refused);
  expect(matches(granted, leak)).toBe(true);
  expect(matches(denied, loss)).toBe(true);
  const held = new Set(routes.flatMap(({ scopes }) => scopes).filter((scope) => !denied.scopes.includes(scope)));
  expect([granted, denied, refused].map((route) => isGranted(route, held))).toEqual([true, false, true]);
}

function matches({ method, path }: Route, request: PathRequest): boolean {
  const pattern = `${method === 'ANY' ? request.method : method}${path.replace(/\{[^}]*\}/g, '*')}`;
  return globMatches(pattern, request.method + request.path);
}

function arnOf({ method, path }: PathRequest): string {
  return `${STAGE_ARN}/${method}${path}`;
}
