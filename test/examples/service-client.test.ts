import { inspect } from 'node:util';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { ServiceClient, type ServiceClientOptions } from '../../examples/clients/service-client.ts';
import { startAuthorizationServer } from '../support/network/local-authorization-server.ts';
import { type LoopbackApi, startLoopbackApi, status } from '../support/network/loopback-api.ts';
import { type Answer, hang, json, redirectTo, reset } from '../support/network/loopback-server.ts';
import { timeUnderTest } from '../support/network/time-under-test.ts';

/** Its tokens live for ten minutes. */
const authorizationServer = await startAuthorizationServer();
afterAll(() => authorizationServer.stop());

const servers: LoopbackApi[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

async function serverWith(...answers: readonly Answer[]): Promise<LoopbackApi> {
  const server = await startLoopbackApi(...answers);
  servers.push(server);
  return server;
}

const CREDENTIALS = {
  ...{ clientId: 'service', clientSecret: 'service-secret' },
  tokenEndpoint: authorizationServer.tokenEndpoint,
};

function clientOf({ address: api }: LoopbackApi, options: Partial<ServiceClientOptions> = {}, chance = 0) {
  const time = timeUnderTest(chance);
  return { client: new ServiceClient({ ...CREDENTIALS, api, time, ...options }), time };
}

const caught = (error: unknown): unknown => error;

/** A token endpoint that issues `token-1`, `token-2` and so on, for ten minutes. */
async function tokenEndpoint() {
  let issued = 0;
  const endpoint = await serverWith((response, request) => {
    issued += 1;
    json({ access_token: `token-${issued}`, token_type: 'Bearer', expires_in: 600 })(response, request);
  });
  return { endpoint, options: { tokenEndpoint: endpoint.address } };
}

describe('the token of a service', () => {
  it('is got by client credentials, and sent with every call', async () => {
    const api = await serverWith(status(200));
    const { client } = clientOf(api, { parameters: { scope: 'orders:read' } });
    expect((await client.call('/orders?page=2')).status).toBe(200);
    await client.call('/orders', { method: 'POST', headers: { 'Content-Type': 'text/plain' }, body: 'tea' });
    const [first, second] = api.authorizations();
    expect(decodeJwt(first?.replace('Bearer ', '') ?? '')).toMatchObject({ sub: 'service', scope: 'orders:read' });
    expect(second).toBe(first);
    expect(api.seen).toMatchObject([
      { method: 'GET', path: '/v1/orders?page=2', body: '' },
      { method: 'POST', path: '/v1/orders', headers: { 'content-type': 'text/plain' }, body: 'tea' },
    ]);
  });

  it('is asked for once by calls that begin together, and by those that are rejected together', async () => {
    const { endpoint, options } = await tokenEndpoint();
    const api = await serverWith((response, request) =>
      status(request.headers.authorization === 'Bearer token-1' ? 401 : 200)(response, request),
    );
    const { client } = clientOf(api, options);
    const responses = await Promise.all(Array.from({ length: 5 }, () => client.call('/orders')));
    expect(responses.map((response) => response.status)).toEqual([200, 200, 200, 200, 200]);
    expect(endpoint.seen).toHaveLength(2);
  });

  it.each([
    [0, 539, 540],
    [0.5, 509, 510],
  ])('of ten minutes is renewed one or two minutes early, by chance (%d)', async (chance, lastUse, renewal) => {
    const { endpoint, options } = await tokenEndpoint();
    const { client, time } = clientOf(await serverWith(status(200)), options, chance);
    await client.call('/orders');
    time.advance(lastUse);
    await client.call('/orders');
    expect(endpoint.seen).toHaveLength(1);
    time.advance(renewal - lastUse);
    await client.call('/orders');
    expect(endpoint.seen).toHaveLength(2);
  });

  it.each([
    ['that lives for 20 s is renewed two seconds early', 20, 17, 18, 2],
    ['without a lifetime is used until a 401', undefined, 1, 30 * 24 * 3600, 1],
  ])('%s', async (_, lifetime, lastUse, later, requests) => {
    const endpoint = await serverWith(json({ access_token: 'token', token_type: 'bearer', expires_in: lifetime }));
    const { client, time } = clientOf(await serverWith(status(200)), { tokenEndpoint: endpoint.address });
    await client.call('/orders');
    time.advance(lastUse);
    await client.call('/orders');
    expect(endpoint.seen).toHaveLength(1);
    time.advance(later - lastUse);
    await client.call('/orders');
    expect(endpoint.seen).toHaveLength(requests);
  });

  it('does not follow a redirect', async () => {
    const elsewhere = await serverWith(status(200));
    const { client } = clientOf(await serverWith(redirectTo(elsewhere.address)));
    await expect(client.call('/orders', { method: 'POST' })).rejects.toThrow(TypeError);
    expect(elsewhere.seen).toEqual([]);
  });
});

describe('a 401', () => {
  it.each(['GET', 'POST'])('brings a new token and one more %s', async (method) => {
    const { endpoint, options } = await tokenEndpoint();
    const api = await serverWith(status(401), status(200));
    expect((await clientOf(api, options).client.call('/orders', { method })).status).toBe(200);
    expect(api.authorizations()).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(endpoint.seen).toHaveLength(2);
  });

  it('that follows another is returned', async () => {
    const { endpoint, options } = await tokenEndpoint();
    const api = await serverWith(status(401));
    expect((await clientOf(api, options).client.call('/orders')).status).toBe(401);
    expect([api.seen.length, endpoint.seen.length]).toEqual([2, 2]);
  });

  it('that comes late, for an old token, is answered with the newer token', async () => {
    const { endpoint, options } = await tokenEndpoint();
    const late = Promise.withResolvers<() => void>();
    const api = await serverWith(
      (response, request) => late.resolve(() => status(401)(response, request)),
      status(401),
      status(200),
    );
    const { client } = clientOf(api, options);
    const slow = client.call('/orders');
    const rejectSlow = await late.promise;
    await client.call('/orders');
    rejectSlow();
    expect((await slow).status).toBe(200);
    expect(endpoint.seen).toHaveLength(2);
  });
});

describe('a 403', () => {
  it('is returned, and brings no new token', async () => {
    const { endpoint, options } = await tokenEndpoint();
    const api = await serverWith(status(403));
    expect((await clientOf(api, options).client.call('/orders')).status).toBe(403);
    expect([api.seen.length, endpoint.seen.length]).toEqual([1, 1]);
  });
});

describe('a temporary failure', () => {
  it('is waited out: as long as the API says, and longer by chance', async () => {
    const date = new Date(Date.parse('2026-01-01T00:00:00Z') + 60_000).toUTCString();
    const retry = (value: string) => status(503, { 'Retry-After': value });
    const api = await serverWith(retry('5'), retry('soon'), retry(date), status(200));
    const { client, time } = clientOf(api, {}, 0.5);
    expect((await client.call('/orders')).status).toBe(200);
    // The clock has moved by 10.5 s when the date comes.
    expect(time.waits).toEqual([7_500, 3_000, 49_500 * 1.5]);
    expect(new Set(api.authorizations()).size).toBe(1);
  });

  it.each([429, 500, 502, 503, 504])('that stays is returned after four attempts: %d', async (code) => {
    const api = await serverWith(status(code));
    const { client, time } = clientOf(api);
    expect((await client.call('/orders')).status).toBe(code);
    expect([api.seen.length, time.waits]).toEqual([4, [1_000, 2_000, 4_000]]);
  });

  it('is followed by another POST only if it has an Idempotency-Key', async () => {
    const [once, several] = [await serverWith(status(503), reset), await serverWith(reset, status(503), status(200))];
    const { client } = clientOf(once);
    expect((await client.call('/orders', { method: 'POST' })).status).toBe(503);
    await expect(client.call('/orders', { method: 'POST' })).rejects.toThrow(TypeError);
    const request = { method: 'POST', headers: { 'idempotency-key': 'order-7' } };
    expect((await clientOf(several).client.call('/orders', request)).status).toBe(200);
    expect([once.seen.length, several.seen.length]).toEqual([2, 3]);
  });

  it('without a response is thrown after four attempts', async () => {
    const api = await serverWith(reset);
    await expect(clientOf(api).client.call('/orders')).rejects.toThrow(TypeError);
    expect(api.seen).toHaveLength(4);
  });

  it('longer than a minute is left to the caller', async () => {
    const { client, time } = clientOf(await serverWith(status(429, { 'Retry-After': '61' })));
    expect((await client.call('/orders')).status).toBe(429);
    expect(time.waits).toEqual([]);
  });

  it('of the token endpoint is waited out, too', async () => {
    const token = json({ access_token: 'token', token_type: 'Bearer' });
    const endpoint = await serverWith(status(503), reset, token);
    const { client } = clientOf(await serverWith(status(200)), { tokenEndpoint: endpoint.address });
    expect((await client.call('/orders')).status).toBe(200);
    expect(endpoint.seen).toHaveLength(3);
  });
});

it('a response that is not returned is not left open', async () => {
  const sent = vi.spyOn(globalThis, 'fetch');
  const api = await serverWith(status(503), status(401), status(200));
  await clientOf(api).client.call('/orders');
  const responses = (await Promise.all(sent.mock.results.map(({ value }) => value))) as Response[];
  const bodies = responses.filter(({ url }) => url.startsWith(api.address)).map((response) => response.bodyUsed);
  expect(bodies).toEqual([true, true, false]);
});

describe('the caller is told', () => {
  it('that the token endpoint rejects the client, without the secret, and the next call asks again', async () => {
    const { client } = clientOf(await serverWith(status(200)), { clientSecret: 'wrong-secret' });
    const error = inspect(await client.call('/orders').catch(caught));
    expect(error).toContain(`The token endpoint ${authorizationServer.tokenEndpoint} responds with 401.`);
    expect(error).not.toContain('wrong-secret');
    await expect(client.call('/orders')).rejects.toThrow('responds with 401');
  });

  it.each([
    [{ access_token: 'secret\nX-Other: 1', token_type: 'Bearer' }],
    [{ access_token: 'secret', token_type: 'DPoP' }],
    [{ access_token: 'secret' }],
    [{ token_type: 'Bearer' }],
  ])('that %j is no bearer token, without a word of it', async (response) => {
    const api = await serverWith(status(200));
    const endpoint = await serverWith(json(response));
    const error = inspect(
      await clientOf(api, { tokenEndpoint: endpoint.address }).client.call('/orders').catch(caught),
    );
    expect(error).toContain('The token endpoint responds without a bearer token.');
    expect([error.includes('secret'), api.seen.length]).toEqual([false, 0]);
  });
});

describe('a call that is aborted', () => {
  const REASON = new Error('The service ends.');

  it('while it waits for the response ends the request', async () => {
    const api = await serverWith(hang);
    const abort = new AbortController();
    const call = clientOf(api).client.call('/orders', { signal: abort.signal });
    await vi.waitUntil(() => api.seen.length === 1);
    abort.abort(REASON);
    await expect(call).rejects.toBe(REASON);
    await expect.poll(api.open).toBe(0);
  });

  it('while it waits to come back does not come back', async () => {
    const api = await serverWith(status(503, { 'Retry-After': '60' }));
    const client = new ServiceClient({ ...CREDENTIALS, api: api.address });
    const abort = new AbortController();
    const call = client.call('/orders', { signal: abort.signal });
    await vi.waitUntil(() => api.seen.length === 1 && api.open() === 0);
    abort.abort(REASON);
    await expect(call).rejects.toBe(REASON);
    expect(api.seen).toHaveLength(1);
  });

  it('leaves the token to the others that wait for it', async () => {
    const { endpoint, options } = await tokenEndpoint();
    const { client } = clientOf(await serverWith(status(200)), options);
    const aborted = expect(client.call('/orders', { signal: AbortSignal.abort(REASON) })).rejects.toBe(REASON);
    expect((await client.call('/orders')).status).toBe(200);
    await aborted;
    expect(endpoint.seen).toHaveLength(1);
  });
});

it('a request has a time limit of its own', async () => {
  const limits = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => AbortSignal.abort(new Error('too late')));
  const api = await serverWith(hang);
  await expect(clientOf(api).client.call('/orders')).rejects.toThrow('too late');
  expect(limits).toHaveBeenCalledWith(30_000);
});
