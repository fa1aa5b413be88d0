import { Duration } from 'aws-cdk-lib';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  MappingValue,
  ParameterMapping,
  PayloadFormatVersion,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration, HttpUrlIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, test } from 'vitest';
import { BearerAuthorizer } from '../../../../infra/bearer-authorizer.ts';
import { stackOf } from '../../../../local/cloudformation/stack.ts';
import type { Json, Template } from '../../../../local/cloudformation/template.ts';
import { apisOf, routesOf } from '../../../../local/gateway/api-settings.ts';
import { httpApisOf } from '../../../../local/gateway/http-api/http-api.ts';
import { invokePermissionsOf } from '../../../../local/iam/permissions.ts';
import { issuer, newStack, templateOf } from '../../../support/cdk/test-app.ts';
import {
  changedHttp,
  httpTemplateWith,
  smallHttpTemplate,
  withUrlRoute,
} from '../../../support/gateway/small-http-template.ts';

/** An app that uses what CDK has for HTTP APIs. */
function synthesizedApp() {
  const stack = newStack();
  const handler = new LambdaFunction(stack, 'Backend', {
    runtime: Runtime.NODEJS_22_X,
    handler: 'index.handler',
    code: Code.fromInline('exports.handler = async () => 1'),
  });
  const authorizer = new BearerAuthorizer(stack, 'Authorizer', {
    issuers: { main: issuer },
    routes: [
      { method: 'GET', path: '/orders/{id}', scopes: ['orders:read'] },
      { method: 'PUT', path: '/orders/{id}', scopes: ['orders:write'] },
      { method: 'ANY', path: '/books/{proxy+}', scopes: [] },
    ],
  }).forHttpApi();
  const api = new HttpApi(stack, 'Api', {
    corsPreflight: {
      allowOrigins: ['https://a.example'],
      allowMethods: [CorsHttpMethod.ANY],
      allowHeaders: ['Authorization'],
      exposeHeaders: ['x-total'],
      maxAge: Duration.hours(1),
      allowCredentials: true,
    },
  });
  const integration = new HttpLambdaIntegration('Function', handler);
  const methods = [HttpMethod.GET, HttpMethod.PUT];
  api.addRoutes({ path: '/orders/{id}', methods, integration, authorizer });
  const legacy = new HttpLambdaIntegration('Legacy', handler, {
    payloadFormatVersion: PayloadFormatVersion.VERSION_1_0,
  });
  api.addRoutes({ path: '/health', methods: [HttpMethod.POST], integration: legacy });
  const parameterMapping = new ParameterMapping().appendHeader('x-a', MappingValue.requestHeader('x-b'));
  const books = new HttpUrlIntegration('Books', 'https://books.example/{proxy}', {
    parameterMapping,
    timeout: Duration.seconds(5),
  });
  api.addRoutes({ path: '/books/{proxy+}', integration: books, authorizer });
  new HttpRoute(stack, 'Else', { httpApi: api, routeKey: HttpRouteKey.DEFAULT, integration });
  new HttpStage(stack, 'Beta', {
    httpApi: api,
    stageName: 'beta',
    autoDeploy: true,
    throttle: { rateLimit: 5, burstLimit: 5 },
  });
  return stackOf('team', templateOf(stack).toJSON() as Template);
}

