import { describe, expect, it } from 'vitest';
import type { GatewayAnswer } from '../../../local/gateway/exchange/gateway.ts';
import type { GatewayRequest } from '../../../local/gateway/exchange/gateway-request.ts';
import { openToPage } from '../../../local/gateway/page-access.ts';

const PAGE = 'http://127.0.0.1:3005';
const REJECTED: GatewayAnswer = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Bearer' },
  body: '{}',
  responseType: 'UNAUTHORIZED',
};

type Headers = Readonly<Record<string, string>>;

function answerTo(method: string, sent: Headers, answer: GatewayAnswer = REJECTED): Promise<GatewayAnswer> {
  const headers = Object.entries(sent);
  const request: GatewayRequest = {
    requestId: 'r',
    method,
    target: '/v1/orders',
    headers,
    body: new Uint8Array(),
    sourceIp: '127.0.0.1',
  };
  return openToPage(async () => answer, PAGE)(request);
}

const PREFLIGHT = { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' };
const OWN_CORS = {
  'Access-Control-Allow-Origin': 'https://app.acme.example',
  'Access-Control-Expose-Headers': 'X-Own',
};

describe('the page of the run', () => {
  it('may call an API whose CORS settings know other pages only, and reads the challenge', async () => {
    expect(
      await answerTo('GET', { Origin: PAGE }, { ...REJECTED, headers: { ...REJECTED.headers, ...OWN_CORS } }),
    ).toEqual({
      ...REJECTED,
      headers: {
        'WWW-Authenticate': 'Bearer',
        'Access-Control-Allow-Origin': PAGE,
        'Access-Control-Expose-Headers': 'WWW-Authenticate,Retry-After',
      },
    });
  });

  it('gets its preflight answered by an API that has none', async () => {
    expect(await answerTo('OPTIONS', { origin: PAGE, ...PREFLIGHT })).toMatchObject({
      status: 204,
      headers: {
        'Access-Control-Allow-Origin': PAGE,
        'Access-Control-Allow-Methods': 'GET',
        'Access-Control-Allow-Headers': 'authorization',
      },
      body: '',
    });
  });

  it.each(['*', PAGE])('gets what the API says where that allows %s', async (allowed) => {
    const answer = { ...REJECTED, headers: { 'access-control-allow-origin': allowed } };
    expect(await answerTo('OPTIONS', { Origin: PAGE, ...PREFLIGHT }, answer)).toBe(answer);
  });

  it('gets the answer to an OPTIONS request of its own that is no preflight', async () => {
    expect((await answerTo('OPTIONS', { Origin: PAGE })).status).toBe(401);
  });
});

describe('another page', () => {
  it.each<Headers>([
    {},
    { Origin: 'https://app.acme.example' },
    { Origin: 'http://127.0.0.1:3006' },
    { Origin: 'null' },
  ])('gets what the API says: %j', async (headers) => {
    expect(await answerTo('GET', headers)).toBe(REJECTED);
    expect(await answerTo('OPTIONS', { ...headers, ...PREFLIGHT })).toBe(REJECTED);
  });
});
