import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MissingScopeError } from '../../../local/page/api-exchange.ts';
import type { TokenResponse } from '../../../local/page/shared-sign-in.ts';
import { clientOf } from '../../support/network/client-under-test.ts';
import { type LoopbackApi, startLoopbackApi, status } from '../../support/network/loopback-api.ts';
import { type Answer, body, redirectTo, reset } from '../../support/network/loopback-server.ts';

const apis: LoopbackApi[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(apis.splice(0).map((api) => api.close()));
});

async function apiWith(...answers: readonly Answer[]): Promise<LoopbackApi> {
  const api = await startLoopbackApi(...answers);
  apis.push(api);
  return api;
}

const GET = { method: 'GET', path: '/orders' };
const POST = { method: 'POST', path: '/orders', body: { item: 'tea' } };

describe('the access token', () => {
  it('is got by a sign-in at the first call, and sent with all calls from then on', async () => {
    const api = await apiWith(status(200));
    const { client, signIn } = clientOf(api);
    expect(client.token).toBeUndefined();
    const response = await client.call({ ...GET, path: '/orders?page=2' });
    await client.call(POST);
    expect(response).toMatchObject({ status: 200, attempts: [{ status: 200, pause: undefined }] });
    expect(JSON.parse(response.body)).toMatchObject({ status: 200 });
    expect(api.seen).toMatchObject([
      { method: 'GET', path: '/v1/orders?page=2', headers: { authorization: 'Bearer token-1' }, body: '' },
      { method: 'POST', path: '/v1/orders', headers: { 'content-type': 'application/json' }, body: '{"item":"tea"}' },
    ]);
    expect(api.authorizations()).toEqual(['Bearer token-1', 'Bearer token-1']);
    expect([signIn.mock.calls.length, client.token]).toEqual([1, 'token-1']);
  });

  it('stands in no field that others can read, and in no address', async () => {
    const api = await apiWith(status(200));
    const { client } = clientOf(api);
    const response = await client.call(GET);
    expect(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify([client, response])).not.toContain(
      'token-1',
    );
    expect(api.seen.map(({ path }) => path)).toEqual(['/v1/orders']);
  });

  it.each([
    ['of ten minutes is replaced half a minute before its end', 600, 569, 570],
    ['of a minute is replaced six seconds before its end', 60, 53, 54],
  ])('%s', async (_, lifetime, lastUse, replacement) => {
    const api = await apiWith(status(200));
    const { client, signIn, time } = clientOf(api, { lifetime });
    await client.call(GET);
    time.advance(lastUse);
    await client.call(GET);
    expect(signIn).toHaveBeenCalledTimes(1);
    time.advance(replacement - lastUse);
    await client.call(GET);
    expect(api.authorizations().at(-1)).toBe('Bearer token-2');
  });

  it('without a lifetime is used until a 401', async () => {
    const { client, signIn, time } = clientOf(await apiWith(status(200)));
    await client.call(GET);
    time.advance(30 * 24 * 3600);
    await client.call(GET);
    expect(signIn).toHaveBeenCalledTimes(1);
  });

  it.each([['secret\nX-Other: 1'], ['secret token'], [''], [undefined]])(
    'is not sent, and not quoted, if it is no bearer token: %j',
    async (value) => {
      const api = await apiWith(status(200));
      const signIn = async () => ({ access_token: value }) as TokenResponse;
      const error = await clientOf(api, { signIn }).client.call(GET).catch(inspect);
      expect(error).toContain('The sign-in brought no bearer token.');
      expect(error).not.toContain('secret');
      expect(api.seen).toEqual([]);
    },
  );

  it('does not follow a redirect', async () => {
    const elsewhere = await apiWith(status(200));
    const api = await apiWith(redirectTo(elsewhere.address));
    await expect(clientOf(api).client.call(POST)).rejects.toThrow(TypeError);
    expect([api.seen.length, elsewhere.seen.length]).toEqual([1, 0]);
  });

  it.each(['.evil.example/', '@evil.example/', 'orders', ''])(
    'does not go to another host by the path "%s"',
    async (path) => {
      const asked = vi.spyOn(globalThis, 'fetch');
      const { client } = clientOf(await apiWith(status(200)));
      await expect(client.call({ method: 'GET', path })).rejects.toThrow(`The path ${path} must begin with a slash.`);
      expect(asked).not.toHaveBeenCalled();
    },
  );

  it('goes with requests without cookies, whose responses no cache keeps', async () => {
    const asked = vi.spyOn(globalThis, 'fetch');
    await clientOf(await apiWith(status(200))).client.call(GET);
    expect(asked.mock.calls[0]?.[1]).toMatchObject({ credentials: 'omit', cache: 'no-store', redirect: 'error' });
  });
});

