import { Names } from 'aws-cdk-lib';
import { CfnAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { Construct } from 'constructs';
import { HTTP_IDENTITY_SOURCES } from '../../lambda/event/http-api.ts';
import { type ApiAuthorizerProps, invocationArn } from './rest-api-authorizer.ts';

/**
 * API Gateway's authorizer of one HTTP API.
 *
 * By `CfnAuthorizer`, because CDK's `HttpAuthorizer` for Lambda functions cannot answer payload 2.0 with a policy (aws-cdk issue 21492).
 */
export class HttpApiAuthorizer extends Construct {
  readonly resource: CfnAuthorizer;

  constructor(scope: Construct, id: string, { apiId, functionArn, resultTtl, cachePer }: ApiAuthorizerProps) {
    super(scope, id);
    this.resource = new CfnAuthorizer(this, 'Resource', {
      name: Names.uniqueId(this),
      apiId,
      authorizerUri: invocationArn(this, functionArn),
      authorizerResultTtlInSeconds: resultTtl.toSeconds(),
      identitySource: [...HTTP_IDENTITY_SOURCES[cachePer]],
      ...ANSWER_BY_POLICY,
    });
  }

  get authorizerId(): string {
    return this.resource.ref;
  }
}

/**
 * The function answers with a policy, which is evaluated for every request and ends with the token. A simple response would open every
 * route of the API to a token that may call one.
 */
export const ANSWER_BY_POLICY = {
  authorizerType: 'REQUEST',
  authorizerPayloadFormatVersion: '2.0',
  enableSimpleResponses: false,
} as const;
