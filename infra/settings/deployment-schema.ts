import type { Duration } from 'aws-cdk-lib';
import type { ITable, Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { CacheKey, Route } from '../../lambda/policy/route.ts';
import type { RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';

/** CDK's own classes miss their interface where a project compiles with exactOptionalPropertyTypes. */
export type AnyTable = ITable | Table | TableV2;

/** What an issuer's tokens must look like; its alias is the name under which `issuers` lists it. */
export type IssuerSettings = Omit<TrustedIssuer, 'alias'>;

/** What an authorizer needs to know of its API and its issuers. */
export interface AuthorizerSettings {
  /** Trusted issuers by alias (`^[a-z0-9-]{1,16}$`): the name that revocation entries, logs and metrics use. */
  readonly issuers: Readonly<Record<string, IssuerSettings>>;
  /** Every method of the API that the authorizer protects, with the scopes that open it; each of several APIs has them all. */
  readonly routes: readonly Route[];
  /**
   * How long API Gateway reuses a decision; also how long a revoked token may keep working if the flush fails.
   * Whole seconds, 0 (every request invokes the authorizer) to 3600.
   * @default 60 seconds
   */
  readonly resultTtl?: Duration;
  /**
   * What API Gateway caches a decision for. `token`: one decision serves all routes of the API, so most requests cost no
   * invocation; some route tables lose requests (403), which synth lists. `route`: one decision for each token and route, by a
   * REQUEST authorizer; exact for every table, and every route that a token calls costs a decision of its own.
   * @default 'token'
   */
  readonly cachePer?: CacheKey;
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
   * expire, after up to `resultTtl`, and nobody is told of mistyped or break-glass entries: the flusher inspects them.
   * @default true
   */
  readonly flush?: boolean;
  /**
   * Concurrent decisions kept free for the authorizer, and the most it may have: past them, and past the account's where
   * none are reserved, clients with a token that is not cached get 503.
   * @default the account's concurrency, shared with all its functions
   */
  readonly reservedConcurrency?: number;
  /**
   * KMS key of the table, the logs, the alarms' topic and the audit trail: `create`, or the ARN of a key whose policy lets
   * CloudWatch Logs, CloudWatch alarms and, with `auditTrail`, CloudTrail use it. Every decision then asks KMS too, unless DynamoDB has the data key at hand.
   * @default AWS's own keys
   */
  readonly encryptionKey?: string;
  /**
   * Whether a CloudTrail trail records who writes and deletes entries, in an encrypted bucket that outlives the stack.
   * Decisions are not recorded, and neither are other reads. AWS charges about 0.10 US dollars for 100,000 writes, and for
   * the storage; an account has five trails in a Region. The records name the targets of entries, subjects among them.
   * @default false: only an entry's `revokedBy` says who wrote it, and whoever writes it can write any name
   */
  readonly auditTrail?: boolean;
  /**
   * Read the table at DynamoDB's FIPS 140 endpoint: in the United States and Canada. GovCloud and the isolated Regions have
   * no separate one, so leave it out there.
   * @default false
   */
  readonly fipsEndpoint?: boolean;
  /**
   * `required`: a table with a policy that is not exact is an error, which lists the requests that are lost. A policy is cached
   * for all routes of a token, and IAM's wildcards cross slashes: where a parameter equals a literal of another route, a few tables
   * cost a request that the token's scopes grant (403). Never does a policy allow more than they do. Requests that API Gateway may
   * hand to another route, by a reading that AWS does not document, stay a warning: no policy can be exact under every reading.
   * @default such requests are listed in a warning
   */
  readonly exactPolicies?: 'required';
  /**
   * Routes that some tokens may lose as a whole, by name: `['GET /t/{tenant}/billing/{invoice}/pdf']`. A token with the wrong
   * mixture of scopes gets 403 there although one of its scopes grants the route. A route that no token loses is an error.
   * @default none: a table in which a token loses a route is an error, which names the route and the scopes
   */
  readonly acceptedLosses?: readonly string[];
  /**
   * The longest answer that the authorizer may give, in bytes, from 8192 to 262144; the policy has 2048 less. API Gateway documents 8192
   * for WebSocket APIs and nothing for REST APIs: beyond that it might answer such a token with 500, so that synth warns.
   * @default 8192
   */
  readonly maxAnswerBytes?: number;
  /**
   * The table with the revocation entries, where it exists already: a table of your app, an imported one
   * (`Table.fromTableAttributes`), or the ARNs of one. Its partition key must be `target`, its stream must show new images.
   * TTL on `purgeAt`, deletion protection and recovery are yours to set. Remove the flusher that reads its stream already:
   * a stream serves two readers, and each flusher is two.
   * @default a new table, which outlives the stack: entries of another table revoke nothing
   */
  readonly revocationTable?: AnyTable | ExistingTable;
  /**
   * Names of roles that may change the table's settings, `*` allowed. Name yours where CloudFormation deploys by a role
   * that `cdk bootstrap` did not make.
   * @default ['cdk-*-cfn-exec-role-*']
   */
  readonly deploymentRoles?: readonly string[];
}

/** A table that another stack made, or left behind. */
export interface ExistingTable {
  readonly tableArn: string;
  /** `LatestStreamArn` of the table. Needed unless `flush` is false. */
  readonly tableStreamArn?: string;
  /** @default the key that the setting `encryptionKey` names by its ARN, or AWS's own */
  readonly encryptionKeyArn?: string;
}

/** Requests that the API takes; what is more gets 429, before the authorizer is asked. */
export interface Throttle {
  /** Requests per second, in the long run. */
  readonly rate: number;
  /** Requests at once. */
  readonly burst: number;
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
  /**
   * Whether the stack makes the role by which API Gateway writes logs for **the whole account** in this Region, in place of
   * the role that is set there. Write true in an account that has none yet (`aws apigateway get-account` shows no
   * `cloudwatchRoleArn`): the deployment fails there otherwise, with "CloudWatch Logs role ARN must be set in account settings".
   * @default false: the account's role stays as it is
   */
  readonly accountLogsRole?: boolean;
  /** @default the account's: 10,000 requests per second, 5,000 at once, shared by all its APIs in the Region */
  readonly throttle?: Throttle;
  /**
   * The web ACL (AWS WAF) before the API: `managed-rules` for a new one with AWS's rules and a limit for each address, or
   * the ARN of yours. What AWS's rules block, bodies over 8 KB among it, gets 403 without `WWW-Authenticate`; what is over
   * the limit gets 429.
   * @default none
   */
  readonly webAcl?: string;
  /**
   * Requests that `managed-rules` takes of one address within five minutes. All clients behind one NAT count as one.
   * @default 10,000: some 33 per second
   */
  readonly requestsPerAddress?: number;
}
