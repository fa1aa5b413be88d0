import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Template } from '../../../../local/cloudformation/template.ts';
import { type GatewayUnderTest, gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import {
  changedHttp,
  httpTemplateWith,
  smallHttpTemplate,
  withDefaultRoute,
} from '../../../support/gateway/small-http-template.ts';

let gateway: GatewayUnderTest;

beforeEach(async () => {
  gateway = await gatewayUnderTest(smallHttpTemplate());
});
afterEach(() => gateway.close());

const withToken = (name: string, header = 'Authorization') => [header, `Bearer ${name}`] as const;

/** Runs with another template, and closes it. */
const withTemplate = async (template: Template, use: (other: GatewayUnderTest) => Promise<void>) => {
  const other = await gatewayUnderTest(template);
  try {
    await use(other);
  } finally {
    await other.close();
  }
};

const eventOf = async (from: GatewayUnderTest, target: string, ...headers: readonly (readonly [string, string])[]) => {
  const { body } = await from.get(target, ...headers);
  return JSON.parse(JSON.parse(String(body)).requestContext.authorizer.lambda.event);
};

describe('the authorizer of an HTTP API', () => {
  test.each([
    ['allow', 200, /"lambda":{"n":1}/],
    ['nested', 200, /"lambda":{"a":{}}/],
    ['deny', 403, /^{"message":"Forbidden"}$/],
    ['silent', 403, /^{"message":"Forbidden"}$/],
    ['unauthorized', 401, /^{"message":"Unauthorized"}$/],
    ['broken', 500, /^{"message":"Internal Server Error"}$/],
    ['nothing', 500, /^{"message":"Internal Server Error"}$/],
    ['strange', 500, /^{"message":"Internal Server Error"}$/],
  ])('answers "%s" and the gateway %i', async (name, status, body) => {
    const answer = await gateway.get('/items/7', withToken(name));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
    expect(answer.headers).toMatchObject({ 'apigw-requestid': 'r1' });
  });

  test.each([
    ['no header', []],
    ['an empty header', [['Authorization', ''] as const]],
  ])('is not asked about %s: 401', async (_, headers) => {
    expect(await gateway.get('/items/7', ...headers)).toMatchObject({
      status: 401,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"Unauthorized"}',
    });
    expect(gateway.authorizerCalls()).toBe(0);
  });

  test('that throws Unauthorized is warned about: AWS documents no answer', async () => {
    await gateway.get('/items/7', withToken('unauthorized'));
    expect(gateway.said).toContainEqual(expect.stringContaining('thrown Unauthorized'));
  });

  test('gets all values of its header, joined by commas, with a warning', async () => {
    const event = await eventOf(gateway, '/items/7', withToken('echo'), ['x', '1']);
    expect(event.identitySource).toEqual(['Bearer echo']);
    expect(gateway.said).toEqual([]);
    expect((await gateway.get('/items/7', withToken('allow'), withToken('allow'))).status).toBe(500);
    expect(gateway.said).toContainEqual(expect.stringContaining('several values of an identity source'));
  });

  test('is not asked for a route without authorization', async () => {
    expect((await gateway.get('/open')).status).toBe(200);
    expect(gateway.authorizerCalls()).toBe(0);
  });
});

describe('the event of payload format 2.0', () => {
  test('has the request as AWS documents it', async () => {
    const target = '/dev/items/a%20b?x=1&x=%C3%A9&y=3';
    const headers = [
      ['X-Two', '1'],
      ['x-two', '2'],
      ['Cookie', 'a=1; b=2'],
      ['User-Agent', 'test'],
    ] as const;
    expect(await eventOf(gateway, target, withToken('echo'), ...headers)).toEqual({
      version: '2.0',
      type: 'REQUEST',
      routeArn: expect.stringMatching(/^arn:aws:execute-api:eu-west-1:000000000000:\w{10}\/dev\/GET\/items\/a b$/),
      identitySource: ['Bearer echo'],
      routeKey: 'GET /items/{id}',
      rawPath: '/dev/items/a b',
      rawQueryString: 'x=1&x=%C3%A9&y=3',
      cookies: ['a=1', 'b=2'],
      headers: { authorization: 'Bearer echo', 'x-two': '1,2', 'user-agent': 'test' },
      queryStringParameters: { x: '1,é', y: '3' },
      pathParameters: { id: 'a b' },
      requestContext: {
        accountId: '000000000000',
        apiId: expect.stringMatching(/^\w{10}$/),
        domainName: 'localhost',
        domainPrefix: 'localhost',
        http: {
          method: 'GET',
          path: '/dev/items/a b',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'test',
        },
        requestId: 'r1',
        routeKey: 'GET /items/{id}',
        stage: 'dev',
        time: '01/Jan/1970:00:00:00 +0000',
        timeEpoch: 0,
      },
    });
    expect(gateway.said).toContainEqual(expect.stringContaining('decodes the path'));
  });

  test('has no empty map, and $default in the ARN of a stage without a name', async () => {
    await withTemplate(withDefaultRoute(), async (other) => {
      const event = await eventOf(other, '/else', withToken('echo'));
      for (const name of ['cookies', 'queryStringParameters', 'pathParameters', 'stageVariables']) {
        expect(event).not.toHaveProperty(name);
      }
      expect(event).toMatchObject({ routeKey: '$default', rawPath: '/else', rawQueryString: '' });
      expect(event.routeArn).toMatch(/\/\$default\/GET\/else$/);
    });
  });

  test('names the route of a greedy parameter by ANY, and its ARN by the request', async () => {
    const event = await eventOf(gateway, '/dev/files/', withToken('echo'));
    expect(event).toMatchObject({
      routeKey: 'ANY /files/{proxy+}',
      rawPath: '/dev/files/',
      pathParameters: { proxy: '' },
    });
    expect(event.routeArn).toMatch(/\/dev\/GET\/files\/$/);
  });
});

