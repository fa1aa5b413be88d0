import { Stack } from 'aws-cdk-lib';
import {
  HttpIntegrationType,
  HttpRouteIntegration,
  type HttpRouteIntegrationConfig,
  type PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

export interface FunctionIntegrationProps {
  readonly functionArn: string;
  readonly payloadFormatVersion: PayloadFormatVersion;
}

/**
 * A Lambda proxy integration of an HTTP API, without a permission: see {@link permitHttpApi}.
 *
 * CDK's own writes one permission for each route, of which the policy of a function (20 KB) holds about 30, or one that leaves out
 * the route `$default`.
 */
export class FunctionIntegration extends HttpRouteIntegration {
  private readonly config: HttpRouteIntegrationConfig;

  constructor(id: string, { functionArn, payloadFormatVersion }: FunctionIntegrationProps) {
    super(id);
    this.config = { type: HttpIntegrationType.AWS_PROXY, uri: functionArn, payloadFormatVersion };
  }

  override bind(): HttpRouteIntegrationConfig {
    return this.config;
  }
}

/** The function that routes of an HTTP API may invoke. */
export interface InvokedFunction {
  readonly apiId: string;
  readonly functionArn: string;
  // `*/POST/signals/*` is a method and a path, at any stage.
  /** What follows the API's id in the ARN of a request. */
  readonly requests: string;
}

/** Lets an HTTP API invoke a function by some of its requests. The ARN of a request by the route `$default` ends in `<stage>/$default`. */
export function permitHttpApi(scope: Construct, id: string, { apiId, functionArn, requests }: InvokedFunction): void {
  new CfnPermission(scope, id, {
    action: 'lambda:InvokeFunction',
    principal: 'apigateway.amazonaws.com',
    functionName: functionArn,
    sourceArn: Stack.of(scope).formatArn({ service: 'execute-api', resource: apiId, resourceName: requests }),
  });
}
