import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CorsOptions,
  LambdaIntegration,
  RestApi,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Route } from '../../lambda/policy/route.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import { lambdaAsset } from '../functions/lambda-asset.ts';
import { LambdaFunction } from '../functions/lambda-function.ts';
import { suppressRules } from '../nag-suppressions.ts';
import type { Throttle } from '../settings/values/throttle.ts';
import { createAccessLogs, loggingOptions } from './access-logs.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { addProtectedResourceMetadata } from './protected-resource-metadata.ts';
import { protectStage } from './web-acl.ts';

export const STAGE_NAME = 'v1';

export interface ExampleApiProps {
  readonly routes: readonly Route[];
  readonly authorizer: BearerAuthorizer;
  readonly realm: string;
  /** @default the address that API Gateway gives to the stage */
  readonly resource?: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly throttle?: Throttle | undefined;
  readonly webAcl?: string | undefined;
  /** The limit of the web ACL `managed-rules`. */
  readonly requestsPerAddress?: number | undefined;
  /** @default false: API Gateway writes logs with the role that the account has */
  readonly accountLogsRole?: boolean | undefined;
  /** For the logs. @default AWS's own key */
  readonly encryptionKey?: IKey | undefined;
}

/** A REST API with one method for each route, all answered by the example backend. */
export class ExampleApi extends RestApi {
  readonly accessLogs: LogGroup;

  constructor(scope: Construct, id: string, props: ExampleApiProps) {
    const { routes, authorizer, realm, resource, corsOrigins, webAcl, requestsPerAddress, encryptionKey } = props;
    const accessLogs = createAccessLogs(scope, encryptionKey);
    super(scope, id, {
      // CloudWatch tells APIs apart by their names.
      restApiName: Stack.of(scope).stackName,
      description: 'The example API of bearer-authorizer',
      cloudWatchRole: props.accountLogsRole === true,
      deployOptions: {
        stageName: STAGE_NAME,
        tracingEnabled: true,
        ...loggingOptions(accessLogs),
        ...limits(props.throttle),
      },
      defaultMethodOptions: { authorizer, authorizationType: AuthorizationType.CUSTOM },
      ...preflight(corsOrigins),
    });
    this.accessLogs = accessLogs;
    // CDK's own output, which has the same address as ours.
    this.node.tryRemoveChild('Endpoint');
    const backend = exampleIntegration(scope, corsOrigins, encryptionKey);
    for (const { method, path } of routes) this.root.resourceForPath(path).addMethod(method, backend);
    const options = { authorizer, ...(resource !== undefined && { resource }) };
    const protectedResource = addProtectedResourceMetadata(this, options);
    addGatewayResponses(this, { realm, corsOrigins, protectedResource });
    if (webAcl !== undefined) protectStage(scope, this.deploymentStage, { webAcl, requestsPerAddress });
    exceptApi(this, props);
    if (props.accountLogsRole === true) announceLogsRole(this);
  }
}

function limits(throttle: Throttle | undefined): StageOptions {
  return throttle === undefined ? {} : { throttlingRateLimit: throttle.rate, throttlingBurstLimit: throttle.burst };
}

function exceptApi(api: RestApi, { throttle, webAcl, accountLogsRole }: ExampleApiProps): void {
  suppressRules(api, 'AwsSolutions::AwsSolutions-APIG2', 'AwsSolutions::AwsSolutions-COG4');
  if (accountLogsRole === true) {
    suppressRules(
      api,
      'AwsSolutions::AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    );
  }
  if (throttle === undefined) suppressRules(api, 'Serverless::Serverless-APIGWDefaultThrottling');
  if (webAcl === undefined) suppressRules(api, 'AwsSolutions::AwsSolutions-APIG3');
}

/** The role is a setting of the account: the other APIs in the Region log with it too. */
function announceLogsRole(api: RestApi): void {
  Annotations.of(api).addWarningV2(
    'bearer-authorizer:account-logs-role',
    'accountLogsRole is true: the deployment replaces the role with which API Gateway writes the logs of every API of the account in ' +
      'this Region, and the new role stays when the stack is deleted. Leave it out where `aws apigateway get-account` shows a ' +
      'cloudwatchRoleArn.',
  );
}

function exampleIntegration(
  scope: Construct,
  corsOrigins: readonly string[],
  encryptionKey: IKey | undefined,
): LambdaIntegration {
  const backend = new LambdaFunction(scope, 'Backend', {
    description: 'Example backend: answers with the principal and context it received',
    code: lambdaAsset(scope, 'orders.handler.ts'),
    environment: { CORS_ORIGINS: corsOrigins.join(' ') },
    timeout: Duration.seconds(5),
    memorySize: 256,
    encryptionKey,
  });
  // One permission for the whole API: one for each method would use up the stack's 500 resources and the policy's 20 KB.
  return new LambdaIntegration(backend, { scopePermissionToMethod: false });
}

/** OPTIONS must not ask for a token, because browsers send no Authorization header with a preflight. */
function preflight(corsOrigins: readonly string[]): { readonly defaultCorsPreflightOptions?: CorsOptions } {
  if (corsOrigins.length === 0) return {};
  return {
    defaultCorsPreflightOptions: {
      allowOrigins: [...corsOrigins],
      allowHeaders: ['Authorization', 'Content-Type'],
      allowCredentials: false,
      maxAge: Duration.hours(1),
    },
  };
}
