import { describe, expect, test } from 'vitest';
import { restApiOf } from '../../local/rest-api.ts';
import { stackOf } from '../../local/stack.ts';
import { changed, smallTemplate } from './small-template.ts';

test('a REST API is read from the template', () => {
  const api = restApiOf(stackOf('small', smallTemplate()));
  expect(api.stageName).toBe('v1');
  expect(api.methods).toMatchObject([
    { httpMethod: 'GET', resourcePath: '/items/{id}', authorizerId: 'TokenAuthorizer' },
  ]);
  expect(api.authorizers.get('TokenAuthorizer')).toMatchObject({
    functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:small-Authorizer',
    identityHeader: 'authorization',
    resultTtlSeconds: 60,
  });
});

describe('what the product does not use is refused by name', () => {
  test.each([
    ['Api', { Policy: { Statement: [] } }, 'resource policy'],
    ['Api', { Body: {} }, 'OpenAPI'],
    ['TokenAuthorizer', { Type: 'REQUEST' }, 'REQUEST'],
    ['TokenAuthorizer', { AuthorizerCredentials: 'arn' }, 'AuthorizerCredentials'],
    ['GetItem', { AuthorizationType: 'AWS_IAM' }, 'AWS_IAM'],
    ['GetItem', { ApiKeyRequired: true }, 'API keys'],
    ['GetItem', { RequestValidatorId: 'x' }, 'request validator'],
  ])('%s with %j', (logicalId, properties, named) => {
    expect(() => restApiOf(stackOf('small', changed(logicalId, properties)))).toThrow(named);
  });
});
