import type { PolicyDocument } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PolicyLoss } from '../../../infra/routes/policy-loss.ts';
import { compileRouteTable } from '../../../infra/routes/route-compiler.ts';
import { pathTexts, ROUTE_READINGS, type RouteReading } from '../../../infra/routes/route-readings.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import { grantForHttpApi } from '../../../lambda/policy/http-grant.ts';
import type { Grant } from '../../../lambda/policy/listed-grant.ts';
import {
  isShortened,
  lostByShortening,
  MAX_STAGE_POLICY_BYTES,
  policyDocument,
} from '../../../lambda/policy/policy-document.ts';
import type { ApiKind, CompiledRoute, RequestedRoute, Route } from '../../../lambda/policy/route.ts';
import { createWideGrants } from '../../../lambda/policy/wide-grants.ts';
import { selectRoute } from '../../support/routes/api-gateway-route-selection.ts';
import { explains, isGranted, nameOf } from '../../support/routes/explained-losses.ts';
import { allows } from '../../support/routes/iam-evaluation.ts';
import { type PathRequest, type PolicyCase, policyCases } from '../../support/routes/route-tables.ts';

/** `EXACT_POLICY_CASES=1000000 vitest run test/infra/routes/exact-policies.property.test.ts` */
const CASES = Number(process.env.EXACT_POLICY_CASES ?? 3000);
/** If set, the cases are the same each time, for mutation testing. */
const SEED = process.env.EXACT_POLICY_SEED;
const MINUTE = 60_000;
const STAGE_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/prod';

/** Long enough for any number of cases: a million take about ten minutes for REST APIs, and 35 for HTTP APIs. */
const TIMEOUT = 2 * MINUTE + CASES * 12;

/** Counts what was tried, so that a generator that makes only empty cases is noticed. */
interface Count {
  cases: number;
  granted: number;
  rejected: number;
  wide: number;
  /** Requests that some reading rejects although the plain one grants them. */
  otherwiseRead: number;
  lost: number;
  /** Of an HTTP API, rejected because they are encoded or have dot segments. */
  encoded: number;
  /** Rejected because the policy is shortened. */
  calledLikeMethod: number;
}

describe.each(['rest', 'http'] as const)('of %s APIs', (api) => {
  test(`${CASES} policies allow, under every reading of API Gateway's routing, only what the token may call, and all of that`, {
    timeout: TIMEOUT,
  }, () => {
    const count = checkUntil(api, CASES, (routes) => {
      const grants = new Grants(routes, api);
      return (scopes) => grants.routesGrantedBy(scopes);
    });
    expect(count.cases).toBeGreaterThanOrEqual(CASES);
    expect(count.granted).toBeGreaterThan(CASES / 10);
    expect(count.rejected).toBeGreaterThan(CASES / 10);
    expect(count.otherwiseRead).toBeGreaterThan(CASES / 1000);
    expect(count.lost).toBeGreaterThan(0);
    if (api === 'http') expect(count.encoded).toBeGreaterThan(CASES / 1000);
  });

  test('policies made of wide patterns are as exact', { timeout: TIMEOUT }, () => {
    const count = checkUntil(api, CASES / 2, (routes) => {
      const grantOf = createWideGrants(routes);
      return (scopes) => {
        const grant = grantOf(new Set(routes.flatMap((route, index) => (isGranted(route, scopes) ? [index] : []))));
        return api === 'http' ? grantForHttpApi(grant, routes) : grant;
      };
    });
    expect(count.cases).toBeGreaterThanOrEqual(CASES / 2);
    expect(count.wide).toBeGreaterThan(CASES / 50);
  });

  test('shortened policies are as exact, except for paths with a part that equals the name of a method', {
    timeout: TIMEOUT,
  }, () => {
    const count = checkUntil(
      api,
      // Few of them have a path that a pattern without the denies would leak.
      2 * CASES,
      (routes) => {
        const grants = new Grants(routes, api);
        return (scopes) => grants.routesGrantedBy(scopes);
      },
      `${STAGE_ARN}-${'x'.repeat(MAX_STAGE_POLICY_BYTES)}`,
    );
    expect(count.granted).toBeGreaterThan(CASES / 20);
    expect(count.calledLikeMethod).toBeGreaterThan(0);
  });

  test('policies for one route each allow, under every reading, exactly what the token may call', {
    timeout: TIMEOUT,
  }, () => {
    const count = { granted: 0, rejected: 0 };
    const check = fc.property(policyCases[api], ({ routes, holdings, requests }) => {
      const grants = new Grants(compileRouteTable(routes, api).routes, api);
      for (const scopes of holdings.map((holding) => new Set(holding))) {
        for (const request of requests) {
          for (const [name, reading] of Object.entries(READINGS[api])) {
            const selected = selectRoute(routes, request.method, request.path, reading);
            if (selected === undefined) continue;
            const requested = requestedOf(api, request, selected);
            const policy = policyDocument(grants.routesGrantedBy(scopes, requested), STAGE_ARN, 1);
            const allowed = allows(policy, arnOf(request));
            // IAM sees the path with the empty segments that the reading ignores.
            const isAsSent = reading.normalize(pathTexts(request.path)).join('/') === request.path.slice(1);
            const isRight = isAsSent
              ? allowed === isGranted(selected, scopes)
              : !allowed || isGranted(selected, scopes);
            if (!isRight) throw new Error(JSON.stringify({ name, request, scopes: [...scopes], policy }));
            count[allowed ? 'granted' : 'rejected']++;
          }
        }
      }
    });
    fc.assert(check, { numRuns: Math.ceil(CASES / 40), ...seeded(0) });
    expect(count.granted).toBeGreaterThan(CASES / 10);
    expect(count.rejected).toBeGreaterThan(CASES / 10);
  });
});

