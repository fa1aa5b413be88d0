import type { Duration } from 'aws-cdk-lib';
import type { IgnorableParameter, SignatureAlgorithm } from '../../lambda/token/trusted-issuer.ts';

/** What every preset lets a team change. */
export interface CommonOptions {
  /** Clients that may use the API. @default any client of this issuer */
  readonly clients?: readonly string[];
  /**
   * By how much the issuer's clock and AWS's may differ, 0 to 60 s: a token dated that far ahead is accepted, and the
   * authorizer accepts one that has ended that long ago, although its policy has ended too (403).
   * @default 5 seconds
   */
  readonly clockTolerance?: Duration;
  /**
   * When a token ends after it was issued, whatever it says itself, up to 31 days. Entries that revoke "everything
   * until now" stay in the table that long.
   * @default 24 hours
   */
  readonly maxTokenAge?: Duration;
  /**
   * Aliases that this issuer had in earlier deployments, at most 4: entries under them go on revoking. Each adds the keys of
   * all levels to the read of every decision.
   * @default none: entries under any other alias revoke nothing
   */
  readonly formerAliases?: readonly string[];
  /**
   * Header parameters that this issuer's tokens may carry although tokens with them are rejected: `zip` for PingAM, `jku`
   * for SAP XSUAA. They are ignored: no key is fetched from where they point to.
   * @default none
   */
  readonly ignoredHeaderParameters?: readonly IgnorableParameter[];
}

export interface Auth0Options extends CommonOptions {
  /** The tenant's host, or its custom domain: `acme.eu.auth0.com`. */
  readonly domain: string;
  /** The API's identifier in Auth0. */
  readonly audience: string | readonly string[];
  /**
   * The API's "JSON Web Token (JWT) Profile". Auth0's own has no `jti`: its tokens are revoked by `th#` entries.
   * @default 'rfc9068': set the API to it in Auth0's dashboard
   */
  readonly profile?: 'rfc9068' | 'auth0';
  /**
   * Count the `permissions` claim (RBAC) as scopes. It lists all that the user may do, also what the client did not ask for.
   * @default false
   */
  readonly permissions?: boolean;
}

export interface CognitoOptions extends Omit<CommonOptions, 'clients'> {
  /** `eu-central-1_AbCdEfGhI`: the Region is part of it. */
  readonly userPoolId: string;
  /** App clients that may use the API; most of Cognito's access tokens have no audience, so they must be named. */
  readonly clients: readonly string[];
  /**
   * Audiences of tokens that a client asked for with a `resource` (resource binding). A token without `aud` passes too.
   * @default none: a token that has an `aud` was made for another API, and is rejected
   */
  readonly audience?: string | readonly string[];
  /**
   * The resource server whose scopes the routes name: Cognito writes `<identifier>/<scope>`.
   * @default scopes count as Cognito writes them
   */
  readonly resourceServer?: string;
}

/** Hosts of Microsoft's national clouds: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
export const ENTRA_HOSTS = {
  global: 'login.microsoftonline.com',
  usGovernment: 'login.microsoftonline.us',
  china: 'login.partner.microsoftonline.cn',
} as const;

export interface EntraIdOptions extends CommonOptions {
  /** The directory's GUID; `common` and `organizations` would trust every tenant there is. */
  readonly tenantId: string;
  /** The API's application (client) id: the audience of v2.0 access tokens, never its `api://…` URI. */
  readonly audience: string | readonly string[];
  /** @default 'global' */
  readonly cloud?: keyof typeof ENTRA_HOSTS;
}

export interface KeycloakOptions extends CommonOptions {
  /** Where Keycloak runs, without `/realms/…`: `https://sso.acme.example`. */
  readonly url: string;
  readonly realm: string;
  /** What an audience mapper puts into `aud`. */
  readonly audience: string | readonly string[];
  /** Count realm roles as scopes. @default false */
  readonly realmRoles?: boolean;
  /** The realm's signature algorithm. @default ['RS256'] */
  readonly algorithms?: readonly SignatureAlgorithm[];
}

export interface OktaOptions extends CommonOptions {
  /** The organisation's host, or its custom domain: `acme.okta.com`. */
  readonly domain: string;
  /** The custom authorization server; tokens of the organisation's own are not meant for other APIs. @default 'default' */
  readonly authorizationServerId?: string;
  readonly audience: string | readonly string[];
}

export interface GoogleOptions extends Omit<CommonOptions, 'clients'> {
  /** OAuth clients whose ID tokens open the API: their `aud`. */
  readonly clientIds: readonly string[];
  /**
   * Google's access tokens are not JWTs. ID tokens say who signed in, not what a client may do: they carry no scope, so
   * they open only routes that ask for none, and whoever gets hold of one can use it here.
   */
  readonly acceptIdTokens: true;
  /** The Workspace domain that accounts must belong to (`hd`). @default any Google account */
  readonly hostedDomain?: string;
}

export interface OidcOptions extends CommonOptions {
  /** Exactly as the tokens' `iss` says, with or without the slash at its end. */
  readonly issuer: string;
  readonly audience: string | readonly string[];
  /** The key set's address. @default found by discovery under the issuer */
  readonly jwksUri?: string;
  /** @default ['RS256'] */
  readonly algorithms?: readonly SignatureAlgorithm[];
}