describe('after a 401', () => {
  it.each([GET, POST])('a new token is got, and the same $method is sent once more', async (request) => {
    const api = await apiWith(status(401), status(200));
    const { client, signIn } = clientOf(api);
    const { status: code, attempts } = await client.call(request);
    expect([code, attempts.map((each) => each.status)]).toEqual([200, [401, 200]]);
    expect(api.authorizations()).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(api.seen[1]).toMatchObject({ method: request.method, path: '/v1/orders', body: api.seen[0]?.body });
    expect(signIn).toHaveBeenCalledTimes(2);
  });

  it('a second one is returned, and its token is not used again', async () => {
    const api = await apiWith(status(401), status(401), status(200));
    const { client, signIn } = clientOf(api);
    expect((await client.call(GET)).status).toBe(401);
    expect([api.seen.length, signIn.mock.calls.length, client.token]).toEqual([2, 2, undefined]);
    expect((await client.call(GET)).status).toBe(200);
    expect(api.authorizations().at(-1)).toBe('Bearer token-3');
  });

  it('calls that were rejected together share one sign-in', async () => {
    const together: (() => void)[] = [];
    const api = await apiWith(status(200), (response, request) => {
      const isOld = request.headers.authorization === 'Bearer token-1';
      together.push(() => status(isOld ? 401 : 200)(response, request));
      if (together.length === 5) for (const respond of together.splice(0)) respond();
    });
    const { client, signIn } = clientOf(api);
    await client.call(GET);
    const responses = await Promise.all(Array.from({ length: 5 }, () => client.call(GET)));
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200, 200, 200]);
    expect(signIn).toHaveBeenCalledTimes(2);
  });

  it('that comes late, for an old token, the newer token is used without a sign-in', async () => {
    const late = Promise.withResolvers<() => void>();
    const api = await apiWith(
      (response, request) => late.resolve(() => status(401)(response, request)),
      status(401),
      status(200),
    );
    const { client, signIn } = clientOf(api);
    const slow = client.call(GET);
    const rejectSlow = await late.promise;
    expect((await client.call(GET)).status).toBe(200);
    rejectSlow();
    expect((await slow).status).toBe(200);
    expect(api.authorizations()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2', 'Bearer token-2']);
    expect([signIn.mock.calls.length, client.token]).toEqual([2, 'token-2']);
  });

  it('a failed sign-in is thrown, and the next call signs in again', async () => {
    const { client, signIn } = clientOf(await apiWith(status(401), status(200)));
    signIn.mockImplementationOnce(async () => ({ access_token: 'old' }));
    signIn.mockRejectedValueOnce(new Error('The session has ended.'));
    await expect(client.call(GET)).rejects.toThrow('The session has ended.');
    expect((await client.call(GET)).status).toBe(200);
  });
});

describe('a 403', () => {
  const challenge = (parameters: string) =>
    status(403, { 'WWW-Authenticate': `Bearer realm="orders, and more", ${parameters}` });

  it.each([
    ['of the challenge', challenge('error="insufficient_scope", scope="orders:write"'), ['a'], ['orders:write']],
    ['of the challenge, where it has several', challenge('scope=" a  b", error="insufficient_scope"'), [], ['a', 'b']],
    [
      'of the route, where the challenge has an empty one',
      challenge('error="insufficient_scope", scope=""'),
      ['a'],
      ['a'],
    ],
    ['of the route, where the challenge has none', challenge('error="insufficient_scope"'), ['a', 'b'], ['a', 'b']],
    ['of the route, for an HTTP API', body('{"message":"Forbidden"}', 403), ['a'], ['a']],
    ['nobody names', challenge('error=insufficient_scope'), undefined, []],
  ])('says that the scopes are missing that are %s, and does not sign in again', async (_, answer, own, missing) => {
    const api = await apiWith(answer);
    const { client, signIn } = clientOf(api);
    const request = { ...GET, ...(own !== undefined && { scopes: own }) };
    const error = await client.call(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MissingScopeError);
    expect(error).toMatchObject({ scopes: missing, response: { status: 403, attempts: [{ status: 403 }] } });
    const named = missing.length === 0 ? '' : ` (${missing.join(' ')})`;
    expect(String(error)).toBe(`MissingScopeError: The token lacks a scope for GET /orders${named}.`);
    expect([api.seen.length, signIn.mock.calls.length, client.token]).toEqual([1, 1, 'token-1']);
  });

  it('is what names a missing scope, and no other status', async () => {
    const { client } = clientOf(await apiWith(body('{"message":"Forbidden"}', 404)));
    expect(await client.call({ ...GET, scopes: ['a'] })).toMatchObject({ status: 404 });
  });

  it.each([
    ['of a backend', body('{"error":"not your order"}', 403)],
    ['of a web ACL', status(403)],
    ['with another error', challenge('error="insufficient_user_authentication"')],
    ['of another scheme', status(403, { 'WWW-Authenticate': 'GNAP error="insufficient_scope"' })],
  ])('%s is returned', async (_, answer) => {
    const { client } = clientOf(await apiWith(answer));
    expect(await client.call({ ...GET, scopes: ['a'] })).toMatchObject({ status: 403 });
  });
});