describe('an app of CDK', () => {
  const stack = synthesizedApp();
  const [api, ...others] = httpApisOf(stack);
  const functionArn = expect.stringContaining(':function:team-Backend');

  test('is read with its stages, routes and backends', () => {
    expect(others).toEqual([]);
    expect(api?.stageNames).toEqual(['$default', 'beta']);
    expect(api?.routes.map(({ routeKey, integration }) => [routeKey, integration])).toEqual([
      ['GET /orders/{id}', { kind: 'function', functionArn, payloadFormat: '2.0', timeoutMilliseconds: 30_000 }],
      ['PUT /orders/{id}', { kind: 'function', functionArn, payloadFormat: '2.0', timeoutMilliseconds: 30_000 }],
      ['POST /health', { kind: 'function', functionArn, payloadFormat: '1.0', timeoutMilliseconds: 30_000 }],
      [
        'ANY /books/{proxy+}',
        {
          kind: 'url',
          url: 'https://books.example/{proxy}',
          method: undefined,
          parameters: [expect.objectContaining({ action: 'append', target: 'header', name: 'x-a' })],
          timeoutMilliseconds: 5000,
        },
      ],
      ['$default', { kind: 'function', functionArn, payloadFormat: '2.0', timeoutMilliseconds: 30_000 }],
    ]);
  });

  test('is read with its authorizer, on the routes that have it', () => {
    const [authorizer, ...more] = api?.authorizers ?? [];
    expect(more).toEqual([]);
    expect(authorizer).toMatchObject({
      functionArn: expect.stringContaining(':function:team-AuthorizerFunction'),
      identitySources: [{ kind: 'header', name: 'authorization' }],
      resultTtlSeconds: 60,
    });
    const guarded = api?.routes.filter(({ authorizerId }) => authorizerId === authorizer?.authorizerId);
    expect(guarded?.map(({ routeKey }) => routeKey)).toEqual([
      'GET /orders/{id}',
      'PUT /orders/{id}',
      'ANY /books/{proxy+}',
    ]);
  });

  test('is read with its CORS configuration', () => {
    expect(api?.cors).toEqual({
      allowOrigins: ['https://a.example'],
      allowMethods: ['*'],
      allowHeaders: ['Authorization'],
      exposeHeaders: ['x-total'],
      allowCredentials: true,
      maxAge: 3600,
    });
  });

  test.each(['GET/orders/{id}', '$default'])('lets %s invoke the backend', (source) => {
    const route = api?.routes.find(({ integration }) => integration.kind === 'function')?.integration;
    const arn = route?.kind === 'function' ? route.functionArn : '';
    const sourceArn = `arn:aws:execute-api:eu-west-1:000000000000:${api?.apiId}/beta/${source}`;
    expect(invokePermissionsOf(stack)(arn, sourceArn)).toBe(true);
  });
});

/** Why the route `GET /items/{id}`, or another, does not run. */
function reasonIn(template: Template, path = '/items/{id}'): string | undefined {
  const [settings] = apisOf(stackOf('small', template));
  if (settings === undefined) throw new Error('The template has no API.');
  return routesOf(settings).find(({ name }) => name.endsWith(path))?.notRun;
}

