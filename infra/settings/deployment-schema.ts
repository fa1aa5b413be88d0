import type { Duration } from 'aws-cdk-lib';
import type { ITable, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { ApiKind, CacheKey, Route } from '../../lambda/policy/route.ts';
import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import type { SignalOptions } from './signal-options.ts';
import type { SignalSource } from './signal-schema.ts';
import type { Throttle } from './values/throttle.ts';

/** `Table` and `TableV2` are not assignable to `ITable` under exactOptionalPropertyTypes. */
export type AnyTable = ITable | Table | TableV2;

/** What an issuer's tokens must look like. Its alias is the name under which `issuers` lists it. */
export type IssuerSettings = Omit<TrustedIssuer, 'alias'>;

/** The settings of an authorizer. */
export interface AuthorizerSettings {
  /** Trusted issuers by alias (`^[a-z0-9-]{1,16}$`). Revocation entries, logs and metrics name an issuer by its alias. */
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  /**
   * Every method of the API that the authorizer protects, with the scopes that open it. Where several APIs use the authorizer, each
   * of them has all of these methods.
   */
  readonly routes: readonly Route[];
  /**
   * How long API Gateway reuses a decision, in whole seconds from 0 (every request invokes the authorizer) to 3600. A revoked token
   * keeps working for up to this time if the flush fails.
   * @default 60 seconds
   */
  readonly resultTtl?: Duration;
  /**
   * What API Gateway caches a decision for.
   *
   * - `token`: one decision serves all routes of the API, so most requests cost no invocation. With some route tables, a few requests
   *   that the token's scopes grant get 403; synth lists them.
   * - `route`: one decision serves one token on one route, by a REQUEST authorizer. It is exact for every table. Each route that a
   *   token calls costs a decision of its own.
   * @default 'token'
   */
  readonly cachePer?: CacheKey;
  /**
   * The levels at which entries can revoke. Each level adds one key to the table read of every decision; `claim` adds one for each of
   * `revocationClaims` that the token has.
   * @default every level
   */
  readonly revocationLevels?: readonly RevocationLevel[];
  /**
   * Claims at whose values entries can revoke, by a name of your own (`^[a-z][a-z0-9-]{0,15}$`): `{ tenant: 'org_id', agent: 'act.sub' }`
   * makes `revoke claim tenant=acme` reject the tokens of one tenant. At most 2. A path has dots between its names, or is a list of
   * names that may hold dots themselves (`['https://acme.example/org']`). Each claim that a token has adds one key to the table read of
   * its decision. A token whose claim is neither text of 1 to 255 characters nor a whole number is rejected, because no entry could
   * name it; null and an empty text count as absent.
   * @default none: the level `claim` is not read
   */
  readonly revocationClaims?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Claims to pass to the backend, by the name under which it finds them in `requestContext.authorizer`: `{ tenant: 'org_id' }`. At
   * most 10.
   * @default none: only subject, clientId, scope, issuer, jwtId and expiresAt are there
   */
  readonly contextClaims?: Readonly<Record<string, string>>;
  /**
   * Whether a new entry flushes API Gateway's result cache. If false, entries take effect when cached decisions expire, after up to
   * `resultTtl`, and mistyped or break-glass entries raise no alarm, because the flusher is what inspects entries.
   * @default true
   */
  readonly flush?: boolean;
  /**
   * The number of concurrent decisions to reserve for the authorizer, which is also its maximum. Past the maximum, requests whose
   * decision is not cached get 503.
   * @default none reserved: the authorizer shares the account's concurrency with all other functions
   */
  readonly reservedConcurrency?: number;
  /**
   * The KMS key of the table, the logs, the alarms' topic and the audit trail: `create` for a new key, or the ARN of a key whose policy
   * lets CloudWatch Logs, CloudWatch alarms and, with `auditTrail`, CloudTrail use it. Every decision then also depends on KMS, unless
   * DynamoDB has cached the data key.
   * @default AWS's own keys
   */
  readonly encryptionKey?: string;
  /**
   * Whether a CloudTrail trail records who writes and deletes entries, in an encrypted bucket that outlives the stack. It records no
   * reads, and so no decisions. The records contain the targets of entries, subjects among them. AWS charges about 0.10 US dollars for
   * 100,000 writes, and for the storage; an account can have five trails in a Region.
   * @default false: only an entry's `revokedBy` says who wrote it, and the writer can put any name there
   */
  readonly auditTrail?: boolean;
  /**
   * Whether the authorizer reads the table at DynamoDB's FIPS 140 endpoint. Only Regions in the United States and Canada have one;
   * GovCloud and the isolated Regions have no separate one, so leave it out there.
   * @default false
   */
  readonly fipsEndpoint?: boolean;
  /**
   * `required` makes synth reject a route table with a policy that is not exact, and list the requests that would be lost.
   *
   * One policy is cached for all routes of a token, and IAM's wildcards cross slashes. So in some tables a request whose parameter
   * equals a literal of another route gets 403 although the token's scopes grant it. A policy never allows more than the scopes do.
   * Requests that API Gateway might hand to another route, by a reading that AWS does not document, remain a warning: no policy can be
   * exact under every reading.
   * @default such requests are listed in a warning
   */
  readonly exactPolicies?: 'required';
  /**
   * Routes that some tokens may lose as a whole, by name: `['GET /t/{tenant}/billing/{invoice}/pdf']`. A token with certain
   * combinations of scopes gets 403 there although one of its scopes grants the route. Naming a route that no token loses is an error.
   * @default none: synth rejects a table in which a token loses a route, and names the route and the scopes
   */
  readonly acceptedLosses?: readonly string[];
  /**
   * The maximum size of the authorizer's answer, in bytes, from 8192 to 262144; its policy may take 2048 bytes less. API Gateway
   * documents 8192 for WebSocket APIs and no limit for REST APIs. It might answer 500 to a token with a longer answer, so synth warns.
   * @default 8192
   */
  readonly maxAnswerBytes?: number;
  /**
   * An existing table for the revocation entries: a table of your app, an imported one (`Table.fromTableAttributes`), or ARNs. Its
   * partition key must be `target`, and its stream must show new images. TTL on `purgeAt`, deletion protection and recovery are yours
   * to set. A stream serves two readers, which is what the flusher needs, so remove any other flusher first.
   * @default a new table, which outlives the stack. Entries of any other table revoke nothing
   */
  readonly revocationTable?: AnyTable | ExistingTable;
  /**
   * Names of the roles that may change the settings of the new table; `*` is a wildcard. Name yours if CloudFormation deploys with a
   * role that `cdk bootstrap` did not create.
   * @default ['cdk-*-cfn-exec-role-*']
   */
  readonly deploymentRoles?: readonly string[];
}

/** A table that another stack created, or that outlived its stack. */
export interface ExistingTable {
  /** The ARN of the table. */
  readonly tableArn: string;
  /**
   * The ARN of the table's stream (`LatestStreamArn`).
   * @default none: allowed only where `flush` is false
   */
  readonly tableStreamArn?: string;
  /**
   * The ARN of the KMS key that encrypts the table.
   * @default the key that the setting `encryptionKey` names by its ARN, or AWS's own
   */
  readonly encryptionKeyArn?: string;
}

/** The settings of a stack of this repository. */
export interface StackSettings extends AuthorizerSettings {
  /**
   * The kind of the API. An HTTP API costs less and answers sooner, and says less when it rejects: it has no challenge, no problem details
   * and no `Retry-After`, and no web ACL. Its stage is `$default`, and preflights are answered by the CORS configuration of the API.
   *
   * **Another kind is another API, of another id and address**: the deployment creates it, and then deletes the present one. Clients and
   * custom domains have to follow. The revocation table with its entries, the functions and their logs stay.
   * @default 'rest'
   */
  readonly api?: ApiKind;
  /** Trusted issuers by alias. If there are none, the stack creates a Cognito user pool and trusts it as `main`. */
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  readonly resultTtl: Duration;
  /**
   * Origins whose pages may read responses, as browsers write them (`https://app.example.com`). Credentials are never allowed: the page
   * itself sends the bearer token, so `*` gives a foreign page nothing.
   * @default ['*']
   */
  readonly corsOrigins?: readonly string[];
  /**
   * The protection space that `WWW-Authenticate` names (RFC 9110 section 11.5).
   * @default 'api'
   */
  readonly realm?: string;
  /**
   * The address under which clients know the API, without a slash at the end (`https://api.acme.example`). The API's metadata (RFC 9728)
   * names it, and clients that read the metadata request tokens for it (RFC 8707): the issuer must accept it, and `audience` must name it.
   * @default the address that API Gateway gives to the API and its stage
   */
  readonly resource?: string;
  /**
   * The address to which alarms are mailed. AWS asks it once to confirm.
   * @default alarms notify nobody
   */
  readonly alarmEmail?: string;
  /**
   * Whether the stack creates the role with which API Gateway writes logs for **the whole account** in this Region, and replaces the
   * role that is set there. Write true in an account without one (`aws apigateway get-account` shows no `cloudwatchRoleArn`), where the
   * deployment otherwise fails with "CloudWatch Logs role ARN must be set in account settings".
   * @default false: the account's role stays as it is
   */
  readonly accountLogsRole?: boolean;
  /**
   * The addresses to which sign-in at the stack's own user pool may send the browser or the app back: `https://…`, a scheme of an app
   * (`com.acme.orders://signed-in`), or `http://localhost`. Clients have to send one of them as it is written here. Only where `issuers`
   * is empty.
   * @default each of `corsOrigins` with a slash after it; `http://localhost:3000/` where every origin is allowed, or none
   */
  readonly callbackUrls?: readonly string[];
  /**
   * The addresses to which sign-out at the stack's own user pool may send the browser back, by the rules of `callbackUrls`.
   * @default the callback URLs
   */
  readonly logoutUrls?: readonly string[];
  /**
   * Tags for every resource of the stack that takes tags, in addition to `application: 'bearer-authorizer'` and, of a stage, `stage`.
   * They may replace these two. AWS shows tags to everybody who may list resources.
   * @default none more
   */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default the account's limits: 10,000 requests per second and 5,000 at once, shared by all its APIs in the Region */
  readonly throttle?: Throttle;
  /**
   * The web ACL (AWS WAF) in front of the API: `managed-rules` for a new one with AWS's rules and a limit for each address, or the ARN of
   * yours. Requests that AWS's rules block, such as bodies over 8 KB, get 403 without `WWW-Authenticate`; requests over the limit get 429.
   * @default none
   */
  readonly webAcl?: string;
  /**
   * The number of requests that `managed-rules` accepts from one address within five minutes. All clients behind one NAT share an address.
   * @default 10,000: about 33 per second
   */
  readonly requestsPerAddress?: number;
  /**
   * Sources of signals by name (`^[a-z0-9-]{1,16}$`), each made by a preset: `{ auth0: auth0Signals({ … }), app: tokenRevocation() }`.
   * Sign-outs, password changes and disabled users at the provider become revocation entries. The API gets the endpoints that the sources
   * need, below `/signals`.
   * @default none, but for the stack's own user pool (see `cognitoTrail`), whose source is called `cognito`
   */
  readonly signals?: Readonly<Record<string, SignalSource>>;
  /**
   * How the receiver of signals runs: `{ flushEvery: Duration.seconds(60) }`.
   * @default the default of each option
   */
  readonly signalOptions?: SignalOptions;
  /**
   * Whether sign-out, password reset, disabling and deletion in the stack's own user pool revoke, and by which CloudTrail trail the stack
   * learns of them. Only where `issuers` is empty.
   *
   * - `create`: a new trail of the Region's management events. Where the account has another one, AWS charges 2.00 US dollars for 100,000
   *   events.
   * - `exists`: a trail of the account, or of its organisation, logs them already.
   * - `none`: tokens of the pool are valid until they expire, or somebody revokes them.
   * @default 'create'; 'none' where `revocationLevels` leaves out `subject`
   */
  readonly cognitoTrail?: 'create' | 'exists' | 'none';
  /**
   * The name of the CloudFormation stack. **Another name is another stack, with an API of another address and a new, empty revocation
   * table**: entries in the old table revoke nothing in it (`revocations upgrade` says so before the deployment).
   * @default 'bearer-authorizer', and `<stackName>-<stage>` for each of `stages`
   */
  readonly stackName?: string;
}

/** The one object that a team edits, in `infra/deployment.ts`. */
export interface Deployment extends StackSettings {
  /**
   * The stages of the deployment (not API Gateway's stages), each a stack of its own with its own API and table. A stage has all
   * settings from above, except for those that it sets itself: `{ dev: { resultTtl: Duration.seconds(5) }, prod: { alarmEmail: … } }`
   * makes the stacks `bearer-authorizer-dev` and `bearer-authorizer-prod`. A stack that was deployed before there were stages goes on
   * as the stage that has its name: `prod: { stackName: 'bearer-authorizer' }`.
   * @default one stack
   */
  readonly stages?: Readonly<Record<string, Partial<StackSettings>>>;
}
