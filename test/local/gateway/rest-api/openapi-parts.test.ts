import { describe, expect, test } from 'vitest';
import { stackOf } from '../../../../local/cloudformation/stack.ts';
import type { JsonObject, Template } from '../../../../local/cloudformation/template.ts';
import { apisOf, routesOf } from '../../../../local/gateway/api-settings.ts';
import { restApisOf } from '../../../../local/gateway/rest-api/rest-api.ts';
import { gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { invocationUri, resource, templateWith } from '../../../support/gateway/small-template.ts';

const lambda = { type: 'aws_proxy', httpMethod: 'POST', uri: invocationUri('Backend') };
const mock = {
  type: 'mock',
  requestTemplates: { 'application/json': '{"statusCode":200}' },
  responses: {
    default: { statusCode: '204', responseParameters: { 'method.response.header.X-Mock': "'yes'" } },
    '4..': { statusCode: '404' },
  },
};

const bearer = {
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': 'custom',
  'x-amazon-apigateway-authorizer': {
    type: 'token',
    authorizerUri: invocationUri('Authorizer'),
    identitySource: 'method.request.header.Authorization',
    identityValidationExpression: '^Bearer [a-z]+$',
    authorizerResultTtlInSeconds: 30,
  },
};

const schemes = {
  bearer,
  iam: { type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
  key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
};

/** An API whose only definition is its document. */
function described(document: JsonObject): Template {
  const { Api, Stage, Authorizer, Backend, Role, MayIntegrate } = templateWith({}).Resources;
  const MayAuthorize = resource('AWS::Lambda::Permission', {
    ...templateWith({}).Resources.MayAuthorize?.Properties,
    SourceArn: { 'Fn::Sub': `arn:aws:execute-api:eu-west-1:000000000000:\${Api}/authorizers/*` },
  });
  const resources = { Stage, Authorizer, Backend, Role, MayIntegrate, MayAuthorize };
  const present = Object.entries(resources).flatMap(([id, each]) => (each === undefined ? [] : [[id, each] as const]));
  return {
    Resources: {
      ...Object.fromEntries(present),
      Api: resource('AWS::ApiGateway::RestApi', { ...Api?.Properties, Body: document }),
    },
  };
}

const paths = {
  '/items/{id}': {
    get: { security: [{ bearer: [] }, { key: [] }], 'x-amazon-apigateway-integration': lambda },
    'x-amazon-apigateway-any-method': { 'x-amazon-apigateway-integration': mock },
    parameters: [],
  },
  '/admin': { post: { security: [{ iam: [] }], 'x-amazon-apigateway-integration': lambda } },
  '/open': { get: { 'x-amazon-apigateway-integration': lambda } },
};

const RESPONSES = {
  'x-amazon-apigateway-gateway-responses': {
    UNAUTHORIZED: {
      statusCode: 499,
      responseParameters: { 'gatewayresponse.header.X-Own': "'no'" },
      responseTemplates: { 'application/json': '{"no":"token"}' },
    },
  },
};

const DOCUMENTS: readonly (readonly [string, JsonObject])[] = [
  [
    'OpenAPI 3.0',
    { openapi: '3.0.3', components: { securitySchemes: schemes }, paths, security: [{ iam: [] }], ...RESPONSES },
  ],
  ['Swagger 2.0', { swagger: '2.0', securityDefinitions: schemes, paths, ...RESPONSES }],
];

describe.each(DOCUMENTS)('a REST API in %s', (_, document) => {
  test('has the methods, the authorizer and the security of the document', () => {
    const stack = stackOf('small', described(document));
    const [api] = restApisOf(stack);
    expect(api?.methods).toMatchObject([
      { httpMethod: 'GET', resourcePath: '/items/{id}', authorizerId: 'bearer', integration: { kind: 'function' } },
      { httpMethod: 'ANY', resourcePath: '/items/{id}', authorizerId: undefined, integration: { kind: 'mock' } },
      { httpMethod: 'POST', resourcePath: '/admin', notRun: 'its authorization is AWS_IAM' },
      { httpMethod: 'GET', resourcePath: '/open', authorizerId: undefined, notRun: undefined },
    ]);
    expect(api?.authorizers.get('bearer')).toMatchObject({
      type: 'TOKEN',
      functionArn: stack.attribute('Authorizer', 'Arn'),
      resultTtlSeconds: 30,
      identitySources: [{ kind: 'header', name: 'authorization' }],
    });
    const [settings] = apisOf(stack);
    expect(settings && routesOf(settings).map(({ name }) => name)).toEqual([
      ...['GET /items/{id}', 'ANY /items/{id}', 'POST /admin', 'GET /open'],
    ]);
  });

  test('is served', async () => {
    const gateway = await gatewayUnderTest(described(document));
    const path = '/v1/items/7';
    expect((await gateway.get(path, ['Authorization', 'Bearer allow'])).status).toBe(200);
    expect((await gateway.get(path, ['Authorization', 'Bearer deny'])).status).toBe(403);
    expect(await gateway.get(path)).toMatchObject({ status: 499, headers: { 'X-Own': 'no' }, body: '{"no":"token"}' });
    expect(await gateway.send('PUT', path)).toMatchObject({ status: 204, headers: { 'X-Mock': 'yes' } });
    expect((await gateway.get('/v1/open')).status).toBe(200);
    await gateway.close();
  });
});
