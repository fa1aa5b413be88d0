import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ServedGateway, servedGateway } from '../../support/gateway/served-gateway.ts';
import { changedHttp, smallHttpTemplate } from '../../support/gateway/small-http-template.ts';
import { smallTemplate } from '../../support/gateway/small-template.ts';

let gateway: ServedGateway;

async function send(target: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return fetch(`http://127.0.0.1:${gateway.port}${target}`, {
    ...init,
    headers: { ...authorization, ...init.headers },
  });
}

/** The last event, after the response to a request. */
async function eventOf(target: string, token?: string, init?: RequestInit) {
  await send(target, token, init);
  return gateway.events.at(-1);
}

const EXCHANGE = { at: expect.any(Number), requestId: expect.any(String), milliseconds: expect.any(Number) };

afterEach(() => gateway.close());

describe.each([
  { kind: 'a REST API', template: smallTemplate(), stage: '/v1', idHeader: 'x-amzn-requestid' },
  { kind: 'an HTTP API', template: smallHttpTemplate(), stage: '', idHeader: 'apigw-requestid' },
])('the log of a request to $kind', ({ template, stage, idHeader }) => {
  const path = `${stage}/items/7`;
  const decided = (token: string, members: object) => {
    const fingerprint = createHash('sha256').update(`Bearer ${token}`).digest('hex').slice(0, 16);
    return { ...EXCHANGE, event: 'decision', method: 'GET', path, fingerprint, ...members };
  };
  const rejected = { outcome: 'rejected', status: 401, responseType: 'UNAUTHORIZED' };
  const undecided = { outcome: 'undecided', status: 500, responseType: 'AUTHORIZER_CONFIGURATION_ERROR' };
  const forbidden = { outcome: 'forbidden', status: 403, responseType: 'ACCESS_DENIED' };

  beforeEach(async () => {
    gateway = await servedGateway(template);
  });

  test.each<[string, object]>([
    ['here', { outcome: 'allowed', status: 200, policy: { allows: ['GET /items/7'], denies: [] } }],
    ['silent', { ...forbidden, policy: { allows: ['arn:elsewhere'], denies: [] } }],
    ['deny', { ...forbidden, policy: { allows: ['*'], denies: ['*'] } }],
    ['revoked', { ...rejected, reason: 'revoked', revoked: { level: 'session', issuer: 'main' } }],
    ['unauthorized', rejected],
    ['undecided', { ...undecided, reason: 'key-set' }],
    ['broken', undecided],
    ['nothing', undecided],
    ['strange', undecided],
  ])('says what the authorizer decided on "%s"', async (token, members) => {
    expect(await eventOf(`${path}?x=1`, token)).toEqual(decided(token, members));
  });

  test('comes after the lines that the authorizer wrote for it', async () => {
    await send(path, 'revoked');
    expect(gateway.events.map(({ event }) => event)).toEqual(['function', 'function', 'decision']);
  });

  test('says where a decision came from the result cache, and what it was', async () => {
    await send(path, 'here');
    const policy = { allows: ['GET /items/7'], denies: [] };
    const cached = { event: 'cached', policy };
    expect(await eventOf(path, 'here')).toEqual(decided('here', { ...cached, outcome: 'allowed', status: 200 }));
    expect(await eventOf(`${stage}/items/8`, 'here')).toEqual(
      decided('here', { ...cached, ...forbidden, path: `${stage}/items/8` }),
    );
  });

  test('gives no reason that belongs to an earlier request', async () => {
    await send(path, 'revoked');
    expect(await eventOf(path, 'unauthorized')).toEqual(decided('unauthorized', rejected));
  });

  test('has the id that the response has, and the time of the response', async () => {
    const before = Date.now();
    const response = await send(path, 'allow');
    const event = gateway.events.at(-1);
    expect(event).toMatchObject({ requestId: response.headers.get(idHeader) });
    expect(event?.at).toBeGreaterThanOrEqual(before);
    expect(event?.at).toBeLessThanOrEqual(Date.now());
  });

  test.each<[string, string, number, string]>([
    ['without a token', '/items/7', 401, 'UNAUTHORIZED'],
    [
      'without a route',
      '/elsewhere',
      stage === '' ? 404 : 403,
      stage === '' ? 'NOT_FOUND' : 'MISSING_AUTHENTICATION_TOKEN',
    ],
  ])('%s has no decision', async (_, below, status, responseType) => {
    const sent = `${stage}${below}`;
    const event = { ...EXCHANGE, event: 'request', method: 'GET', path: sent, status, responseType };
    expect(await eventOf(sent)).toEqual(event);
  });

  test('with a body that is too large has no decision', async () => {
    const body = new Uint8Array(10 * 1024 * 1024 + 1);
    expect(await eventOf(path, 'allow', { method: 'POST', body })).toEqual({
      ...{ ...EXCHANGE, event: 'request', method: 'POST', path, status: 413 },
    });
  });

  test('withholds a token in its path, and has no query', async () => {
    const jws = `eyJ${'hbGciOiJSUzI1NiJ9'}.e30.${'b'.repeat(43)}`;
    expect(await eventOf(`${stage}/items/${jws}?t=${jws}`, 'allow')).toMatchObject({
      path: `${stage}/items/[a token, withheld]`,
    });
  });
});

describe('the log of an HTTP API', () => {
  test.each([
    ['an open route', 'GET', '/open', 200],
    ['a preflight', 'OPTIONS', '/items/7', 204],
  ])('has no decision for %s', async (_, method, path, status) => {
    const cors = { AllowOrigins: ['*'], AllowMethods: ['GET'] };
    gateway = await servedGateway(changedHttp('Api', { CorsConfiguration: cors }));
    const headers = { Origin: 'https://a.example', 'Access-Control-Request-Method': 'GET' };
    expect(await eventOf(path, 'allow', { method, headers })).toEqual({
      ...{ ...EXCHANGE, event: 'request', method, path, status },
    });
  });
});
