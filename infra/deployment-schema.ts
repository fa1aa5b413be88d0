import type { Duration } from 'aws-cdk-lib';
import type { RevocationLevel } from '../lambda/revocation-target.ts';
import type { Route } from '../lambda/route.ts';
import type { TrustedIssuer } from '../lambda/trusted-issuer.ts';

/** What an issuer's tokens must look like; its alias is the name under which `issuers` lists it. */
export type IssuerSettings = Omit<TrustedIssuer, 'alias'>;

/** What an authorizer needs to know of its API and its issuers. */
export interface AuthorizerSettings {
  /** Trusted issuers by alias (`^[a-z0-9-]{1,16}$`): the name that revocation entries, logs and metrics use. */
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  /** Every method of the API that the authorizer protects, with the scopes that open it. */
  readonly routes: readonly Route[];
  /**
   * How long API Gateway reuses a decision; also how long a revoked token may keep working if the flush fails.
   * Whole seconds, 0 (every request invokes the authorizer) to 3600.
   * @default 60 seconds
   */
  readonly resultTtl?: Duration;
  /**
   * What an entry in the table can take back. Each level adds one key to the read that every decision makes.
   * @default every level
   */
  readonly revocationLevels?: readonly RevocationLevel[];
  /**
   * Claims handed to the backend, by the name it sees in `requestContext.authorizer`: `{ tenant: 'org_id' }`.
   * @default none: subject, clientId, scope, issuer, jwtId and expiresAt are always there
   */
  readonly contextClaims?: Readonly<Record<string, string>>;
  /**
   * Whether a new entry flushes API Gateway's result cache. Without it, entries take effect when cached decisions
   * expire, after up to `resultTtl`.
   * @default true
   */
  readonly flush?: boolean;
}

/** The one object a team edits, in `infra/deployment.ts`. */
export interface Deployment extends AuthorizerSettings {
  /** None: the stack creates a Cognito user pool and trusts it as `main`. */
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  readonly resultTtl: Duration;
  /**
   * Origins whose pages may read answers, as browsers write them (`https://app.example.com`).
   * Never with credentials: a bearer token is sent by the page itself, so `*` gives a foreign page nothing.
   * @default ['*']
   */
  readonly corsOrigins?: readonly string[];
  /**
   * The protection space that `WWW-Authenticate` names (RFC 9110 section 11.5).
   * @default 'api'
   */
  readonly realm?: string;
  /**
   * Where alarms are mailed; AWS asks that address to confirm once.
   * @default nobody is told
   */
  readonly alarmEmail?: string;
}

/** A deployment that must not be deployed; the message is one sentence: the field, what was found, what to write. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
