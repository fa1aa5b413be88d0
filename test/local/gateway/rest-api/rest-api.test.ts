import { describe, expect, test } from 'vitest';
import { stackOf } from '../../../../local/cloudformation/stack.ts';
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

describe('what the product does not use is rejected by name', () => {
  test.each([
    ['Api', { Policy: { Statement: [] } }, 'resource policy'],
    ['Api', { Body: {} }, 'OpenAPI'],
    ['TokenAuthorizer', { Type: 'COGNITO_USER_POOLS' }, 'COGNITO_USER_POOLS'],
    ['TokenAuthorizer', { Type: 'REQUEST' }, 'IdentityValidationExpression'],
    ['TokenAuthorizer', { IdentitySource: 'method.request.querystring.token' }, 'method.request.querystring.token'],
    ['TokenAuthorizer', { IdentitySource: 'method.request.header.A, stageVariables.b' }, 'stageVariables.b'],
    ['TokenAuthorizer', { IdentitySource: 'context.toString' }, 'headers and context.httpMethod, context.resourcePath'],
    ['TokenAuthorizer', { AuthorizerCredentials: 'arn' }, 'AuthorizerCredentials'],
    ['GetItem', { AuthorizationType: 'AWS_IAM' }, 'AWS_IAM'],
    ['GetItem', { ApiKeyRequired: true }, 'API keys'],
    ['GetItem', { RequestValidatorId: 'x' }, 'request validator'],
  ])('%s with %j', (logicalId, properties, named) => {
    expect(() => restApisOf(stackOf('small', changed(logicalId, properties)))).toThrow(named);
  });
});
