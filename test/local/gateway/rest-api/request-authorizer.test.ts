import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type GatewayUnderTest, gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { requestTemplate } from '../../../support/gateway/small-template.ts';

let gateway: GatewayUnderTest;

beforeEach(async () => {
  gateway = await gatewayUnderTest(requestTemplate());
});
afterEach(() => gateway.close());

const withToken = (name: string, header = 'Authorization') => [header, `Bearer ${name}`] as const;

const eventOf = async (target: string, ...headers: readonly (readonly [string, string])[]) => {
  const { body } = await gateway.get(target, ...headers);
  return JSON.parse(JSON.parse(String(body)).requestContext.authorizer.event);
};

describe('a REQUEST authorizer receives', () => {
  test('the whole request, as API Gateway passes it on', async () => {
    const target = '/v1/items/a%2Fb/?x=1&x=2&y=3';
    const event = await eventOf(target, withToken('echo'), ['x-two', '1'], ['x-two', '2']);
    expect(event).toEqual({
      type: 'REQUEST',
      methodArn: expect.stringMatching(/:localapi01\/v1\/GET\/items\/a%2Fb\/$/),
      resource: '/items/{id}',
      path: '/items/a%2Fb/',
      httpMethod: 'GET',
      headers: { Authorization: 'Bearer echo', 'x-two': '2' },
      multiValueHeaders: { Authorization: ['Bearer echo'], 'x-two': ['1', '2'] },
      queryStringParameters: { x: '2', y: '3' },
      multiValueQueryStringParameters: { x: ['1', '2'], y: ['3'] },
      pathParameters: { id: 'a%2Fb' },
      stageVariables: {},
      requestContext: expect.objectContaining({
        ...{ accountId: '000000000000', apiId: 'localapi01', resourceId: 'Item', stage: 'v1', requestId: 'r1' },
        ...{ path: '/v1/items/a%2Fb/', resourcePath: '/items/{id}', httpMethod: 'GET' },
        identity: { sourceIp: '127.0.0.1', userAgent: null },
      }),
    });
  });

  test('an empty object, where a proxy integration receives null', async () => {
    expect(await eventOf('/v1/items', withToken('echo'))).toMatchObject({
      ...{ queryStringParameters: {}, multiValueQueryStringParameters: {}, pathParameters: {} },
    });
  });

  test('names of headers as the client wrote them, each with its own values', async () => {
    const event = await eventOf('/v1/items', withToken('echo'), withToken('echo', 'AUTHORIZATION'), ['a', '1']);
    expect(event.multiValueHeaders).toEqual({
      Authorization: ['Bearer echo'],
      AUTHORIZATION: ['Bearer echo'],
      a: ['1'],
    });
  });
});

describe('the identity sources of a REQUEST authorizer', () => {
  test.each([
    ['is missing', []],
    ['is empty', [['Authorization', ''] as const]],
  ])('reject a request whose header %s, without asking the authorizer', async (_, headers) => {
    expect((await gateway.get('/v1/items/7', ...headers)).status).toBe(401);
    expect(gateway.authorizerCalls()).toBe(0);
  });

  test('pass garbage to the authorizer: no expression is matched', async () => {
    expect((await gateway.get('/v1/items/7', ['Authorization', 'Basic %'])).status).toBe(500);
    expect(gateway.authorizerCalls()).toBe(1);
  });

  test('find their header whatever the case of its name', async () => {
    expect((await gateway.get('/v1/items/7', withToken('allow', 'authorization'))).status).toBe(200);
  });

  test('take the last of two headers, with a warning', async () => {
    expect((await gateway.get('/v1/items/7', withToken('deny'), withToken('allow'))).status).toBe(200);
    expect(gateway.said).toContainEqual(expect.stringContaining('two identity headers'));
    await gateway.get('/v1/items/7', withToken('allow'));
    expect(gateway.authorizerCalls()).toBe(1);
  });

  test('give each token, resource and method an entry of its own', async () => {
    const calls = async (method: string, target: string, name: string) => {
      await gateway.send(method, target, withToken(name));
      return gateway.authorizerCalls();
    };
    expect(await calls('GET', '/v1/items/7', 'allow')).toBe(1);
    expect(await calls('GET', '/v1/items/8', 'allow')).toBe(1);
    expect(await calls('GET', '/v1/items', 'allow')).toBe(2);
    expect(await calls('DELETE', '/v1/items/7', 'allow')).toBe(3);
    expect(await calls('GET', '/v1/items/7', 'deny')).toBe(4);
    expect(await calls('DELETE', '/v1/items/8', 'allow')).toBe(4);
    gateway.setTime(60);
    expect(await calls('DELETE', '/v1/items/8', 'allow')).toBe(5);
  });
});

test('a policy cached for one path is evaluated for every other path of the same route', async () => {
  expect((await gateway.get('/v1/items/7', withToken('here'))).status).toBe(200);
  expect((await gateway.get('/v1/items/8', withToken('here'))).status).toBe(403);
  expect(gateway.authorizerCalls()).toBe(1);
});
