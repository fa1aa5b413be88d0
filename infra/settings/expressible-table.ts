import { type DescribedLoss, lossesText } from '../../lambda/configuration/authorizer-description.ts';
import { LOSS_KINDS } from '../../lambda/policy/lost-requests.ts';
import { type ApiKind, type CacheKey, type CompiledRoute, nameOf, type Route } from '../../lambda/policy/route.ts';
import { DeploymentError, RouteTableError } from '../errors.ts';
import type { PolicyLoss } from '../routes/policy-loss.ts';
import { checkPolicySize, shortenedPolicy } from '../routes/policy-size.ts';
import { compileRouteTable, singleRoutes } from '../routes/route-compiler.ts';
import { siblingWarning } from '../routes/route-table.ts';
import type { AuthorizerSettings } from './deployment-schema.ts';
import { checkLosses } from './loss-messages.ts';

/** What a team demands of policies. */
export interface PolicyDemands extends Pick<AuthorizerSettings, 'exactPolicies' | 'acceptedLosses' | 'maxAnswerBytes'> {
  /** With `route`, policies lose nothing and are short. */
  readonly cachePer: CacheKey;
}

/** A route table that can become policies for one kind of API. */
export interface ExpressibleTable {
  readonly routes: readonly CompiledRoute[];
  /** The losses as the deployment's metadata has them (`lossesText`). */
  readonly losses: string;
  readonly warnings: readonly { readonly id: string; readonly text: string }[];
}

/**
 * Compiles a route table, and checks that its policies are as the team demands.
 *
 * With `cachePer: 'route'`, policies for all routes are compiled as well: a stage that was deployed with a TOKEN authorizer asks for them
 * until it is deployed again. A table that is too long for them cannot have been deployed with such an authorizer.
 *
 * @throws RouteTableError where policies cannot express the table, or are too long, or the table takes too much of the template
 * @throws DeploymentError for a name in `acceptedLosses` that stands for no loss
 */
export function expressibleTable(routes: readonly Route[], demands: PolicyDemands, api: ApiKind): ExpressibleTable {
  const { routes: ofTokens, losses: lossesOfTokens } = compileRouteTable(routes, api);
  const isPerRoute = demands.cachePer === 'route';
  const compiled = isPerRoute && bytesOf(ofTokens) > MAX_ROUTES_BYTES ? singleRoutes(routes, api) : ofTokens;
  const losses = isPerRoute ? [] : withoutCovered(lossesOfTokens);
  if (isPerRoute) rejectAcceptances(demands);
  const lost = checkLosses(losses, routes, demands);
  const large = isPerRoute ? undefined : checkPolicySize(compiled, api, demands.maxAnswerBytes);
  const shortened = isPerRoute ? undefined : shortenedPolicy(compiled, api);
  if (shortened !== undefined && demands.exactPolicies === 'required') {
    throw new RouteTableError(`exactPolicies is 'required'. ${shortened}: set cachePer: 'route'.`);
  }
  const siblings = api === 'rest' ? siblingWarning(routes) : undefined;
  rejectLongDescription(compiled);
  return {
    routes: compiled,
    losses: lossesText(describedLosses(losses, routes)),
    warnings: [
      ...(lost === undefined ? [] : [{ id: 'lost-requests', text: lost }]),
      ...(large === undefined ? [] : [{ id: 'large-policy', text: large }]),
      ...(shortened === undefined ? [] : [{ id: 'shortened-policy', text: `${shortened}.` }]),
      ...(siblings === undefined ? [] : [{ id: 'variable-siblings', text: siblings }]),
    ],
  };
}

function rejectAcceptances({ acceptedLosses: [first] = [] }: PolicyDemands): void {
  if (first === undefined) return;
  throw new DeploymentError(
    `acceptedLosses names ${first}, and with cachePer: 'route' no token loses a route: leave acceptedLosses out.`,
  );
}

/** CloudFormation accepts templates of up to 1 MB, and this one also contains the API's methods. */
const MAX_ROUTES_BYTES = 800_000;

/** @param words - what takes the place, for the sentence */
export function rejectLongDescription(
  routes: readonly CompiledRoute[],
  words: string = `The ${routes.length} routes`,
): void {
  const bytes = bytesOf(routes);
  if (bytes <= MAX_ROUTES_BYTES) return;
  throw new RouteTableError(
    `${words} take ${bytes} bytes of the template, and ${MAX_ROUTES_BYTES} fit: set cachePer: 'route', ` +
      'whose routes are short, or give some of them to an authorizer and an API of their own.',
  );
}

/** The size of the routes in a template, where their JSON is quoted. */
function bytesOf(routes: readonly CompiledRoute[]): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(routes)));
}

/** Leaves out single requests of a route that the same Deny takes as a whole. */
export function withoutCovered(losses: readonly PolicyLoss[]): readonly PolicyLoss[] {
  const wholes = losses.filter(({ kind }) => kind === 'whole');
  return losses.filter((loss) => loss.kind === 'whole' || !wholes.some((whole) => isCovered(loss, whole)));
}

function isCovered({ route, requests, denied, because }: PolicyLoss, whole: PolicyLoss): boolean {
  if (whole.denied !== denied) return false;
  const [, path] = route.split(' ');
  const isLost = (request: string) => whole.requests.includes(`${request.split(' ')[0]} ${path}`);
  return requests.every(isLost) && because.every((name) => whole.because.includes(name));
}

/** The losses by the positions of their routes, the most serious kind first. */
export function describedLosses(losses: readonly PolicyLoss[], routes: readonly Route[]): readonly DescribedLoss[] {
  const places = new Map(routes.map((route, index) => [nameOf(route), index]));
  const placeOf = (name: string): number => {
    const place = places.get(name);
    if (place === undefined) throw new Error(`A loss names ${name}, but the table has no such route.`);
    return place;
  };
  return LOSS_KINDS.flatMap((kind) => losses.filter((loss) => loss.kind === kind)).map(
    ({ kind, route, requests, denied, because }) => {
      return { kind, route: placeOf(route), requests, denied: placeOf(denied), because: because.map(placeOf) };
    },
  );
}
