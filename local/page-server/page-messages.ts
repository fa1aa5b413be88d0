import type { ApiKind, Route } from '../../lambda/policy/route.ts';
import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { ClaimNames, TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';

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

/** The answer to `/revocations` and `/restorations`. */
export interface CommandAnswer {
  /** What the operator's program prints. */
  readonly text: string;
  /** What it prints with `--json`. */
  readonly document: unknown;
  /** When the server began, in milliseconds since the epoch. The browser's clock may differ from the one of the run's events. */
  readonly askedAt: number;
  /** When the server had the answer of DynamoDB, in milliseconds since the epoch. */
  readonly at: number;
}

/** The answer to `/machine-token`, by the names of RFC 6749 section 5.1. */
export interface TokenResponse {
  readonly access_token: string;
  /** Seconds. */
  readonly expires_in?: number;
}
