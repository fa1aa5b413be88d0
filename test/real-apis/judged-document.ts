import { RouteTableError } from '../../infra/errors.ts';
import type { PolicyLoss } from '../../infra/routes/policy-loss.ts';
import { largestPolicy, shortenedPolicy } from '../../infra/routes/policy-size.ts';
import { compileRouteTable } from '../../infra/routes/route-compiler.ts';
import { ROUTE_READINGS, type RouteReading } from '../../infra/routes/route-readings.ts';
import { Grants } from '../../lambda/policy/grants.ts';
import { MAX_STAGE_POLICY_BYTES, policyDocument } from '../../lambda/policy/policy-document.ts';
import type { ApiKind, RequestedRoute, Route } from '../../lambda/policy/route.ts';
import { selectRoute } from '../support/routes/api-gateway-route-selection.ts';
import { explains, isGranted } from '../support/routes/explained-losses.ts';
import { allows } from '../support/routes/iam-evaluation.ts';

const STAGE_ARN = 'arn:aws:execute-api:eu-central-1:123456789012:abcdefghij/prod';

/** Maximum number of a document's scopes that are tried, each alone and with its neighbour. */
const MAX_SCOPES = 8;
const MAX_REQUESTS = 600;

export interface Judgement {
  /** `rejected`: our table cannot express the document; `why` holds the error message. */
  readonly outcome: 'exact' | 'literal losses' | 'whole loss' | 'too large' | 'rejected';
  readonly why?: string;
  readonly leaks: number;
  /** Requests that are granted but rejected, where no loss that the compiler named explains it. */
  readonly unexplained: number;
  /** Requests that a policy for only their route allows or rejects wrongly. */
  readonly wrongPerRoute: number;
  readonly decisions: number;
  readonly bytes: number;
  /** Milliseconds of the compilation. */
  readonly milliseconds: number;
}

/** Compiles the table and tests its policies with an evaluator and a route selection that are not the compiler's. */
export function judge(routes: readonly Route[], api: ApiKind): Judgement {
  const start = performance.now();
  const nothing = { leaks: 0, unexplained: 0, wrongPerRoute: 0, decisions: 0, bytes: 0 };
  try {
    const { routes: compiled, losses } = compileRouteTable(routes, api);
    const milliseconds = performance.now() - start;
    const { bytes } = largestPolicy(compiled, api);
    const grants = new Grants(compiled, api);
    const tried = tryPolicies(api, routes, losses, (scopes, requested) =>
      policyDocument(grants.routesGrantedBy(scopes, requested), STAGE_ARN, 1),
    );
    return {
      outcome: outcomeOf(losses, bytes, shortenedPolicy(compiled, api) !== undefined),
      ...tried,
      bytes,
      milliseconds,
    };
  } catch (error) {
    if (!(error instanceof RouteTableError)) throw error;
    return { outcome: 'rejected', why: error.message, ...nothing, milliseconds: performance.now() - start };
  }
}

function outcomeOf(losses: readonly PolicyLoss[], bytes: number, isShortened: boolean): Judgement['outcome'] {
  if (losses.some(({ kind }) => kind === 'whole')) return 'whole loss';
  if (bytes > MAX_STAGE_POLICY_BYTES) return 'too large';
  return isShortened || losses.some(({ kind }) => kind === 'literal') ? 'literal losses' : 'exact';
}

type PolicyFor = (scopes: ReadonlySet<string>, requested?: RequestedRoute) => ReturnType<typeof policyDocument>;

const READINGS: Readonly<Record<ApiKind, Readonly<Record<string, RouteReading>>>> = ROUTE_READINGS;

function tryPolicies(api: ApiKind, routes: readonly Route[], losses: readonly PolicyLoss[], policyFor: PolicyFor) {
  const { raw } = ROUTE_READINGS[api];
  const requests = requestsNear(routes).map(({ method, path }) => ({
    request: { method, path },
    resource: `${STAGE_ARN}/${method}${path}`,
    plain: selectRoute(routes, method, path, raw),
    selected: Object.values(READINGS[api]).flatMap((reading) => selectRoute(routes, method, path, reading) ?? []),
  }));
  const count = { leaks: 0, unexplained: 0, wrongPerRoute: 0, decisions: 0 };
  for (const scopes of holdingsOf(routes)) {
    const policy = policyFor(scopes);
    for (const { request, resource, plain, selected } of requests) {
      const allowed = allows(policy, resource);
      const isGrantedByAll = selected.every((route) => isGranted(route, scopes));
      count.decisions++;
      if (allowed && !isGrantedByAll) count.leaks++;
      if (plain === undefined) continue;
      const perRoute = policyFor(scopes, api === 'http' ? plain : { method: request.method, path: plain.path });
      if (allows(perRoute, resource) !== isGranted(plain, scopes)) count.wrongPerRoute++;
      if (allowed || !isGrantedByAll) continue;
      if (!losses.some((loss) => explains(loss, request, { routes, route: plain, scopes }))) count.unexplained++;
    }
  }
  return count;
}

/** The scope sets that are tried: none, single scopes, and pairs of neighbours. */
function holdingsOf(routes: readonly Route[]): readonly ReadonlySet<string>[] {
  const all = [...new Set(routes.flatMap(({ scopes }) => scopes))];
  const some = all.filter((_, index) => index % Math.ceil(all.length / MAX_SCOPES) === 0);
  const pairs = some.map((scope, index) => new Set([scope, some[(index + 1) % some.length] ?? scope]));
  return [new Set(), ...some.map((scope) => new Set([scope])), ...pairs];
}

/** Requests for each route: with new values, with a literal in place of each parameter, and with an extra slash at either end. */
function requestsNear(routes: readonly Route[]) {
  const literals = [
    ...new Set(routes.flatMap(({ path }) => path.split('/').filter((part) => part && !part.startsWith('{')))),
  ];
  const requests = routes.flatMap(({ method, path }, index) => {
    const fresh = path.replace(/\{[^}]+\}/g, 'xyz');
    const literal = literals[(index * 7) % Math.max(1, literals.length)] ?? 'xyz';
    const fixed = [...path.matchAll(/\{[^}]+\}/g)].map(({ 0: name }) =>
      path.replace(name, literal).replace(/\{[^}]+\}/g, 'xyz'),
    );
    return [fresh, ...fixed, `${fresh}/`, `/${fresh}`].map((one) => ({ method, path: one }));
  });
  return requests.filter((_, index) => index % Math.ceil(requests.length / MAX_REQUESTS) === 0);
}