describe('a route does not run, and says why, with', () => {
  test.each<[string, Readonly<Record<string, Json>>, string]>([
    ['GetItem', { AuthorizationType: 'JWT' }, 'its authorization is JWT'],
    ['GetItem', { AuthorizationType: 'AWS_IAM' }, 'its authorization is AWS_IAM'],
    [
      'GetItem',
      { Target: 'integrations/other' },
      'its target is integrations/other, which is no integration of the API',
    ],
    ['GetItem', { Target: null }, 'its target is not set, which is no integration of the API'],
    ['RequestAuthorizer', { AuthorizerUri: 'arn:aws:x' }, 'it invokes arn:aws:x'],
    [
      'RequestAuthorizer',
      { IdentitySource: ['$context.identity.sourceIp'] },
      'it has the identity source $context.identity.sourceIp',
    ],
    ['GetItemBackend', { IntegrationType: 'AWS' }, 'its integration is AWS'],
    [
      'GetItemBackend',
      { IntegrationSubtype: 'SQS-SendMessage' },
      'its integration is with a service of AWS (SQS-SendMessage)',
    ],
    ['GetItemBackend', { ConnectionId: 'x' }, 'its backend is behind a VPC link'],
    ['GetItemBackend', { ResponseParameters: {} }, 'it maps parameters of the response'],
    ['GetItemBackend', { TlsConfig: {} }, 'it has a TLS configuration of its own'],
    ['GetItemBackend', { RequestParameters: {} }, 'it maps parameters of the request to a function'],
    ['GetItemBackend', { PayloadFormatVersion: null }, 'its payload format is undefined'],
    [
      'GetItemBackend',
      { IntegrationUri: 'arn:aws:elasticloadbalancing:x' },
      'its integration invokes arn:aws:elasticloadbalancing:x',
    ],
  ])('%s with %j', (logicalId, properties, reason) => {
    expect(reasonIn(changedHttp(logicalId, properties))).toBe(reason);
  });

  test.each([
    ['overwrite:body', 'x'],
    ['replace:header.a', 'x'],
    ['overwrite:header.a', '$request.body.a'],
    ['overwrite:header.a', '$context.identity.sourceIp'],
    ['overwrite:header.a', `x-\${context.identity.sourceIp}`],
  ])('a mapping of %s to %s', (key, value) => {
    const template = withUrlRoute('https://books.example', { RequestParameters: { [key]: value } });
    expect(reasonIn(template, '/books/{proxy+}')).toBe(`it maps ${value} to ${key}`);
  });

  test('an address that is none', () => {
    expect(reasonIn(withUrlRoute('LoadBalancer.DNSName'), '/books/{proxy+}')).toBe(
      'its address is LoadBalancer.DNSName',
    );
  });
});

describe('a route runs with', () => {
  test.each<[string, Readonly<Record<string, Json>>]>([
    ['Api', { CorsConfiguration: { AllowOrigins: ['*'], AllowCredentials: true } }],
    ['Api', { Body: {}, Target: 'arn' }],
    ['DevStage', { StageVariables: { a: 'b' } }],
    ['RequestAuthorizer', { AuthorizerPayloadFormatVersion: '1.0' }],
    ['RequestAuthorizer', { EnableSimpleResponses: true }],
    ['RequestAuthorizer', { AuthorizerCredentialsArn: 'arn' }],
    ['RequestAuthorizer', { IdentitySource: [] }],
    ['RequestAuthorizer', { IdentitySource: ['$stageVariables.x'] }],
    ['GetItemBackend', { CredentialsArn: 'arn' }],
  ])('%s with %j', (logicalId, properties) => {
    expect(reasonIn(changedHttp(logicalId, properties))).toBeUndefined();
  });
});

test('an API for WebSocket is no HTTP API', () => {
  expect(httpApisOf(stackOf('small', changedHttp('Api', { ProtocolType: 'WEBSOCKET' })))).toEqual([]);
});

test('a function may be named by the address at which API Gateway invokes it', () => {
  const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:small-Backend';
  const uri = `arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/${arn}/invocations`;
  const [api] = httpApisOf(stackOf('small', changedHttp('GetItemBackend', { IntegrationUri: uri })));
  expect(api?.routes.find(({ path }) => path === '/items/{id}')?.integration).toMatchObject({ functionArn: arn });
});

test('each HTTP API has its own parts', () => {
  const { Resources } = smallHttpTemplate();
  const moved = (logicalId: string) => ({
    [logicalId]: {
      Type: String(Resources[logicalId]?.Type),
      Properties: { ...Resources[logicalId]?.Properties, ApiId: { Ref: 'Other' } },
    },
  });
  const template = httpTemplateWith({
    Other: Resources.Api,
    ...moved('Open'),
    ...moved('OpenBackend'),
    ...moved('DevStage'),
  });
  const apis = httpApisOf(stackOf('small', template));
  expect(apis.map(({ stageNames, routes }) => [stageNames, routes.map(({ path }) => path)])).toEqual([
    [['$default'], ['/items/{id}', '/files/{proxy+}', '/legacy/{id}']],
    [['dev'], ['/open']],
  ]);
});
