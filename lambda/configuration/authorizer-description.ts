import type { CacheKey, CompiledRoute } from '../policy/route.ts';
import type { AuthorizerConfiguration } from './authorizer-environment.ts';

/**
 * What a deployed authorizer says of itself, for the operator's tool: purge times follow from the issuers, the promised
 * revocation lag from the times, and `check` runs the same configuration. CloudFormation hands it out
 * (`DescribeStackResource`) because it stands as metadata, under this key, on the authorizer's function.
 */
export const DESCRIPTION_KEY = 'bearer-authorizer';

export interface AuthorizerDescription {
  readonly configuration: AuthorizerConfiguration;
  readonly routes: readonly CompiledRoute[];
  /** How long API Gateway reuses a decision. */
  readonly resultTtlSeconds: number;
  /** What a decision is reused for. undefined: the token, in a deployment older than this field. */
  readonly cachePer?: CacheKey;
  /** How long one decision can take: the function's timeout. */
  readonly authorizerTimeoutSeconds: number;
  /** Whether entries flush API Gateway's result cache. */
  readonly flush: boolean;
  /** What `lossesText` makes of the requests that are lost. Undefined: the version that deployed it did not say. */
  readonly losses?: string;
}

/** Names of the stack's outputs that the operator's tool and the tests read. */
export const STACK_OUTPUTS = {
  apiUrl: 'ApiUrl',
  table: 'RevocationTableName',
  /** The logical id whose metadata is the `AuthorizerDescription`. */
  authorizer: 'AuthorizerLogicalId',
  /** Only when the stack made its own Cognito issuer. */
  tokenEndpoint: 'TokenEndpoint',
  userPoolId: 'UserPoolId',
  machineClientId: 'MachineClientId',
} as const;
