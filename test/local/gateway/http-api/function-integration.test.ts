import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json } from '../../../../local/cloudformation/template.ts';
import { type GatewayUnderTest, gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { changedHttp, smallHttpTemplate } from '../../../support/gateway/small-http-template.ts';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await gatewayUnderTest(smallHttpTemplate());
});
afterAll(() => gateway.close());

const TOKEN = ['Authorization', 'Bearer allow'] as const;

/** Sends a request with a body to the first API. */
const post = async (target: string, body: Uint8Array, ...headers: readonly (readonly [string, string])[]) => {
  const request = { requestId: 'r1', method: 'POST', target, headers, body, sourceIp: '127.0.0.1' };
  const answer = await gateway.apis[0]?.answer(request);
  return JSON.parse(String(answer?.body));
};

describe('a backend of payload format 2.0', () => {
  test('gets the request, and the context with its types', async () => {
    const { body } = await gateway.get('/items/7?a=1', TOKEN);
    const event = JSON.parse(String(body));
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'GET /items/{id}',
      rawPath: '/items/7',
      rawQueryString: 'a=1',
      headers: { authorization: 'Bearer allow' },
      pathParameters: { id: '7' },
      requestContext: { stage: '$default', authorizer: { lambda: { n: 1 } } },
      isBase64Encoded: false,
    });
    for (const name of ['body', 'cookies', 'stageVariables', 'routeArn']) expect(event).not.toHaveProperty(name);
  });

  test('gets no authorizer from a route without one', async () => {
    const { body } = await gateway.get('/open');
    expect(JSON.parse(String(body)).requestContext).not.toHaveProperty('authorizer');
  });

  test.each([
    ['application/json', false],
    ['text/plain; charset=utf-8', false],
    ['Application/XML', false],
    ['application/javascript', false],
    ['application/x-www-form-urlencoded', true],
    ['application/problem+json', true],
    ['application/octet-stream', true],
  ])('gets a body of %s with isBase64Encoded %s', async (type, isBase64Encoded) => {
    const bytes = Buffer.from('{"é":1}');
    const event = await post('/open', bytes, ['Content-Type', type]);
    expect(event).toMatchObject({ isBase64Encoded, body: bytes.toString(isBase64Encoded ? 'base64' : 'utf8') });
  });

  test('gets a body without a type in base64', async () => {
    expect(await post('/open', Buffer.from('x'))).toMatchObject({ isBase64Encoded: true, body: 'eA==' });
  });
});

describe('the answer of a backend of payload format 2.0', () => {
  const answerTo = (answer: Json) => gateway.get(`/open?answer=${encodeURIComponent(JSON.stringify(answer))}`);

  test('with a status is the response', async () => {
    const answer = {
      statusCode: 201,
      headers: { 'X-A': 'b', 'Content-Type': 'text/html' },
      cookies: ['a=1', 'b=2'],
      body: 'x',
    };
    expect(await answerTo(answer)).toMatchObject({
      status: 201,
      headers: { 'x-a': 'b', 'content-type': 'text/html', 'set-cookie': ['a=1', 'b=2'] },
      body: 'x',
    });
  });

  test('with a status alone has no body, and is text', async () => {
    expect(await answerTo({ statusCode: '204' })).toMatchObject({
      status: 204,
      headers: { 'content-type': 'text/plain;charset=UTF-8' },
      body: '',
    });
  });

  test('in base64 is decoded', async () => {
    const { body } = await answerTo({ statusCode: 200, isBase64Encoded: true, body: 'w6k=' });
    expect(Buffer.from(body).toString('utf8')).toBe('é');
  });

  test.each<[Json]>([[{ message: 'hello' }], ['hello'], [7], [[1, 2]], [null]])(
    '%j is a body of JSON',
    async (answer) => {
      expect(await answerTo(answer)).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(answer),
      });
    },
  );

  test.each<[Json]>([
    [{ statusCode: 'ok' }],
    [{ statusCode: 99 }],
    [{ statusCode: 600 }],
    [{ statusCode: 200, headers: 'x' }],
    [{ statusCode: 200, headers: { a: ['b'] } }],
    [{ statusCode: 200, cookies: 'a=1' }],
    [{ statusCode: 200, body: {} }],
  ])('%j is malformed: 500', async (answer) => {
    expect(await answerTo(answer)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
    expect(gateway.said).toContainEqual(expect.stringContaining('malformed'));
  });

  test('does not come from a function that ends: 500', async () => {
    expect((await gateway.get('/open?crash=1')).status).toBe(500);
  });
});

describe('a backend of payload format 1.0', () => {
  test('gets the request as format 1.0 has it, and the context with its principal', async () => {
    const event = await post('/legacy/a%20b?x=1&x=2', Buffer.from('a=1'), TOKEN, ['X-Two', '1'], ['X-Two', '2']);
    expect(event).toMatchObject({
      version: '1.0',
      resource: '/legacy/{id}',
      path: '/legacy/a b',
      httpMethod: 'POST',
      headers: { Authorization: 'Bearer allow', 'X-Two': '2' },
      multiValueHeaders: { 'X-Two': ['1', '2'] },
      queryStringParameters: { x: '2' },
      multiValueQueryStringParameters: { x: ['1', '2'] },
      pathParameters: { id: 'a b' },
      stageVariables: null,
      requestContext: { resourcePath: '/legacy/{id}', stage: '$default', authorizer: { principalId: 'p', n: 1 } },
      body: 'YT0x',
      isBase64Encoded: true,
    });
  });

  test('answers with lists of headers, and not without a status', async () => {
    const other = await gatewayUnderTest(changedHttp('OpenBackend', { PayloadFormatVersion: '1.0' }));
    const answerTo = (answer: Json) => other.get(`/open?answer=${encodeURIComponent(JSON.stringify(answer))}`);
    expect(await answerTo({ statusCode: 200, multiValueHeaders: { 'X-A': ['1', '2'] } })).toMatchObject({
      status: 200,
      headers: { 'x-a': ['1', '2'] },
    });
    expect((await answerTo({ message: 'hello' })).status).toBe(500);
    await other.close();
  });
});

test('a backend that takes longer than its integration gets no more time: 503', async () => {
  const other = await gatewayUnderTest(changedHttp('OpenBackend', { TimeoutInMillis: 50 }));
  expect(await other.get('/open?slow=1')).toMatchObject({ status: 503, body: '{"message":"Service Unavailable"}' });
  await other.close();
});
