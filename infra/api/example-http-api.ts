import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  type CorsPreflightOptions,
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  type HttpStage,
  type IHttpRouteAuthorizer,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { DEFAULT_ROUTE, HTTP_METHODS, type Route } from '../../lambda/policy/route.ts';
import { suppressRules } from '../nag-suppressions.ts';
import type { Throttle } from '../settings/values/throttle.ts';
import { createAccessLogs, httpLoggingOptions } from './access-logs.ts';
import { createBackend, type ExampleBackendProps } from './example-backend.ts';
import { FunctionIntegration, permitHttpApi } from './function-integration.ts';

export interface ExampleHttpApiProps extends ExampleBackendProps {
  readonly routes: readonly Route[];
  readonly authorizer: IHttpRouteAuthorizer;
  readonly throttle?: Throttle | undefined;
}

/** An HTTP API with the stage `$default` and one route for each rule, all answered by the example backend. */
export class ExampleHttpApi extends HttpApi {
  readonly kind = 'http';
  readonly accessLogs: LogGroup;
  readonly deploymentStage: HttpStage;

  constructor(scope: Construct, id: string, props: ExampleHttpApiProps) {
    const { corsOrigins, throttle, encryptionKey } = props;
    super(scope, id, {
      apiName: Stack.of(scope).stackName,
      description: 'The example API of bearer-authorizer',
      createDefaultStage: false,
      ...corsConfiguration(corsOrigins),
    });
    this.accessLogs = createAccessLogs(scope, encryptionKey);
    this.deploymentStage = this.addStage('Stage', {
      autoDeploy: true,
      ...httpLoggingOptions(this.accessLogs),
      ...(throttle !== undefined && { throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst } }),
    });
    this.addBackend(scope, props);
    if (throttle === undefined) suppressRules(this.deploymentStage, 'Serverless::Serverless-APIGWDefaultThrottling');
    announceReplacement(this);
  }

  /** The address of the stage, without a slash at the end. */
  get address(): string {
    return this.apiEndpoint;
  }

  private addBackend(scope: Construct, props: ExampleHttpApiProps): void {
    const { routes, authorizer, corsOrigins } = props;
    const { functionArn } = createBackend(scope, props);
    // One permission for the whole API, as the REST API has.
    permitHttpApi(this, 'BackendPermission', { apiId: this.apiId, functionArn, requests: '*/*' });
    const payloadFormatVersion = PayloadFormatVersion.VERSION_2_0;
    const integration = new FunctionIntegration('Backend', { functionArn, payloadFormatVersion });
    for (const { method, path } of routes) {
      new HttpRoute(this, `${method} ${path}`, {
        httpApi: this,
        routeKey: keyOf(method, path),
        integration,
        authorizer,
      });
    }
    if (corsOrigins.length > 0) this.addPreflights(routes, integration);
  }

  /**
   * API Gateway answers preflights by itself where no route takes them. `ANY` and `$default` take OPTIONS too, and would ask browsers
   * for a token, which they do not send: an open route next to each goes first (API Gateway developer guide, "Configure CORS for HTTP
   * APIs").
   */
  private addPreflights(routes: readonly Route[], integration: FunctionIntegration): void {
    const takingAll = routes.filter(({ method }) => method === 'ANY');
    const paths = new Set(takingAll.map(({ path }) => (path === DEFAULT_ROUTE ? '/{proxy+}' : path)));
    const authorizer = new HttpNoneAuthorizer();
    for (const path of paths) {
      const routeKey = keyOf('OPTIONS', path);
      const route = new HttpRoute(this, `OPTIONS ${path}`, { httpApi: this, routeKey, integration, authorizer });
      suppressRules(route, 'AwsSolutions::AwsSolutions-APIG4');
    }
  }
}

function keyOf(method: Route['method'], path: string): HttpRouteKey {
  return path === DEFAULT_ROUTE ? HttpRouteKey.DEFAULT : HttpRouteKey.with(path, HttpMethod[method]);
}

function corsConfiguration(corsOrigins: readonly string[]): { readonly corsPreflight?: CorsPreflightOptions } {
  if (corsOrigins.length === 0) return {};
  return {
    corsPreflight: {
      allowOrigins: [...corsOrigins],
      allowMethods: HTTP_METHODS.map((method) => CorsHttpMethod[method]),
      allowHeaders: ['authorization', 'content-type'],
      maxAge: Duration.hours(1),
    },
  };
}

/** Synth does not know whether the stack was deployed with an API of the other kind. */
function announceReplacement(api: HttpApi): void {
  Annotations.of(api).addInfoV2(
    'bearer-authorizer:http-api',
    "api is 'http': where the stack has a REST API, the deployment replaces it. The address (output ApiUrl) and the id of the API change, " +
      'for which custom domains and clients have to be changed too. The revocation table, its entries and the function stay.',
  );
}