describe('a temporary failure', () => {
  it('is waited out, and the call goes on with the same token', async () => {
    const api = await apiWith(status(503, { 'Retry-After': '5' }), status(429, { 'Retry-After': '1' }), status(200));
    const told: number[] = [];
    const { client, time } = clientOf(api, { onWait: (milliseconds) => told.push(milliseconds) });
    const { attempts } = await client.call(GET);
    expect(attempts).toEqual([
      { status: 503, pause: 5000 },
      { status: 429, pause: 2000 },
      { status: 200, pause: undefined },
    ]);
    expect([told, time.waits]).toEqual([
      [5000, 2000],
      [5000, 2000],
    ]);
    expect(new Set(api.authorizations())).toEqual(new Set(['Bearer token-1']));
  });

  it.each([
    ['503', status(503)],
    ['429', status(429)],
    ['500 of an HTTP API', body('{"message":"Internal Server Error"}', 500)],
  ])('that stays is returned after four attempts: %s', async (_, answer) => {
    const api = await apiWith(answer);
    const { client, time } = clientOf(api);
    expect((await client.call(GET)).attempts).toHaveLength(4);
    expect([api.seen.length, time.waits]).toEqual([4, [1000, 2000, 4000]]);
  });

  it('before and after a 401 counts towards the same four attempts', async () => {
    const unavailable = status(503);
    const api = await apiWith(unavailable, unavailable, unavailable, status(401), unavailable);
    expect((await clientOf(api).client.call(GET)).attempts.map((each) => each.status)).toEqual([
      503, 503, 503, 401, 503,
    ]);
  });

  it.each([
    ['PUT', {}],
    ['DELETE', {}],
    ['HEAD', {}],
    ['POST', { idempotencyKey: 'order-7' }],
    ['PATCH', { idempotencyKey: 'order-7' }],
  ])('is followed by another %s with %j', async (method, more) => {
    const api = await apiWith(reset, status(503), status(200));
    expect((await clientOf(api).client.call({ ...GET, ...more, method })).status).toBe(200);
    const { idempotencyKey } = { idempotencyKey: undefined, ...more };
    expect(api.seen.map(({ headers }) => headers['idempotency-key'])).toEqual(Array(3).fill(idempotencyKey));
  });

  it.each(['POST', 'PATCH'])('is not followed by another %s, which may have been applied', async (method) => {
    const api = await apiWith(status(503), status(429), reset);
    const { client, time } = clientOf(api);
    expect((await client.call({ ...POST, method })).status).toBe(503);
    expect((await client.call({ ...POST, method })).status).toBe(429);
    await expect(client.call({ ...POST, method })).rejects.toThrow(TypeError);
    expect([api.seen.length, time.waits]).toEqual([3, []]);
  });

  it('without a response is thrown after four attempts, without the token', async () => {
    const api = await apiWith(reset);
    const error = await clientOf(api)
      .client.call(GET)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('token-1');
    expect(api.seen).toHaveLength(4);
  });

  it.each([
    ['500', 500],
    ['502', 502],
    ['404', 404],
  ])('is not what a backend says with %s', async (_, code) => {
    const api = await apiWith(status(code));
    expect((await clientOf(api).client.call(GET)).status).toBe(code);
    expect(api.seen).toHaveLength(1);
  });
});
