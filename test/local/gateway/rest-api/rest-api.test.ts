import { describe, expect, test } from 'vitest';
import { stackOf } from '../../../../local/cloudformation/stack.ts';
import type { JsonObject, Template } from '../../../../local/cloudformation/template.ts';
import { apisOf, routesOf } from '../../../../local/gateway/api-settings.ts';
import { restApisOf } from '../../../../local/gateway/rest-api/rest-api.ts';
import { changed, requestTemplate, smallTemplate } from '../../../support/gateway/small-template.ts';

test('a REST API is read from the template', () => {
  const [api] = restApisOf(stackOf('small', smallTemplate()));
  expect(api?.stageName).toBe('v1');
  expect(api?.methods).toMatchObject([
    { httpMethod: 'GET', resourcePath: '/items/{id}', authorizerId: 'TokenAuthorizer' },
  ]);
  expect(api?.authorizers.get('TokenAuthorizer')).toMatchObject({
    functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:small-Authorizer',
    type: 'TOKEN',
    identitySources: [{ kind: 'header', name: 'authorization' }],
    resultTtlSeconds: 60,
  });
});

test('a REQUEST authorizer is read with its identity sources, in order', () => {
  const [api] = restApisOf(stackOf('small', requestTemplate()));
  expect(api?.authorizers.get('TokenAuthorizer')).toMatchObject({
    type: 'REQUEST',
    identitySources: [
      { kind: 'header', name: 'authorization' },
      { kind: 'context', variable: 'resourcePath' },
      { kind: 'context', variable: 'httpMethod' },
    ],
    validationExpression: undefined,
  });
});

/** Why the method of the small template does not run. */
function reasonIn(template: Template): string | undefined {
  const [settings] = apisOf(stackOf('small', template));
  if (settings === undefined) throw new Error('The template has no API.');
  return routesOf(settings)[0]?.notRun;
}

describe('a method does not run, and says why, with', () => {
  test.each<[string, JsonObject, string]>([
    [
      'TokenAuthorizer',
      { Type: 'REQUEST', IdentitySource: 'context.toString' },
      'it has the identity source context.toString',
    ],
    ['TokenAuthorizer', { AuthorizerUri: 'arn:aws:x' }, 'it invokes arn:aws:x'],
    [
      'TokenAuthorizer',
      { IdentityValidationExpression: '(?i)bearer .+(' },
      'it has the validation expression (?i)bearer .+(, which is none of JavaScript',
    ],
    ['GetItem', { AuthorizationType: 'AWS_IAM' }, 'its authorization is AWS_IAM'],
    ['GetItem', { AuthorizationType: 'COGNITO_USER_POOLS' }, 'its authorization is COGNITO_USER_POOLS'],
    ['GetItem', { AuthorizationType: 'JWT' }, 'its authorization is JWT'],
  ])('%s with %j', (logicalId, properties, reason) => {
    expect(reasonIn(changed(logicalId, properties))).toBe(reason);
  });

  const url = 'https://backend.example';
  const response = (parts: JsonObject = {}) => ({ StatusCode: '200', ...parts });
  const json = (template: string) => ({ 'application/json': template });
  test.each<[JsonObject, string]>([
    [
      { Type: 'AWS', Uri: 'arn:aws:apigateway:eu-west-1:sqs:path/x' },
      'its integration with sqs is by mapping templates',
    ],
    [{ Type: 'HTTP_PROXY', Uri: url, ConnectionType: 'VPC_LINK' }, 'its backend is behind a VPC link'],
    [{ Type: 'HTTP_PROXY', Uri: 'LoadBalancer.DNSName' }, 'its address is LoadBalancer.DNSName'],
    [
      { Type: 'HTTP_PROXY', Uri: `https://\${stageVariables.host}/x` },
      `its address is https://\${stageVariables.host}/x, and the stage has no such variable`,
    ],
    [
      { Type: 'HTTP', Uri: url, RequestParameters: { 'integration.request.header.a': 'method.request.body.a' } },
      'it maps method.request.body.a to integration.request.header.a',
    ],
    [
      { Type: 'HTTP', Uri: url, RequestTemplates: json('{"a":$input.json("$.a")}') },
      'it has a mapping template of VTL',
    ],
    [
      { Type: 'HTTP', Uri: url, IntegrationResponses: [response({ ResponseTemplates: json('$input.path("$.a")') })] },
      'it has a mapping template of VTL',
    ],
    [
      {
        Type: 'AWS_PROXY',
        Uri: 'arn:aws:apigateway:x:lambda:path/2021-11-15/functions/f/response-streaming-invocations',
      },
      'its response is streamed',
    ],
    [
      { Type: 'AWS_PROXY', Uri: 'arn:aws:apigateway:x:states:action/StartExecution' },
      'its integration invokes arn:aws:apigateway:x:states:action/StartExecution',
    ],
    [
      { Type: 'MOCK', IntegrationResponses: [response({ ResponseTemplates: json('#set($a = 1)$a') })] },
      'its response is made by a mapping template of VTL',
    ],
    [
      { Type: 'MOCK', RequestTemplates: json('#if(true){}#end'), IntegrationResponses: [response(), response()] },
      'a mapping template of VTL chooses its response',
    ],
    [
      {
        Type: 'MOCK',
        IntegrationResponses: [response({ ResponseParameters: { 'method.response.header.a': 'context.requestId' } })],
      },
      'it maps context.requestId to a header of its response',
    ],
    [{}, 'its integration is not known'],
  ])('the integration %j', (Integration, reason) => {
    expect(reasonIn(changed('GetItem', { Integration }))).toBe(reason);
  });
});

describe('a method runs with', () => {
  test.each<[string, JsonObject]>([
    ['Api', { Policy: { Statement: [] } }],
    ['Api', { BinaryMediaTypes: ['*/*'] }],
    ['Stage', { Variables: { a: 'b' }, CacheClusterEnabled: true }],
    ['TokenAuthorizer', { Type: 'REQUEST' }],
    ['TokenAuthorizer', { Type: 'REQUEST', IdentitySource: 'method.request.querystring.token, stageVariables.b' }],
    ['TokenAuthorizer', { Type: 'REQUEST', IdentitySource: 'context.identity.sourceIp' }],
    ['TokenAuthorizer', { AuthorizerCredentials: 'arn' }],
    ['GetItem', { ApiKeyRequired: true }],
    ['GetItem', { RequestValidatorId: 'x' }],
  ])('%s with %j', (logicalId, properties) => {
    expect(reasonIn(changed(logicalId, properties))).toBeUndefined();
  });
});

test('a deployment with the name of a stage makes that stage', () => {
  const { Stage, ...others } = smallTemplate().Resources;
  const Properties = { RestApiId: { Ref: 'Api' }, StageName: 'live' };
  const template = { Resources: { ...others, Deployment: { Type: 'AWS::ApiGateway::Deployment', Properties } } };
  expect(Stage).toBeDefined();
  expect(restApisOf(stackOf('small', template)).map(({ stageName }) => stageName)).toEqual(['live']);
});