describe('the result cache of an HTTP API', () => {
  test('holds a policy for all routes, until the time has passed', async () => {
    for (const target of ['/items/7', '/items/8', '/files/a']) await gateway.get(target, withToken('allow'));
    expect(gateway.authorizerCalls()).toBe(1);
    gateway.setTime(60);
    await gateway.get('/items/7', withToken('allow'));
    expect(gateway.authorizerCalls()).toBe(2);
  });

  test('evaluates a cached policy for the ARN and the time of each request', async () => {
    expect((await gateway.get('/items/7', withToken('here'))).status).toBe(200);
    expect((await gateway.get('/items/8', withToken('here'))).status).toBe(403);
    expect(gateway.said).toContainEqual(expect.stringContaining('caches a policy that denies'));
    expect(gateway.authorizerCalls()).toBe(1);
  });

  test('ends an Allow with its condition', async () => {
    await withTemplate(changedHttp('RequestAuthorizer', { AuthorizerResultTtlInSeconds: 3600 }), async (other) => {
      other.setTime(119);
      expect((await other.get('/items/7', withToken('timed'))).status).toBe(200);
      other.setTime(120);
      expect((await other.get('/items/7', withToken('timed'))).status).toBe(403);
      expect(other.authorizerCalls()).toBe(1);
    });
  });

  test('is one for each stage, and flushed by the name of the stage', async () => {
    const [api] = gateway.apis;
    const callsAfter = async (target: string) => {
      await gateway.get(target, withToken('allow'));
      return gateway.authorizerCalls();
    };
    expect(await callsAfter('/items/7')).toBe(1);
    expect(await callsAfter('/dev/items/7')).toBe(2);
    api?.flush('dev');
    api?.flush('other');
    expect(await callsAfter('/items/7')).toBe(2);
    expect(await callsAfter('/dev/items/7')).toBe(3);
    api?.flush('$default');
    expect(await callsAfter('/items/7')).toBe(4);
  });

  test.each([[{ AuthorizerResultTtlInSeconds: 0 }], [{ AuthorizerResultTtlInSeconds: null }]])(
    'does not exist with %j',
    async (properties) => {
      await withTemplate(changedHttp('RequestAuthorizer', properties), async (other) => {
        await other.get('/items/7', withToken('allow'));
        await other.get('/items/7', withToken('allow'));
        expect(other.authorizerCalls()).toBe(2);
      });
    },
  );

  test.each(['unauthorized', 'broken'])('does not hold "%s"', async (name) => {
    await gateway.get('/items/7', withToken(name));
    await gateway.get('/items/7', withToken(name));
    expect(gateway.authorizerCalls()).toBe(2);
  });

  test('has an entry for each route where the route key is an identity source', async () => {
    const template = changedHttp('RequestAuthorizer', {
      IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
    });
    await withTemplate(template, async (other) => {
      const event = await eventOf(other, '/items/7', withToken('echo'));
      expect(event.identitySource).toEqual(['Bearer echo', 'GET /items/{id}']);
      await other.get('/items/8', withToken('echo'));
      expect(other.authorizerCalls()).toBe(1);
      await other.get('/files/8', withToken('echo'));
      expect(other.authorizerCalls()).toBe(2);
    });
  });
});

