import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../../local/cloudformation/template.ts';
import { gatewayUnderTest } from '../../../support/gateway/gateway-under-test.ts';
import { withUrlRoute } from '../../../support/gateway/small-http-template.ts';
import { hang, type LoopbackServer, reset, startLoopbackServer } from '../../../support/network/loopback-server.ts';

let backend: LoopbackServer;

beforeEach(async () => {
  backend = await startLoopbackServer(async (response, request) => {
    const { method, url, headersDistinct } = request;
    response.writeHead(203, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
    response.end(JSON.stringify({ method, url, headers: headersDistinct, body: await text(request) }));
  });
});
afterEach(() => backend.close());

const TOKEN = ['Authorization', 'Bearer allow'] as const;

const send = async (
  method: string,
  target: string,
  integration: JsonObject = {},
  headers: readonly (readonly [string, string])[] = [TOKEN],
) => {
  const gateway = await gatewayUnderTest(withUrlRoute(`${backend.address}/base/{proxy}`, integration));
  try {
    const body = Buffer.from(method === 'GET' ? '' : 'sent');
    const request = { requestId: 'r1', method, target, headers, body, sourceIp: '127.0.0.1' };
    const answer = await gateway.apis[0]?.answer(request);
    if (answer === undefined) throw new Error('The template has no API.');
    return { ...answer, said: gateway.said };
  } finally {
    await gateway.close();
  }
};

const receivedFrom = ({ body }: { readonly body: string | Uint8Array }) =>
  JSON.parse(Buffer.from(body).toString('utf8'));

describe('an HTTP proxy integration', () => {
  test('passes the request on, with the path of its parameter, and the response back', async () => {
    const answer = await send('PUT', '/books/a/b%20c?x=1&x=2', {}, [
      TOKEN,
      ['X-A', '1'],
      ['x-a', '2'],
      ['Host', 'api'],
    ]);
    expect(answer).toMatchObject({
      status: 203,
      headers: { 'content-type': ['application/json'], 'set-cookie': ['a=1', 'b=2'], 'apigw-requestid': 'r1' },
    });
    expect(answer.headers).not.toHaveProperty('connection');
    expect(receivedFrom(answer)).toMatchObject({
      method: 'PUT',
      url: '/base/a/b%20c?x=1&x=2',
      headers: { authorization: ['Bearer allow'], 'x-a': ['1', '2'], host: [new URL(backend.address).host] },
      body: 'sent',
    });
  });

  test('is not reached without a token', async () => {
    expect((await send('GET', '/books/a', {}, [])).status).toBe(401);
    expect(backend.requests).toEqual([]);
  });

  test('calls with its own method', async () => {
    expect(receivedFrom(await send('GET', '/books/a', { IntegrationMethod: 'DELETE' }))).toMatchObject({
      method: 'DELETE',
    });
  });

  test('changes headers, query strings and the path', async () => {
    const RequestParameters = {
      'overwrite:path': `/x/\${request.path.proxy}/y`,
      'overwrite:header.authorization': `Context \${context.authorizer.n}`,
      'append:header.x-a': '$request.querystring.q',
      'remove:header.x-b': "''",
      'overwrite:querystring.q': 'fixed',
      'append:querystring.q': '$request.header.X-A',
      'remove:querystring.r': "''",
      'append:header.x-id': '$context.requestId',
      'append:header.x-path': '$request.path',
    };
    const headers = [TOKEN, ['X-A', 'one'], ['X-B', 'two']] as const;
    const received = receivedFrom(await send('GET', '/books/a?q=1&r=2', { RequestParameters }, headers));
    expect(received).toMatchObject({
      url: '/x/a/y?q=fixed&q=one',
      headers: {
        authorization: ['Context 1'],
        'x-a': ['one', '1'],
        'x-id': ['r1'],
        'x-path': ['/books/a'],
      },
    });
    expect(received.headers).not.toHaveProperty('x-b');
  });
});

test.each([
  ['breaks off', {}, reset],
  ['does not answer in time', { TimeoutInMillis: 50 }, hang],
])('a backend that %s becomes a 503', async (_, integration, answer) => {
  backend.answerWith(answer);
  expect(await send('GET', '/books/a', integration)).toMatchObject({
    status: 503,
    body: '{"message":"Service Unavailable"}',
    said: [expect.stringContaining(backend.address)],
  });
});
