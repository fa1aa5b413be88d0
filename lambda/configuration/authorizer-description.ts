import { gunzipSync, gzipSync } from 'node:zlib';
import type { LossKind } from '../policy/lost-requests.ts';
import type { ApiKind, CacheKey, CompiledRoute } from '../policy/route.ts';
import type { AuthorizerConfiguration } from './environment.ts';

/**
 * The key of the metadata on the authorizer's function that describes it to the operator's tool: purge times follow from the
 * issuers, the promised revocation lag from the times, and `check` runs the same configuration. CloudFormation hands it out
 * (`DescribeStackResource`).
 */
export const DESCRIPTION_KEY = 'bearer-authorizer';

export interface AuthorizerDescription {
  readonly configuration: AuthorizerConfiguration;
  /** The routes of the REST APIs; those of the HTTP APIs where there is no other. */
  readonly routes: readonly CompiledRoute[];
  /** The kinds of the APIs behind the authorizer. undefined: REST, because the deployment is older than this field. */
  readonly apis?: readonly ApiKind[];
  /** The routes of the HTTP APIs. undefined: `routes`, because they select alike, or are the only kind. */
  readonly httpRoutes?: readonly CompiledRoute[];
  /** How long API Gateway reuses a decision. */
  readonly resultTtlSeconds: number;
  /** What a decision is reused for. undefined: the token, because the deployment is older than this field. */
  readonly cachePer?: CacheKey;
  /** How long one decision can take: the function's timeout. */
  readonly authorizerTimeoutSeconds: number;
  /** Whether entries flush API Gateway's result cache. */
  readonly flush: boolean;
  /** `lossesText` of the requests that are lost. undefined: the version that deployed it did not say. */
  readonly losses?: string;
  /** `lossesText` of the requests that HTTP APIs lose, next to `httpRoutes`. */
  readonly httpLosses?: string;
}

/** Names of the stack's outputs that the operator's tool and the tests read. */
export const STACK_OUTPUTS = {
  apiUrl: 'ApiUrl',
  table: 'RevocationTableName',
  /** The logical id whose metadata is the `AuthorizerDescription`. */
  authorizer: 'AuthorizerLogicalId',
  /** The logical id whose metadata is the `SignalsDescription`. Only when the stack receives signals. */
  signals: 'SignalsLogicalId',
  /** Only when the stack made its own Cognito issuer. */
  tokenEndpoint: 'TokenEndpoint',
  userPoolId: 'UserPoolId',
  machineClientId: 'MachineClientId',
} as const;

/** Requests that get 403 although the token's scopes grant the route, as a deployment tells operators. */
export interface DescribedLosses {
  readonly listed: readonly DescribedLoss[];
  /** How many more losses the table has: a template holds only so many. */
  readonly leftOut: number;
}

/** Numbers are indexes in the table. A token with `route` and one of `because`, but without `denied`, has the loss. */
export interface DescribedLoss {
  readonly kind: LossKind;
  readonly route: number;
  /** `GET /users/{id}/photos/roles`; `…` stands for one segment or more. */
  readonly requests: readonly string[];
  readonly denied: number;
  readonly because: readonly number[];
}

/**
 * Characters in a template of 1 MB, which has the routes next to them. Of 5,293 tables of public APIs (`npm run test:real-apis`),
 * seven have more losses than that.
 */
const MAX_TEXT_LENGTH = 50_000;

/** The first losses, as many as a template holds, as compressed text: losses repeat each other. */
export function lossesText(losses: readonly DescribedLoss[], count = losses.length): string {
  const text = compressed({ listed: losses.slice(0, count), leftOut: losses.length - count });
  if (text.length <= MAX_TEXT_LENGTH) return text;
  const share = MAX_TEXT_LENGTH / text.length;
  return lossesText(losses, Math.floor(count * Math.min(share, 0.9)));
}

function compressed(losses: DescribedLosses): string {
  return gzipSync(JSON.stringify(losses)).toString('base64');
}

/** @throws for text that `lossesText` did not make */
export function lossesIn(text: string): DescribedLosses {
  return JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()) as DescribedLosses;
}
