import { randomUUID } from 'node:crypto';
import { guaranteedLag } from '../../lambda/flush/flush-timing.ts';
import type { ApiKind, Route } from '../../lambda/policy/route.ts';
import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { ClaimNames, TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { authorizerDescription } from '../../ops/stack/revocation-stack.ts';
import { hasLocalIssuer, type IssuingRun, type RunningStack } from '../../ops/stack/running-stack.ts';
import { LocalRunError } from '../errors.ts';

/** What the page must know of the run. Nothing secret: a client's secret stays with the server. */
export interface PageFacts {
  /** Tells this run from another one at the same address. */
  readonly run: string;
  /** The API's address, with the stage unless that is `$default`, without a slash at the end. */
  readonly api: string;
  readonly apiKind: ApiKind;
  /** Those whose tokens the API accepts. */
  readonly issuers: readonly PageIssuer[];
  /** The local authorization server. undefined: the API does not trust it, so that tokens come from elsewhere. */
  readonly signIn: SignInFacts | undefined;
  /** The names of the clients for which the server gets a token. */
  readonly machineClients: readonly string[];
  readonly routes: readonly Route[];
  /** The revocation levels that the authorizer reads. */
  readonly levels: readonly RevocationLevel[];
  /** Where a token has the values of the claims that revoke: by name, the names of the members from the claims on. */
  readonly revocationClaims: Readonly<Record<string, readonly string[]>>;
  /** How long API Gateway reuses a decision. */
  readonly resultTtlSeconds: number;
  /** The bound that needs no flush: from the acknowledged entry to the last Allow. */
  readonly guaranteedLagSeconds: number;
}

/** An issuer that the API trusts, and how its tokens name what entries name. */
export interface PageIssuer extends Pick<TrustedIssuer, 'alias' | 'issuer'> {
  readonly claimNames: Pick<ClaimNames, 'jwtId' | 'session' | 'client' | 'scopes'>;
}

export interface SignInFacts {
  /** The authorization server's address, and the `iss` of its tokens. */
  readonly issuer: string;
  /** The id of the public client with which users sign in. */
  readonly clientId: string;
  /** Those of all routes: the authorization server grants the ones that the user has. */
  readonly scopes: readonly string[];
}

/** @throws LocalRunError for a run whose authorizer has no description */
export function pageFactsOf(running: RunningStack): PageFacts {
  const { api, apiKind, clients } = running;
  const authorizer = authorizerDescription(running.authorizer);
  if (authorizer === undefined) throw new LocalRunError('The authorizer of the run has no description.');
  const { configuration, routes, httpRoutes = routes, resultTtlSeconds, authorizerTimeoutSeconds } = authorizer;
  const { revocationLevels: levels, revocationClaims = {}, issuers } = configuration;
  const own = apiKind === 'http' ? httpRoutes : routes;
  return {
    run: randomUUID(),
    ...{ api, apiKind, levels, revocationClaims, resultTtlSeconds },
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
