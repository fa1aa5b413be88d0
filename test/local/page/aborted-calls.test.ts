import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { machineTime } from '../../../local/page/retry-pause.ts';
import { type TokenResponse, unlessAborted } from '../../../local/page/shared-sign-in.ts';
import { clientOf } from '../../support/network/client-under-test.ts';
import { halfOfABody, type LoopbackApi, startLoopbackApi, status } from '../../support/network/loopback-api.ts';
import { type Answer, hang } from '../../support/network/loopback-server.ts';

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
const REASON = new Error('The person has left the page.');

/** A sign-in that ends only when it is aborted, as `fetch` does. */
function endlessSignIn() {
  const aborted: unknown[] = [];
  const signIn = vi.fn(
    (signal: AbortSignal) =>
      new Promise<TokenResponse>((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(signal.reason);
          reject(signal.reason);
        });
      }),
  );
  return { signIn, aborted };
}

describe('a call that is aborted', () => {
  it('before it begins sends nothing, and signs nobody in', async () => {
    const api = await apiWith(status(200));
    const { client, signIn } = clientOf(api);
    await expect(client.call({ ...GET, signal: AbortSignal.abort(REASON) })).rejects.toBe(REASON);
    expect([api.seen.length, signIn.mock.calls.length]).toEqual([0, 0]);
  });

  it.each([
    ['the response', hang],
    ['the rest of the body', halfOfABody],
  ])('while it waits for %s ends the request', async (_, answer) => {
    const api = await apiWith(answer);
    const abort = new AbortController();
    const call = clientOf(api).client.call({ ...GET, signal: abort.signal });
    await vi.waitUntil(() => api.seen.length === 1);
    abort.abort(REASON);
    await expect(call).rejects.toBe(REASON);
    await expect.poll(api.open).toBe(0);
    expect([api.seen.length, getEventListeners(abort.signal, 'abort').length]).toEqual([1, 0]);
  });

  it.each([
    ['at its beginning', (abort: () => void) => abort()],
    ['later', (abort: () => void) => void setImmediate(abort)],
  ])('%s while it waits to come back ends its timer, and does not come back', async (_, onWait) => {
    const api = await apiWith(status(503, { 'Retry-After': '60' }));
    const abort = new AbortController();
    const [started, ended] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
    const { client } = clientOf(api, { time: machineTime, onWait: () => onWait(() => abort.abort(REASON)) });
    await expect(client.call({ ...GET, signal: abort.signal })).rejects.toBe(REASON);
    const timer =
      started.mock.results[started.mock.calls.findIndex(([, milliseconds]) => Number(milliseconds) >= 60_000)];
    expect(timer).toMatchObject({ type: 'return' });
    expect(ended.mock.calls).toContainEqual([timer?.value]);
    expect([api.seen.length, getEventListeners(abort.signal, 'abort').length]).toEqual([1, 0]);
  });

  it('while it signs in ends the sign-in, and the next call begins another', async () => {
    const api = await apiWith(status(200));
    const { signIn, aborted } = endlessSignIn();
    const { client } = clientOf(api, { signIn });
    const abort = new AbortController();
    const call = client.call({ ...GET, signal: abort.signal });
    abort.abort(REASON);
    await expect(call).rejects.toBe(REASON);
    expect(aborted).toEqual([REASON]);
    signIn.mockResolvedValueOnce({ access_token: 'token' });
    expect((await client.call(GET)).status).toBe(200);
    expect(signIn).toHaveBeenCalledTimes(2);
  });

  it('leaves a sign-in alone for which another call waits', async () => {
    const api = await apiWith(status(200));
    const signedIn = Promise.withResolvers<TokenResponse>();
    const signIn = vi.fn((_signal: AbortSignal) => signedIn.promise);
    const { client } = clientOf(api, { signIn });
    const abort = new AbortController();
    const [left, stays] = [client.call({ ...GET, signal: abort.signal }), client.call(GET)];
    abort.abort(REASON);
    await expect(left).rejects.toBe(REASON);
    expect(signIn.mock.calls[0]?.[0].aborted).toBe(false);
    const joins = client.call(GET);
    signedIn.resolve({ access_token: 'token' });
    expect([(await stays).status, (await joins).status]).toEqual([200, 200]);
    expect([signIn.mock.calls.length, client.token]).toEqual([1, 'token']);
  });

  it('by its time limit rejects with a TimeoutError', async () => {
    const { client } = clientOf(await apiWith(hang));
    await expect(client.call({ ...GET, signal: AbortSignal.timeout(1) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

describe('the signal of a sign-in', () => {
  it('is not aborted after the sign-in, when no call waits for it any more', async () => {
    const { client, signIn } = clientOf(await apiWith(status(200)));
    const abort = new AbortController();
    await client.call({ ...GET, signal: abort.signal });
    abort.abort();
    expect(signIn.mock.calls[0]?.[0].aborted).toBe(false);
  });
});

describe('waiting for a promise or an abort', () => {
  it.each([
    ['resolves', () => Promise.resolve(7)],
    ['rejects', () => Promise.reject(REASON)],
  ])('leaves no listener behind when the promise %s', async (_, promise) => {
    const { signal } = new AbortController();
    const waiting = unlessAborted(promise(), signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await waiting.catch(() => undefined);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves no listener behind when the signal is aborted', async () => {
    const abort = new AbortController();
    const waiting = unlessAborted(new Promise(() => undefined), abort.signal);
    abort.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
    expect(getEventListeners(abort.signal, 'abort')).toEqual([]);
  });
});

describe('signing out', () => {
  it('forgets the token, so that the next call signs in', async () => {
    const { client, signIn } = clientOf(await apiWith(status(200)));
    await client.call(GET);
    client.signOut();
    expect(client.token).toBeUndefined();
    await client.call(GET);
    expect(signIn).toHaveBeenCalledTimes(2);
  });

  it('aborts the calls of the session, and not those after it', async () => {
    const api = await apiWith(hang, status(200));
    const { client } = clientOf(api);
    const old = client.call(GET);
    await vi.waitUntil(() => api.seen.length === 1);
    client.signOut();
    await expect(old).rejects.toMatchObject({ name: 'AbortError' });
    expect((await client.call(GET)).status).toBe(200);
  });

  it('drops the token of a sign-in that ends too late', async () => {
    const signedIn = Promise.withResolvers<TokenResponse>();
    const { client } = clientOf(await apiWith(status(200)), { signIn: () => signedIn.promise });
    const old = client.call(GET);
    signedIn.resolve({ access_token: 'token' });
    client.signOut();
    await expect(old).rejects.toMatchObject({ name: 'AbortError' });
    expect(client.token).toBeUndefined();
  });
});
