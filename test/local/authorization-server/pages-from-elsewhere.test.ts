import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type StartedAuthorizationServer,
  startAuthorizationServer,
} from '../../support/network/local-authorization-server.ts';

let server: StartedAuthorizationServer;
beforeAll(async () => {
  server = await startAuthorizationServer({ backchannelLogoutUri: 'http://127.0.0.1:9/logout' });
});
afterAll(() => server.stop());

const CALLBACK = 'http://127.0.0.1/callback';
const MACHINE = `Basic ${Buffer.from('service:service-secret').toString('base64')}`;
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** Sends headers that `fetch` sets by itself. */
function send(method: string, path: string, headers: Readonly<Record<string, string>>, body = '') {
  return new Promise<{ status: number | undefined; allowed: string | undefined; body: string }>((resolve, reject) => {
    const sent = request(`${server.issuer}${path}`, { method, headers }, (response) => {
      const allowed = response.headers['access-control-allow-origin'];
      text(response).then((answer) => resolve({ status: response.statusCode, allowed, body: answer }), reject);
    });
    sent.on('error', reject).end(body);
  });
}

const register = (metadata: object) =>
  send(
    'POST',
    '/reg',
    { 'Content-Type': 'application/json' },
    JSON.stringify({
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [CALLBACK],
      ...metadata,
    }),
  );

describe('a page from elsewhere', () => {
  it.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1@evil.example',
  ])('whose host name %s leads to this machine gets no token (DNS rebinding)', async (host) => {
    const token = await send(
      'POST',
      '/token',
      { ...FORM, Host: host, Authorization: MACHINE },
      'grant_type=client_credentials',
    );
    expect(token).toMatchObject({ status: 421, body: expect.stringContaining('127.0.0.1') });
    const path = `/auth?client_id=web-app&response_type=code&redirect_uri=${encodeURIComponent(CALLBACK)}`;
    expect((await send('GET', path, { Host: host })).status).toBe(421);
    expect((await send('DELETE', `/jwks/${server.signingKey.kid}`, { Host: host })).status).toBe(421);
  });

  it('may read no answer of the token endpoint and of the registration', async () => {
    const headers = { Origin: 'https://evil.example' };
    const code = await send(
      'POST',
      '/token',
      { ...FORM, ...headers },
      'grant_type=authorization_code&client_id=web-app&code=x',
    );
    expect(code).toMatchObject({ status: 400, allowed: undefined });
    const preflight = { ...headers, 'Access-Control-Request-Method': 'POST' };
    expect(await send('OPTIONS', '/reg', preflight)).toMatchObject({ status: 404, allowed: undefined });
    expect((await send('POST', '/reg', { ...headers, 'Content-Type': 'text/plain' }, '{}')).status).toBe(400);
  });
});

it('an app on this machine reaches the server under both of its names', async () => {
  for (const host of [undefined, 'localhost:3001', '127.0.0.1']) {
    const headers = { ...FORM, Authorization: MACHINE, ...(host !== undefined && { Host: host }) };
    expect((await send('POST', '/token', headers, 'grant_type=client_credentials')).status).toBe(200);
  }
});

describe('a client that registers itself', () => {
  it.each([
    { redirect_uris: ['http://localhost.evil.example/'] },
    { redirect_uris: ['http://127.0.0.1@evil.example/'] },
    { redirect_uris: ['http://evil.example@127.0.0.1/'] },
    { redirect_uris: ['http://127.0.0.1\\@evil.example/'] },
    { redirect_uris: ['http://127.0.\t0.1/'] },
    { redirect_uris: ['javascript:alert(1)//http://127.0.0.1/'] },
    { redirect_uris: ['blob:http://127.0.0.1/x'] },
    { redirect_uris: [CALLBACK, 'https://evil.example/'] },
    { redirect_uris: 'https://evil.example/' },
    { sector_identifier_uri: 'https://127.0.0.1:9/x' },
    { backchannel_logout_uri: 'https://evil.example/logout' },
    { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://127.0.0.1:9/keys' },
    { response_types: ['id_token'], grant_types: ['implicit'] },
  ])('is rejected with %j', async (metadata) => {
    expect((await register(metadata)).status).toBe(400);
  });

  it.each([
    { redirect_uris: ['http://127.0.0.1:5173/callback?app=1'] },
    { redirect_uris: ['http://LOCALHOST:5173'] },
    { backchannel_logout_uri: 'http://127.0.0.1:8080/logout' },
  ])('is registered with %j', async (metadata) => {
    expect(await register(metadata)).toMatchObject({ status: 201 });
  });

  it('chooses no id, and reads no request from an address', async () => {
    const { body } = await register({ client_id: 'web-app', request_uris: ['http://127.0.0.1:9/'] });
    const { client_id: clientId, ...metadata } = JSON.parse(body);
    expect(clientId).not.toBe('web-app');
    expect(metadata).not.toHaveProperty('request_uris');
  });
});
