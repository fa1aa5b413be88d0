import { type App, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import {
  ApiDefinition,
  AuthorizationType,
  CfnMethod,
  CognitoUserPoolsAuthorizer,
  LambdaRestApi,
  MockIntegration,
  RestApi,
  SpecRestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, WebSocketApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpUrlIntegration, WebSocketMockIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { expect, it } from 'vitest';
import { foundApis, nameOfApi } from '../../../ops/init/found-apis.ts';
import { synthesizedTemplates } from '../../support/cdk/synthesized-templates.ts';

/** The APIs of an app, each with the names of its routes. */
async function found(define: (app: App) => void) {
  const apis = foundApis(await synthesizedTemplates(define));
  return apis.map((api) => ({
    name: nameOfApi(api),
    kind: api.kind,
    stack: api.stack,
    routes: api.routes.map(({ method, path }) => `${method} ${path}`),
  }));
}

const mock = () => new MockIntegration();
const url = () => new HttpUrlIntegration('Backend', 'https://backend.example');

it('methods of a REST API have the paths of its resources, to any depth', async () => {
  const apis = await found((app) => {
    const api = new RestApi(new Stack(app, 'Orders'), 'Api');
    api.root.addMethod('GET', mock());
    const order = api.root.resourceForPath('/v1/orders/{id}');
    order.addMethod('ANY', mock());
    order.addProxy({ anyMethod: true, defaultIntegration: mock() });
  });
  expect(apis).toEqual([
    {
      name: 'Orders/Api',
      kind: 'rest',
      stack: 'Orders',
      routes: ['GET /', 'ANY /v1/orders/{id}', 'ANY /v1/orders/{id}/{proxy+}'],
    },
  ]);
});

it('an API of one Lambda function has the routes that the CDK makes for it', async () => {
  const apis = await found((app) => {
    const stack = new Stack(app, 'Orders');
    const handler = new LambdaFunction(stack, 'Handler', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromInline('exports.handler = async () => ({ statusCode: 200 });'),
    });
    new LambdaRestApi(stack, 'Api', { handler });
  });
  expect(apis.map(({ routes }) => routes.toSorted())).toEqual([['ANY /', 'ANY /{proxy+}']]);
});

it('routes of an HTTP API are its route keys, and a WebSocket API is passed over', async () => {
  const apis = await found((app) => {
    const stack = new Stack(app, 'Orders');
    const api = new HttpApi(stack, 'Api', { defaultIntegration: url() });
    api.addRoutes({ path: '/orders/{id}', methods: [HttpMethod.GET, HttpMethod.ANY], integration: url() });
    const chat = new WebSocketApi(stack, 'Chat');
    chat.addRoute('hello', { integration: new WebSocketMockIntegration('Mock') });
  });
  expect(apis).toEqual([
    {
      name: 'Orders/Api',
      kind: 'http',
      stack: 'Orders',
      routes: ['ANY $default', 'GET /orders/{id}', 'ANY /orders/{id}'],
    },
  ]);
});

it('methods in a nested stack belong to the API of the stack around it, and the other way round', async () => {
  const apis = await found((app) => {
    const stack = new Stack(app, 'Orders');
    const api = new RestApi(stack, 'Api');
    const inner = new NestedStack(stack, 'Inner');
    const resource = api.root.addResource('orders');
    new CfnMethod(inner, 'Method', {
      restApiId: api.restApiId,
      resourceId: resource.resourceId,
      httpMethod: 'GET',
      authorizationType: 'NONE',
    });
    resource.addMethod('POST', mock());
    const innerApi = new RestApi(inner, 'InnerApi');
    innerApi.root.addMethod('PUT', mock());
    const { restApiId, root } = innerApi;
    new CfnMethod(stack, 'Outer', {
      restApiId,
      resourceId: root.resourceId,
      httpMethod: 'GET',
      authorizationType: 'NONE',
    });
  });
  expect(apis.map(({ name, stack, routes }) => [name, stack, routes.toSorted()])).toEqual([
    ['Orders/Api', 'Orders', ['GET /orders', 'POST /orders']],
    ['Orders/Inner/InnerApi', 'Orders', ['GET /', 'PUT /']],
  ]);
});

/** How stacks of an app refer to each other: by exports, or by names of outputs. */
const REFERENCES = [['strong'], ['weak']] as const;

it.each(REFERENCES)('methods in another stack belong to the API of the first: %s references', async (strength) => {
  const apis = await found((app) => {
    app.node.setContext('@aws-cdk/core:defaultCrossStackReferences', strength);
    const api = new RestApi(new Stack(app, 'Orders'), 'Api');
    api.root.addMethod('GET', mock());
    const { restApiId, root } = api;
    const imported = RestApi.fromRestApiAttributes(new Stack(app, 'Refunds'), 'Api', {
      restApiId,
      rootResourceId: root.resourceId,
    });
    imported.root.addResource('refunds').addMethod('GET', mock());
  });
  expect(apis).toEqual([{ name: 'Orders/Api', kind: 'rest', stack: 'Orders', routes: ['GET /', 'GET /refunds'] }]);
});

it('methods of an API that another app made are those of one API without a construct', async () => {
  const apis = await found((app) => {
    const imported = RestApi.fromRestApiAttributes(new Stack(app, 'Orders'), 'Api', {
      restApiId: 'abcdefghij',
      rootResourceId: 'klmnopqrst',
    });
    imported.root.addResource('orders').addMethod('GET', mock());
    imported.root.addMethod('GET', mock());
  });
  expect(apis).toEqual([
    { name: 'an API of another app', kind: 'rest', stack: 'Orders', routes: ['GET /orders', 'GET /'] },
  ]);
});

it('stages of an app have APIs of their own', async () => {
  const apis = await found((app) => {
    for (const name of ['Dev', 'Prod']) {
      const api = new RestApi(new Stack(new Stage(app, name), 'Orders'), 'Api');
      api.root.addMethod('GET', mock());
    }
  });
  expect(apis.map(({ name, stack }) => ({ name, stack }))).toEqual([
    { name: 'Dev/Orders/Api', stack: 'Dev-Orders' },
    { name: 'Prod/Orders/Api', stack: 'Prod-Orders' },
  ]);
});

it('an API that is made of a document says so', async () => {
  const templates = await synthesizedTemplates((app) => {
    const apiDefinition = ApiDefinition.fromInline({ openapi: '3.0.3', paths: {} });
    new SpecRestApi(new Stack(app, 'Orders'), 'Api', { apiDefinition });
  });
  expect(foundApis(templates)).toMatchObject([{ isFromDocument: true, routes: [] }]);
});

it('a guard has its type, its authorizer, and the scopes for which API Gateway asks', async () => {
  const templates = await synthesizedTemplates((app) => {
    const stack = new Stack(app, 'Orders');
    const api = new RestApi(stack, 'Api');
    const authorizer = new CognitoUserPoolsAuthorizer(stack, 'Pool', {
      cognitoUserPools: [new UserPool(stack, 'Users')],
    });
    api.root.addMethod('GET', mock(), { authorizer, authorizationScopes: ['orders/read'] });
    api.root.addMethod('PUT', mock(), { authorizationType: AuthorizationType.IAM });
    const httpApi = new HttpApi(stack, 'HttpApi');
    const jwt = new HttpJwtAuthorizer('Jwt', 'https://login.example.com/', { jwtAudience: ['orders'] });
    httpApi.addRoutes({ path: '/', methods: [HttpMethod.GET], integration: url(), authorizer: jwt });
    httpApi.addRoutes({
      path: '/',
      methods: [HttpMethod.PUT],
      integration: url(),
      authorizer: new HttpIamAuthorizer(),
    });
    httpApi.addRoutes({ path: '/', methods: [HttpMethod.POST], integration: url() });
  });
  const guards = foundApis(templates).flatMap(({ routes }) => routes.map(({ guard }) => guard));
  expect(guards.map(({ type, authorizer, scopes }) => [type, authorizer?.type, scopes])).toEqual([
    ['COGNITO_USER_POOLS', 'AWS::ApiGateway::Authorizer', ['orders/read']],
    ['AWS_IAM', undefined, []],
    ['JWT', 'AWS::ApiGatewayV2::Authorizer', []],
    ['AWS_IAM', undefined, []],
    ['NONE', undefined, []],
  ]);
});
