import { Duration } from 'aws-cdk-lib';
import {
  AuthorizationType,
  type CorsOptions,
  type IAuthorizer,
  LambdaIntegration,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Construct } from 'constructs';
import type { Route } from '../lambda/route.ts';
import { loggingOptions } from './access-logs.ts';
import { addGatewayResponses } from './gateway-responses.ts';
import { lambdaAsset } from './lambda-asset.ts';
import { LambdaFunction } from './lambda-function.ts';

export interface ExampleApiProps {
  readonly routes: readonly Route[];
  readonly authorizer: IAuthorizer;
  readonly realm: string;
  readonly corsOrigins: readonly string[];
}

/** A REST API with one method for each route, all answered by the example backend. */
export class ExampleApi extends RestApi {
  constructor(scope: Construct, id: string, { routes, authorizer, realm, corsOrigins }: ExampleApiProps) {
    super(scope, id, {
      description: 'The example API of bearer-authorizer',
      cloudWatchRole: true,
      deployOptions: { stageName: 'v1', tracingEnabled: true, ...loggingOptions(scope) },
      defaultMethodOptions: { authorizer, authorizationType: AuthorizationType.CUSTOM },
      ...preflight(corsOrigins),
    });
    // CDK's own output of the same address.
    this.node.tryRemoveChild('Endpoint');
    const backend = exampleIntegration(scope, corsOrigins);
    for (const { method, path } of routes) this.root.resourceForPath(path).addMethod(method, backend);
    addGatewayResponses(this, { realm, corsOrigins });
  }
}

function exampleIntegration(scope: Construct, corsOrigins: readonly string[]): LambdaIntegration {
  const backend = new LambdaFunction(scope, 'Backend', {
    description: 'Example backend: answers with the principal and context it received',
    code: lambdaAsset('orders.handler.ts'),
    environment: { CORS_ORIGINS: corsOrigins.join(' ') },
    timeout: Duration.seconds(5),
    memorySize: 256,
  });
  // One permission for the API: one for each method would use up the stack's 500 resources and the policy's 20 KB.
  return new LambdaIntegration(backend, { scopePermissionToMethod: false });
}

/** Browsers send no Authorization header with a preflight: OPTIONS must not ask for one. */
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
