import { type DescribedLoss, lossesIn } from '../../lambda/configuration/authorizer-description.ts';
import { type LossKind, lossPhrase, requestsInWords } from '../../lambda/policy/lost-requests.ts';
import { type CompiledRoute, nameOf } from '../../lambda/policy/route.ts';
import { OperatorError } from '../cli/operator-error.ts';
import type { RouteTable } from './route-tables.ts';

/** Requests of a route that get 403 although the token's scopes grant it. */
export interface TokenLoss {
  readonly kind: LossKind;
  readonly route: CompiledRoute;
  /** `GET /users/{id}/photos/roles`; `…` stands for one segment or more. */
  readonly requests: readonly string[];
  /** `GET /users/{id}/photos/{photo} when photo is "roles"`. */
  readonly inWords: readonly string[];
  /** The route that such a token is not granted. */
  readonly denied: CompiledRoute;
  /** Granted routes because of which `denied` must be denied; each of them is reason enough. */
  readonly because: readonly CompiledRoute[];
}

export interface TokenLosses {
  readonly listed: readonly TokenLoss[];
  /** Number of losses that the deployment's description has no room for. */
  readonly leftOut: number;
}

/**
 * All losses of a deployed table. Undefined: the deployment's description has none.
 * @throws OperatorError for a description that contradicts itself
 */
export function describedLosses({ routes, losses }: Pick<RouteTable, 'routes' | 'losses'>): TokenLosses | undefined {
  if (losses === undefined) return undefined;
  const { listed, leftOut } = lossesIn(losses);
  return { listed: listed.map((loss) => withRoutes(loss, routes)), leftOut };
}

function withRoutes({ kind, requests, ...indexes }: DescribedLoss, routes: readonly CompiledRoute[]): TokenLoss {
  const at = (index: number): CompiledRoute => {
    const route = routes[index];
    if (route === undefined) throw new OperatorError(`The deployment names a route ${index}, which it does not have.`);
    return route;
  };
  const route = at(indexes.route);
  const inWords = requestsInWords(requests, route, routes);
  return { kind, route, requests, inWords, denied: at(indexes.denied), because: indexes.because.map(at) };
}

/** The losses of a token with these scopes: it may call `route` and one of `because`, but not `denied`. */
export function lossesWith(scopes: ReadonlySet<string>, losses: readonly TokenLoss[]): readonly TokenLoss[] {
  return losses.flatMap((loss) => {
    const because = loss.because.filter((route) => isOpenTo(route, scopes));
    if (because.length === 0 || !isOpenTo(loss.route, scopes) || isOpenTo(loss.denied, scopes)) return [];
    return [{ ...loss, because }];
  });
}

export function isOpenTo(route: CompiledRoute, scopes: ReadonlySet<string>): boolean {
  return route.scopes.length === 0 || route.scopes.some((scope) => scopes.has(scope));
}

export const LOST_OF_TOKEN = 'It gets 403 for these requests of them:';

/** One line for each lost request, with the reason. */
export function tokenLossLines({ kind, inWords, ...routes }: TokenLoss): readonly string[] {
  const phrase = lossPhrase({ kind, because: routes.because.map(nameOf), denied: nameOf(routes.denied) });
  return inWords.map((words) => `${words} (${kind}): ${phrase}`);
}

/** The members of a document for `--json`; null: the deployment's description has no losses. */
export function lossMembers(losses: TokenLosses | undefined, documentOf: (loss: TokenLoss) => unknown = lossDocument) {
  return { losses: losses?.listed.map(documentOf) ?? null, lossesLeftOut: losses?.leftOut ?? null };
}

export function lossDocument({ kind, route, requests, inWords, denied, because }: TokenLoss) {
  return { kind, route: nameOf(route), requests, inWords, denied: nameOf(denied), because: because.map(nameOf) };
}