test('an identity source of the query string is required', async () => {
  const template = changedHttp('RequestAuthorizer', { IdentitySource: ['$request.querystring.token'] });
  await withTemplate(template, async (other) => {
    expect((await other.get('/items/7', withToken('allow'))).status).toBe(401);
    expect(other.authorizerCalls()).toBe(0);
    const { identitySource } = await eventOf(other, '/items/7?token=x&token=y', withToken('echo'));
    expect(identitySource).toEqual(['x,y']);
  });
});

describe('an HTTP API answers 500 when', () => {
  test.each<[string, Template]>([
    ['the authorizer may not be invoked', httpTemplateWith({ MayAuthorize: undefined })],
    ['the backend may not be invoked', httpTemplateWith({ MayIntegrate: undefined })],
    [
      'only another API may invoke the backend',
      changedHttp('MayIntegrate', { SourceArn: 'arn:aws:execute-api:*:*:x/*' }),
    ],
  ])('%s', async (_, template) => {
    await withTemplate(template, async (other) => {
      const answer = await other.get('/items/7', withToken('allow'));
      expect(answer).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
      expect(other.said).toContainEqual(expect.stringContaining('has no permission'));
    });
  });
});

test.each([
  ['dev/GET/items/{id}', '/dev/items/7', 200],
  ['dev/GET/items/{id}', '/items/7', 500],
  ['*/GET/items/{id}', '/dev/items/7', 200],
  ['*/*/files/{proxy+}', '/files/a', 200],
  ['*/GET/files/{proxy+}', '/files/a', 500],
  ['*/*/open', '/items/7', 500],
])('a permission for %s answers %s with %i', async (source, target, status) => {
  const SourceArn = `arn:aws:execute-api:eu-west-1:000000000000:*/${source}`;
  await withTemplate(changedHttp('MayIntegrate', { SourceArn }), async (other) => {
    expect((await other.get(target, withToken('allow'))).status).toBe(status);
  });
});

test.each([
  ['dev/$default', 200],
  ['*/GET/nowhere', 500],
])('a permission for %s answers a request by the route $default with %i', async (source, status) => {
  const SourceArn = `arn:aws:execute-api:eu-west-1:000000000000:localapi01/${source}`;
  const { Resources } = changedHttp('MayIntegrate', { SourceArn });
  await withTemplate({ Resources: { ...withDefaultRoute().Resources, ...Resources } }, async (other) => {
    expect((await other.get('/dev/nowhere', withToken('allow'))).status).toBe(status);
  });
});

test('a route whose authorizer is not one of its API does not run, and is not open', async () => {
  await withTemplate(changedHttp('GetItem', { AuthorizerId: 'other' }), async (other) => {
    expect(await other.get('/items/7', withToken('allow'))).toMatchObject({
      status: 501,
      body: '{"message":"GET /items/{id} does not run locally: its authorizer other is none of the API."}',
    });
  });
});

describe('an authorizer of another kind than ours', () => {
  const simple = (isAuthorized: boolean) =>
    `export const handler = async ({ headers }) => ({ isAuthorized: ${isAuthorized}, context: { id: headers.authorization } });`;

  test.each([
    [true, 200],
    [false, 403],
  ])('answers isAuthorized %s, and the gateway %i', async (isAuthorized, status) => {
    const template = changedHttp('RequestAuthorizer', { EnableSimpleResponses: true });
    const other = await gatewayUnderTest(template, undefined, { authorizer: simple(isAuthorized) });
    const answer = await other.get('/items/7', withToken('x'));
    expect(answer.status).toBe(status);
    if (isAuthorized)
      expect(JSON.parse(String(answer.body)).requestContext.authorizer.lambda).toEqual({ id: 'Bearer x' });
    await other.close();
  });

  test('gets an event of payload format 1.0', async () => {
    const echo = `export const handler = async (event) => ({
      principalId: 'p',
      policyDocument: { Statement: [{ Effect: 'Allow', Action: '*', Resource: event.methodArn }] },
      context: { event: JSON.stringify(event) },
    });`;
    const template = changedHttp('RequestAuthorizer', { AuthorizerPayloadFormatVersion: '1.0' });
    const other = await gatewayUnderTest(template, undefined, { authorizer: echo });
    const { body } = await other.get('/items/7?a=1', withToken('x'));
    expect(JSON.parse(JSON.parse(String(body)).requestContext.authorizer.lambda.event)).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      methodArn: 'arn:aws:execute-api:eu-west-1:000000000000:localapi01/$default/GET/items/7',
      identitySource: 'Bearer x',
      authorizationToken: 'Bearer x',
      resource: '/items/{id}',
      httpMethod: 'GET',
      headers: { Authorization: 'Bearer x' },
      queryStringParameters: { a: '1' },
      pathParameters: { id: '7' },
      requestContext: { stage: '$default' },
    });
    await other.close();
  });
});
