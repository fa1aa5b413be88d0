import { ArnFormat, type Duration, Names, Stack } from 'aws-cdk-lib';
import { Authorizer, CfnAuthorizer, type IRestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { REQUEST_IDENTITY_SOURCES } from '../../lambda/event/rest-request.ts';
import type { CacheKey } from '../../lambda/policy/route.ts';
import { AUTHORIZATION_TOKEN_PATTERN } from '../../lambda/token/bearer-token.ts';
import { apiBehind } from '../template/api-identity.ts';

export interface ApiAuthorizerProps {
  /** The API's id, as the stack of this authorizer may write it. */
  readonly apiId: string;
  /** The ARN of the authorizer's function. */
  readonly functionArn: string;
  readonly resultTtl: Duration;
  readonly cachePer: CacheKey;
}

export interface RestApiAuthorizerProps extends ApiAuthorizerProps {
  /** Called with each object of the API whose methods get the authorizer. */
  readonly onApi: (api: IRestApi) => void;
}

/** API Gateway's authorizer of one REST API. */
export class RestApiAuthorizer extends Authorizer {
  readonly authorizerId: string;
  readonly resource: CfnAuthorizer;
  private readonly onApi: RestApiAuthorizerProps['onApi'];

  constructor(
    scope: Construct,
    id: string,
    { apiId, functionArn, resultTtl, cachePer, onApi }: RestApiAuthorizerProps,
  ) {
    super(scope, id);
    this.onApi = onApi;
    this.resource = new CfnAuthorizer(this, 'Resource', {
      name: Names.uniqueId(this),
      restApiId: apiId,
      authorizerUri: invocationArn(this, functionArn),
      authorizerResultTtlInSeconds: resultTtl.toSeconds(),
      ...IDENTITY[cachePer],
    });
    this.authorizerId = this.resource.ref;
  }

  /** @internal */
  override _attachToApi(api: IRestApi): void {
    if (apiBehind(api.restApiId, api) !== apiBehind(this.resource.restApiId, this)) {
      throw new Error(
        `The authorizer ${this.node.path} belongs to another API than ${api.node.path}: ` +
          `give the methods of ${api.node.path} the forApi(api) of their own API.`,
      );
    }
    this.onApi(api);
  }
}

/** The properties that decide API Gateway's cache key. Only TOKEN authorizers take a validation expression. */
export const IDENTITY = {
  token: {
    type: 'TOKEN',
    identitySource: 'method.request.header.Authorization',
    identityValidationExpression: AUTHORIZATION_TOKEN_PATTERN,
  },
  route: { type: 'REQUEST', identitySource: REQUEST_IDENTITY_SOURCES.join(',') },
} as const satisfies Readonly<Record<CacheKey, object>>;

/**
 * Lets API Gateway invoke the function for every authorizer of one API.
 *
 * Not for a single authorizer's id: when an authorizer of another kind replaces it, stages ask the former one until they are deployed
 * again, and CloudFormation may move them to the new one before the new permission exists. Either would mean 500 for every request.
 *
 * The permission belongs to the API's stack. CDK's `TokenAuthorizer` puts it into the function's stack, which makes the two stacks
 * depend on each other.
 */
export function permitInvocations(
  scope: Construct,
  id: string,
  { apiId, functionArn }: Pick<ApiAuthorizerProps, 'apiId' | 'functionArn'>,
): void {
  new CfnPermission(scope, id, {
    action: 'lambda:InvokeFunction',
    principal: 'apigateway.amazonaws.com',
    functionName: functionArn,
    sourceArn: authorizersArn(scope, apiId),
  });
}

/** The URI by which API Gateway names the function to invoke. */
export function invocationArn(scope: Construct, functionArn: string): string {
  return Stack.of(scope).formatArn({
    service: 'apigateway',
    account: 'lambda',
    resource: 'path',
    resourceName: `2015-03-31/functions/${functionArn}/invocations`,
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

/** An ARN that matches all authorizers of an API. */
export function authorizersArn(scope: Construct, apiId: string): string {
  return Stack.of(scope).formatArn({ service: 'execute-api', resource: apiId, resourceName: 'authorizers/*' });
}
