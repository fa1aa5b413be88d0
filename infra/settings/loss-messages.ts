import { LOSS_KINDS, lossPhrase, minimalHoldings, requestsInWords } from '../../lambda/policy/lost-requests.ts';
import { nameOf, type Route } from '../../lambda/policy/route.ts';
import { DeploymentError, RouteTableError } from '../errors.ts';
import type { PolicyLoss } from '../routes/policy-loss.ts';
import { scopesInWords } from '../routes/policy-size.ts';
import type { AuthorizerSettings } from './deployment-schema.ts';
import { nearestName } from './values/nearest-name.ts';

/** The settings by which a team says which losses it accepts. */
export type LossDemands = Pick<AuthorizerSettings, 'exactPolicies' | 'acceptedLosses'>;

/** Routes by name. */
type RouteTable = ReadonlyMap<string, Route>;

/** The maximum number of items in a list of a message; the rest is counted. */
const MAX_LISTED = 10;

const EXACT_FIX = "set cachePer: 'route', which is exact for every table";

/**
 * Rejects a table whose losses the team does not accept.
 *
 * @param losses - empty where a decision is cached for one route only
 * @returns the warning that lists the remaining losses; undefined: there are none
 * @throws RouteTableError naming the routes, the scopes of such a token and the settings that help
 * @throws DeploymentError for a name in `acceptedLosses` that stands for no loss
 */
export function checkLosses(
  losses: readonly PolicyLoss[],
  routes: readonly Route[],
  { exactPolicies, acceptedLosses = [] }: LossDemands,
): string | undefined {
  const table = new Map(routes.map((route) => [nameOf(route), route]));
  const whole = losses.filter(({ kind }) => kind === 'whole');
  rejectIdleAcceptances(acceptedLosses, whole, table);
  if (exactPolicies === 'required') rejectLosses(losses.filter(isOfPolicies), table);
  rejectWholeLosses(whole, table, acceptedLosses);
  const lines = linesOf(losses, table);
  if (lines.length === 0) return undefined;
  const shown = cut(lines, ': `npm run routes` lists the losses of a deployment for each scope.');
  return `These ${REJECTED_REQUESTS}${listOf(shown)}\nSet cachePer: 'route' to lose none of them.`;
}

const REJECTED_REQUESTS = 'requests get 403 although the token may call the route:';

/** Rejects a name that stands for no loss: the team may have meant another route. */
function rejectIdleAcceptances(acceptedLosses: readonly string[], whole: readonly PolicyLoss[], table: RouteTable) {
  const idle = acceptedLosses.find((name) => !whole.some(({ route }) => route === name));
  if (idle === undefined) return;
  if (table.has(idle)) {
    throw new DeploymentError(`acceptedLosses names ${idle}, and no token loses that route as a whole: leave it out.`);
  }
  const nearest = nearestName(idle, [...table.keys()]);
  const hint = nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
  throw new DeploymentError(
    `acceptedLosses names ${idle}, and no route has that name: write the name of a route${hint}, or leave it out.`,
  );
}

/**
 * Whether an exact policy would avoid the loss. The other kinds come from what API Gateway does not document: a policy has to be safe under
 * each reading.
 */
function isOfPolicies({ kind }: PolicyLoss): boolean {
  return kind === 'literal' || kind === 'whole';
}

function rejectLosses(losses: readonly PolicyLoss[], table: RouteTable): void {
  const lines = linesOf(losses, table);
  if (lines.length === 0) return;
  throw new RouteTableError(
    `exactPolicies is 'required', and these ${REJECTED_REQUESTS}${listOf(cut(lines))}\n${capitalized(EXACT_FIX)}.`,
  );
}

function rejectWholeLosses(whole: readonly PolicyLoss[], table: RouteTable, acceptedLosses: readonly string[]): void {
  const rejected = whole.filter(({ route }) => !acceptedLosses.includes(route));
  const [first] = rejected;
  if (first === undefined) return;
  const more = rejected.length === 1 ? '' : ` (${rejected.length - 1} more of the kind)`;
  // People paste the list: it also holds the losses that are accepted already, and is never cut.
  const lost = [...new Set([...acceptedLosses, ...rejected.map(({ route }) => route)])].map((name) => `'${name}'`);
  throw new RouteTableError(
    `${wholeLossSentence(first, table)}${more}: ${EXACT_FIX}, or accept ${rejected.length === 1 ? 'it' : 'them'}: ` +
      `acceptedLosses: [${lost.join(', ')}].`,
  );
}

function wholeLossSentence(loss: PolicyLoss, table: RouteTable): string {
  const [route, denied] = [routeOf(loss.route, table), routeOf(loss.denied, table)];
  const [scopes = []] = minimalHoldings({ route, because: loss.because.map((name) => routeOf(name, table)), denied });
  const because = loss.because.filter((name) => isOpenTo(routeOf(name, table), scopes));
  return (
    `A token with ${scopesInWords(scopes)}, without a scope of ${loss.denied} (${denied.scopes.join(', ')}), would get 403 for ` +
    `${requestsInWords(loss.requests, route, [...table.values()]).join(' and ')}, because ` +
    `${lossPhrase({ ...loss, because })}, and IAM's wildcards cross slashes`
  );
}

function isOpenTo({ scopes: needed }: Route, scopes: readonly string[]): boolean {
  return needed.length === 0 || needed.some((scope) => scopes.includes(scope));
}

/** One line for each loss in words, the most serious kind first. */
function linesOf(losses: readonly PolicyLoss[], table: RouteTable): readonly string[] {
  const routes = [...table.values()];
  return LOSS_KINDS.flatMap((kind) => losses.filter((loss) => loss.kind === kind)).flatMap((loss) =>
    requestsInWords(loss.requests, routeOf(loss.route, table), routes).map(
      (words) => `${words}, without a scope of ${loss.denied}: ${lossPhrase(loss)}`,
    ),
  );
}

function routeOf(name: string, table: RouteTable): Route {
  const route = table.get(name);
  if (route === undefined) throw new Error(`A loss names ${name}, but the table has no such route.`);
  return route;
}

function listOf(lines: readonly string[]): string {
  return lines.map((line) => `\n  ${line}`).join('');
}

function cut(items: readonly string[], where = ''): readonly string[] {
  if (items.length <= MAX_LISTED) return items;
  return [...items.slice(0, MAX_LISTED), `… and ${items.length - MAX_LISTED} more${where}`];
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
