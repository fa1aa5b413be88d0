import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RouteReadingName } from '../../../../infra/routes/route-readings.ts';
import type { Template } from '../../../../local/cloudformation/template.ts';
import { type GatewayUnderTest, gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { changed, smallTemplate, templateWith } from '../../../support/gateway/small-template.ts';

let gateway: GatewayUnderTest;

beforeEach(async () => {
  gateway = await gatewayUnderTest(smallTemplate());
});
afterEach(() => gateway.close());

const withToken = (name: string) => ['Authorization', `Bearer ${name}`] as const;

describe('the authorizer', () => {
  test.each([
    ['allow', 200, /"principalId":"p"/],
    ['deny', 403, /with an explicit deny/],
    ['silent', 403, /access this resource"/],
    ['unauthorized', 401, /"Unauthorized"/],
    ['broken', 500, /"message":null/],
    ['nested', 500, /"message":null/],
    ['nothing', 500, /"message":null/],
    ['strange', 500, /"message":null/],
  ])('answers "%s" and the gateway %i', async (name, status, body) => {
    const answer = await gateway.get('/v1/items/7', withToken(name));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
  });

  test('is reported for an unknown condition operator, by name', async () => {
    await gateway.get('/v1/items/7', withToken('strange'));
    expect(gateway.said).toContainEqual(expect.stringContaining('ArnLike'));
  });

  test.each([
    ['no header', []],
    ['an empty header', [['Authorization', ''] as const]],
    ['a header that the expression does not match', [['Authorization', 'Basic x'] as const]],
    ['only a part that matches', [['Authorization', 'Bearer allow, Bearer allow'] as const]],
  ])('is not asked about %s: 401', async (_, headers) => {
    expect((await gateway.get('/v1/items/7', ...headers)).status).toBe(401);
    expect(gateway.authorizerCalls()).toBe(0);
  });

  test('is given the last of two headers, with a warning', async () => {
    expect((await gateway.get('/v1/items/7', withToken('deny'), withToken('allow'))).status).toBe(200);
    expect(gateway.said).toContainEqual(expect.stringContaining('two identity headers'));
  });

  test('is told the raw path, also with a slash at the end, without the query', async () => {
    const { body } = await gateway.get('/v1/items/a%2Fb:c/?x=1', withToken('echo'));
    const { requestContext } = JSON.parse(String(body));
    expect(requestContext.authorizer.methodArn).toMatch(/:localapi01\/v1\/GET\/items\/a%2Fb:c\/$/);
  });
});

test('the gateway selects methods by the reading that it is given', async () => {
  const statusBy = async (reading: RouteReadingName<'rest'>, path: string) => {
    const other = await gatewayUnderTest(smallTemplate(), reading);
    try {
      return (await other.get(path, withToken('allow'))).status;
    } finally {
      await other.close();
    }
  };
  expect(await statusBy('raw', '/v1/items/7/')).not.toBe(200);
  expect(await statusBy('one-slash-at-end', '/v1/items/7/')).toBe(200);
  expect(await statusBy('one-slash-at-end', '/v1/items/7//')).not.toBe(200);
  expect(await statusBy('slashes-at-end', '/v1/items/7//')).toBe(200);
});

describe('the result cache', () => {
  test('holds a Deny as well as an Allow, and asks again when the time has passed', async () => {
    for (const name of ['allow', 'deny', 'allow', 'deny']) await gateway.get('/v1/items/7', withToken(name));
    expect(gateway.authorizerCalls()).toBe(2);
    gateway.setTime(60);
    await gateway.get('/v1/items/7', withToken('allow'));
    expect(gateway.authorizerCalls()).toBe(3);
  });

  test.each(['unauthorized', 'broken', 'nested'])('does not hold "%s"', async (name) => {
    await gateway.get('/v1/items/7', withToken(name));
    await gateway.get('/v1/items/7', withToken(name));
    expect(gateway.authorizerCalls()).toBe(2);
  });

  test('evaluates a cached policy for every request: its condition ends it', async () => {
    gateway.setTime(119);
    expect((await gateway.get('/v1/items/7', withToken('timed'))).status).toBe(200);
    gateway.setTime(120);
    expect((await gateway.get('/v1/items/7', withToken('timed'))).status).toBe(403);
    expect(gateway.authorizerCalls()).toBe(1);
  });
});

describe('the backend', () => {
  test('gets the proxy event', async () => {
    const { body, headers } = await gateway.get('/v1/items/7?a=1&a=2', withToken('allow'), ['X-Test', 'y']);
    expect(JSON.parse(String(body))).toMatchObject({
      resource: '/items/{id}',
      path: '/items/7',
      httpMethod: 'GET',
      pathParameters: { id: '7' },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      headers: { 'X-Test': 'y' },
      requestContext: { stage: 'v1', authorizer: { principalId: 'p', integrationLatency: expect.any(Number), n: '1' } },
    });
    expect(headers).toMatchObject({
      'Content-Type': 'application/x-test',
      'x-amzn-Remapped-WWW-Authenticate': 'Basic',
    });
  });

  test.each(['malformed', 'crash'])('that is %s becomes a 502', async (how) => {
    expect((await gateway.get(`/v1/items/7?${how}=1`, withToken('allow'))).status).toBe(502);
  });
});

test.each([
  ['a path without a resource', 403, '/v1/nothing', /Missing Authentication Token/],
  ['the stage alone', 403, '/v1', /Missing Authentication Token/],
  ['another stage', 403, '/v2/items/7', /Forbidden/],
  ['a path that is too long', 414, `/v1/items/${'x'.repeat(1600)}`, /Too Long/],
])('a request for %s gets %i', async (_, status, target, body) => {
  const answer = await gateway.get(target, withToken('allow'));
  expect(answer).toMatchObject({ status, body: expect.stringMatching(body) });
});

test('a mock answers with its template and its headers, without a backend', async () => {
  const integration = {
    Type: 'MOCK',
    IntegrationResponses: [
      {
        StatusCode: '200',
        ResponseParameters: { 'method.response.header.Access-Control-Allow-Origin': "'*'" },
        ResponseTemplates: { 'application/json': '{"resource":"https://api.example.com"}' },
      },
    ],
  };
  const other = await gatewayUnderTest(changed('GetItem', { AuthorizationType: 'NONE', Integration: integration }));
  expect(await other.get('/v1/items/7')).toMatchObject({
    status: 200,
    headers: { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' },
    body: '{"resource":"https://api.example.com"}',
  });
  await other.close();
});

describe('the gateway fails', () => {
  test.each<[string, Template, number, string]>([
    ['the authorizer may not be invoked', templateWith({ MayAuthorize: undefined }), 500, 'permission'],
    ['the backend may not be invoked', templateWith({ MayIntegrate: undefined }), 500, 'permission'],
    [
      'only another API may invoke the authorizer',
      changed('MayAuthorize', { SourceArn: 'arn:aws:execute-api:*:*:other/*' }),
      500,
      'permission',
    ],
  ])('when %s', async (_, template, status, said) => {
    const other = await gatewayUnderTest(template);
    expect((await other.get('/v1/items/7', withToken('allow'))).status).toBe(status);
    expect(other.said).toContainEqual(expect.stringContaining(said));
    await other.close();
  });
});