type GrantFor = (scopes: ReadonlySet<string>) => Grant;

/** REST APIs name the request's method, HTTP APIs the route's. */
function requestedOf(api: ApiKind, { method }: PathRequest, selected: Route): RequestedRoute {
  return api === 'rest' ? { method, path: selected.path } : selected;
}

function checkUntil(
  api: ApiKind,
  cases: number,
  createGrantFor: (routes: readonly CompiledRoute[]) => GrantFor,
  stageArn = STAGE_ARN,
): Count {
  const count: Count = {
    cases: 0,
    granted: 0,
    rejected: 0,
    wide: 0,
    otherwiseRead: 0,
    lost: 0,
    encoded: 0,
    calledLikeMethod: 0,
  };
  const check = fc.property(policyCases[api], (one) => checkCase(api, one, createGrantFor, stageArn, count));
  while (count.cases < cases) {
    fc.assert(check, { numRuns: Math.ceil((cases - count.cases) / 10), ...seeded(count.cases) });
  }
  return count;
}

function seeded(round: number): { readonly seed?: number } {
  return SEED === undefined ? {} : { seed: Number(SEED) + round };
}

function checkCase(
  api: ApiKind,
  { routes, holdings, requests }: PolicyCase,
  createGrantFor: (routes: readonly CompiledRoute[]) => GrantFor,
  stageArn: string,
  count: Count,
): void {
  const { routes: compiled, losses } = compileRouteTable(routes, api);
  const grantFor = createGrantFor(compiled);
  const own = new Set(compiled.flatMap(({ allow }) => allow));
  for (const scopes of holdings.map((holding) => new Set(holding))) {
    const grant = grantFor(scopes);
    const policy = inShortStage(policyDocument(grant, stageArn, 1), stageArn);
    const methods = isShortened(grant, stageArn) ? lostByShortening(grant) : [];
    for (const request of requests) {
      const allowed = allows(policy, arnOf(request));
      const isLost = request.path
        .split('/')
        .slice(1, -1)
        .some((part) => methods.includes(part));
      if (isLost && !allowed) {
        count.calledLikeMethod++;
        continue;
      }
      const isCoarse = grant.deny.includes('*/?*/');
      const verdict = verdictOn(allowed, { api, isCoarse, routes, losses, scopes, request });
      if (verdict.problem !== undefined)
        throw new Error(`${verdict.problem}: ${JSON.stringify({ request, scopes: [...scopes], policy })}`);
      count.cases++;
      if (grant.allow.some((pattern) => !own.has(pattern))) count.wide++;
      if (verdict.excuse !== undefined) count[verdict.excuse]++;
      if (selectRoute(routes, request.method, request.path, READINGS[api].raw) !== undefined)
        count[allowed ? 'granted' : 'rejected']++;
    }
  }
}

/** The policy for a stage with a short name: IAM's answers are the same, and need a thousandth of the comparisons. */
function inShortStage(policy: PolicyDocument, stageArn: string): PolicyDocument {
  return JSON.parse(JSON.stringify(policy).replaceAll(`${stageArn}/`, `${STAGE_ARN}/`));
}

