import type { Stack } from 'aws-cdk-lib';
import {
  AuthorizationType,
  AwsIntegration,
  HttpIntegration,
  type Integration,
  LambdaIntegration,
  MockIntegration,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, type HttpRouteIntegration } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpLambdaIntegration,
  HttpSqsIntegration,
  HttpUrlIntegration,
} from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Alias, type Function as CdkFunction, type IFunction, type IVersion } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { BearerAuthorizer } from '../../../infra/bearer-authorizer.ts';

export interface Backends {
  readonly orders: CdkFunction;
  readonly hello: IFunction;
  /** In a nested stack, and not of Node.js. */
  readonly reports: IFunction;
  readonly jobs: IQueue;
  /** Of the backend behind the proxied routes. */
  readonly address: string;
}

/** A REST API with the integrations and authorizations that CDK has. */
export function addRestApi(shop: Stack, authorizer: BearerAuthorizer, backends: Backends): void {
  const { orders, hello, reports, address } = backends;
  const api = new RestApi(shop, 'Api', { deployOptions: { stageName: 'v1', throttlingRateLimit: 5 } });
  const methodAt = (path: string) => api.root.resourceForPath(path);
  const guarded = (method: string, path: string, integration: Integration, apiKeyRequired = false) =>
    methodAt(path).addMethod(method, integration, {
      authorizer,
      apiKeyRequired,
      ...(path.includes('{id}') && { requestParameters: { 'method.request.path.id': true } }),
    });
  guarded('GET', '/orders', new LambdaIntegration(orders));
  const live = new Alias(shop, 'Live', { aliasName: 'live', version: orders.currentVersion as IVersion });
  guarded('POST', '/orders', new LambdaIntegration(live as IFunction), true);
  guarded('GET', '/orders/{id}', proxyTo(`${address}/orders/{id}`));
  guarded('GET', '/reports', new LambdaIntegration(reports));
  guarded('POST', '/jobs', queueIntegration());
  guarded('GET', '/status', new MockIntegration({ integrationResponses: [{ statusCode: '200' }] }));
  methodAt('/hello').addMethod('GET', new LambdaIntegration(hello));
  methodAt('/admin').addMethod('GET', new LambdaIntegration(orders), { authorizationType: AuthorizationType.IAM });
}

function proxyTo(address: string): HttpIntegration {
  const requestParameters = { 'integration.request.path.id': 'method.request.path.id' };
  return new HttpIntegration(address, { proxy: true, options: { requestParameters } });
}

/** An integration with a service of AWS, through a mapping template. */
function queueIntegration(): AwsIntegration {
  return new AwsIntegration({
    service: 'sqs',
    path: '000000000000/jobs',
    options: {
      requestParameters: { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" },
      requestTemplates: { 'application/json': 'Action=SendMessage&MessageBody=$util.urlEncode($input.body)' },
      integrationResponses: [{ statusCode: '202' }],
    },
  });
}

/** An HTTP API with the same routes. */
export function addHttpApi(shop: Stack, authorizer: BearerAuthorizer, backends: Backends): void {
  const { orders, reports, jobs, address } = backends;
  const api = new HttpApi(shop, 'Edge', { defaultAuthorizer: authorizer.forHttpApi() });
  const add = (method: HttpMethod, path: string, integration: HttpRouteIntegration) =>
    api.addRoutes({ path, methods: [method], integration });
  add(HttpMethod.GET, '/orders', new HttpLambdaIntegration('Orders', orders));
  add(HttpMethod.POST, '/orders', new HttpLambdaIntegration('NewOrder', orders));
  add(HttpMethod.GET, '/orders/{id}', new HttpUrlIntegration('Order', `${address}/orders/{id}`));
  add(HttpMethod.GET, '/reports', new HttpLambdaIntegration('Reports', reports));
  add(HttpMethod.POST, '/jobs', new HttpSqsIntegration('Jobs', { queue: jobs }));
  add(HttpMethod.GET, '/status', new HttpUrlIntegration('Status', `${address}/status`));
}
