import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CorsOptions,
  LambdaIntegration,
  RestApi,
  type StageOptions,
} from 'aws-cdk-lib/aws-apigateway';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Route } from '../../lambda/policy/route.ts';
import type { BearerAuthorizer } from '../bearer-authorizer.ts';
import { suppressRules } from '../nag-suppressions.ts';
import type { Throttle } from '../settings/values/throttle.ts';
import { createAccessLogs, loggingOptions } from './access-logs.ts';
import { createBackend, type ExampleBackendProps } from './example-backend.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { addProtectedResourceMetadata } from './protected-resource-metadata.ts';
import { ownAddress } from './resource-address.ts';
import { protectStage } from './web-acl.ts';

export const STAGE_NAME = 'v1';

export interface ExampleApiProps extends ExampleBackendProps {
  readonly routes: readonly Route[];
  readonly authorizer: BearerAuthorizer;
  readonly realm: string;
  /** @default the address that API Gateway gives to the stage */
  readonly resource?: string | undefined;
  readonly throttle?: Throttle | undefined;
  readonly webAcl?: string | undefined;
  /** The limit of the web ACL `managed-rules`. */
  readonly requestsPerAddress?: number | undefined;
  /** @default false: API Gateway writes logs with the role that the account has */
  readonly accountLogsRole?: boolean | undefined;
}

/** A REST API with one method for each route, all answered by the example backend. */
export class ExampleApi extends RestApi {
  readonly kind = 'rest';
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
    // One permission for the whole API: one for each method would use up the stack's 500 resources and the policy's 20 KB.
    const backend = new LambdaIntegration(createBackend(scope, props), { scopePermissionToMethod: false });
    for (const { method, path } of routes) this.root.resourceForPath(path).addMethod(method, backend);
    const options = { authorizer, ...(resource !== undefined && { resource }) };
    const protectedResource = addProtectedResourceMetadata(this, options);
    addGatewayResponses(this, { realm, corsOrigins, protectedResource });
    if (webAcl !== undefined) protectStage(scope, this.deploymentStage, { webAcl, requestsPerAddress });
    exceptApi(this, props);
    if (props.accountLogsRole === true) announceLogsRole(this);
  }

  /** The address of the stage, without a slash at the end. */
  get address(): string {
    return ownAddress(this);
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