interface Situation {
  readonly api: ApiKind;
  /** Whether the policy is so long that it denies every empty segment. */
  readonly isCoarse: boolean;
  readonly routes: readonly Route[];
  readonly losses: readonly PolicyLoss[];
  readonly scopes: ReadonlySet<string>;
  readonly request: PathRequest;
}

interface Verdict {
  readonly problem?: string;
  /** Why a request that the plain reading grants is rejected. */
  readonly excuse?: 'otherwiseRead' | 'lost' | 'encoded';
}

function verdictOn(allowed: boolean, { api, isCoarse, routes, losses, scopes, request }: Situation): Verdict {
  const select = (reading?: RouteReading, path = request.path) =>
    reading && selectRoute(routes, request.method, path, reading);
  const forbidding = pathsRead(api, request.path)
    .flatMap((path) =>
      readingsApart(api, path).map(([name, reading]) => ({ name, path, route: select(reading, path) })),
    )
    .find(({ route }) => route !== undefined && !isGranted(route, scopes));
  if (allowed)
    return forbidding === undefined ? {} : { problem: `leak of ${forbidding.path} by the reading ${forbidding.name}` };
  const plain = select(READINGS[api].raw);
  if (plain === undefined || !isGranted(plain, scopes)) return {};
  if (forbidding !== undefined) return { excuse: 'otherwiseRead' };
  const isAnyEncodedDenied = api === 'http' && !routes.every((route) => isGranted(route, scopes));
  if (isAnyEncodedDenied && /%|\/\.(\.|\/|$)/.test(request.path)) return { excuse: 'encoded' };
  const empty = request.path
    .slice(1)
    .split('/')
    .filter((text) => text === '').length;
  const isEmptyRest = api === 'http' && select(READINGS[api]['raw+no-empty-rest']) !== plain;
  // Documented: two empty segments are never told apart; nor is one, where a proxy's path is another route's without it, where the
  // route loses requests anyway, or in a policy that is too long. Of a route that loses none, an empty rest is told apart.
  const losing = losses.some(({ route }) => route === nameOf(plain));
  if (empty > 1) return {};
  if (empty === 1 && (isCoarse || losing || (!isEmptyRest && select(READINGS[api]['empty-segments']) !== plain)))
    return {};
  return losses.some((loss) => explains(loss, request, { routes, route: plain, scopes }))
    ? { excuse: 'lost' }
    : { problem: 'granted but rejected' };
}

const READINGS: Readonly<Record<ApiKind, Readonly<Record<string, RouteReading>>>> = ROUTE_READINGS;

/**
 * The paths by which API Gateway may select a route. An HTTP API may decode them first, and has been seen to cut them at a decoded `?`. It
 * may resolve dot segments, or hand them to a backend that does.
 */
function pathsRead(api: ApiKind, path: string): readonly string[] {
  return api === 'rest' ? [path] : [...new Set(pathsDecoded(path).flatMap((one) => [one, resolved(one)]))];
}

function pathsDecoded(path: string): readonly string[] {
  if (!path.includes('%')) return [path];
  try {
    const decoded = decodeURIComponent(path);
    return [path, decoded, decoded.split('?', 1)[0] || '/'];
  } catch {
    return [path];
  }
}

/** Without dot segments (RFC 3986 section 5.2.4). */
function resolved(path: string): string {
  if (!/\/\.\.?(\/|$)/.test(path)) return path;
  const texts: string[] = [];
  for (const text of path.slice(1).split('/')) {
    if (text === '..') texts.pop();
    else if (text !== '.') texts.push(text);
  }
  return `/${texts.join('/')}${/\/\.\.?$/.test(path) && texts.length > 0 ? '/' : ''}`;
}

/** One of the readings that treat the path alike: without empty segments, those that leave it as it is. */
function readingsApart(api: ApiKind, path: string): readonly (readonly [string, RouteReading])[] {
  const all = Object.entries(READINGS[api]);
  const isOdd = /\/\/|.\/$/.test(path);
  const apart = new Map<string, readonly [string, RouteReading]>();
  for (const [name, reading] of isOdd ? all : all.filter(([one]) => one.startsWith('raw'))) {
    const { normalize, preference } = reading;
    apart.set(`${JSON.stringify(preference)} ${normalize(pathTexts(path)).join('/')}`, [name, reading]);
  }
  return [...apart.values()];
}

function arnOf({ method, path }: PathRequest): string {
  return `${STAGE_ARN}/${method}${path}`;
}
