import { guaranteedLag } from '../../lambda/flush/flush-timing.ts';
import type { Route } from '../../lambda/policy/route.ts';
import { authorizerDescription } from '../../ops/stack/revocation-stack.ts';
import { hasLocalIssuer, type IssuingRun, type RunningStack } from '../../ops/stack/running-stack.ts';
import { LocalRunError } from '../errors.ts';
import type { PageFacts, SignInFacts } from './page-messages.ts';

/**
 * @param run - tells this run from another one at the same address
 * @throws LocalRunError for a run whose authorizer has no description
 */
export function pageFactsOf(running: RunningStack, run: string): PageFacts {
  const { api, apiKind, clients } = running;
  const authorizer = authorizerDescription(running.authorizer);
  if (authorizer === undefined) throw new LocalRunError('The authorizer of the run has no description.');
  const { configuration, routes, httpRoutes = routes, resultTtlSeconds, authorizerTimeoutSeconds } = authorizer;
  const { revocationLevels: levels, revocationClaims = {}, issuers } = configuration;
  const own = apiKind === 'http' ? httpRoutes : routes;
  return {
    ...{ run, api, apiKind, levels, revocationClaims, resultTtlSeconds },
    issuers: issuers.map(({ alias, issuer, claimNames }) => ({ alias, issuer, claimNames })),
    signIn: hasLocalIssuer(running) ? signInFactsOf(running, own) : undefined,
    machineClients: clients.map(({ clientId }) => clientId),
    routes: own.map(({ method, path, scopes }) => ({ method, path, scopes })),
    guaranteedLagSeconds: guaranteedLag(resultTtlSeconds, authorizerTimeoutSeconds),
  };
}

function signInFactsOf({ issuer, app }: IssuingRun, routes: readonly Route[]): SignInFacts {
  return { issuer, clientId: app.clientId, scopes: [...new Set(routes.flatMap(({ scopes }) => scopes))] };
}
