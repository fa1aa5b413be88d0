import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { ServiceClient } from '../../examples/clients/service-client.ts';
import { ApiClient } from '../../local/page/api-client.ts';
import { API_KINDS } from '../support/journeys/api-outcomes.ts';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';
import { signIn } from '../support/journeys/signal-journey.ts';

/** An hour, so that only a flush can bring a rejection during the test. */
const RESULT_TTL = 3600;

describe.each(API_KINDS)('%s API:', (api) => {
  let journey: LocalJourney;

  beforeAll(async () => {
    journey = await startJourney({ api, resultTtlSeconds: RESULT_TTL, dynamodbEndpoint: inject('dynamoDbEndpoint') });
  }, START_TIMEOUT);

  afterEach(() => journey.run.setFlushEffect('at once'));
  afterAll(async () => journey?.stop());

  describe('an entry in the table', () => {
    // The first test, because a flush for another test's entry would empty the cache as well.
    test('revokes a cached token in use long before its result TTL has passed, because the gateway flushes', async () => {
      const token = await journey.token('service');
      expect(await statusOf(token)).toBe(200);
      const calls = journey.run.authorizerCalls();
      expect(await statusOf(token)).toBe(200);
      expect(journey.run.authorizerCalls()).toBe(calls);
      const flushes = journey.run.flushes();
      await journey.revoke(`jti#local#${jwtIdOf(token)}`);
      await untilStatus(token, 401);
      expect(journey.run.flushes()).toBeGreaterThan(flushes);
    });

    test('revokes a token although the gateway has cached its Allow for an hour, and its deletion restores the token', async () => {
      const token = await journey.token('service');
      const target = `jti#local#${jwtIdOf(token)}`;
      expect(await statusOf(token)).toBe(200);
      await journey.revoke(target);
      await untilStatus(token, 401);
      await journey.restore(target);
      await untilStatus(token, 200);
    });

    test('leaves other tokens of the same client alone', async () => {
      const [revoked, other] = await Promise.all([journey.token('service'), journey.token('service')]);
      await journey.revoke(`jti#local#${jwtIdOf(revoked)}`);
      expect(await statusOf(revoked)).toBe(401);
      expect(await statusOf(other)).toBe(200);
    });

    test('for a subject revokes every token of the subject', async () => {
      const token = await journey.token('reader');
      expect(await statusOf(token)).toBe(200);
      await journey.revoke('sub#local#reader');
      await untilStatus(token, 401);
      expect(await statusOf(await journey.token('reader'))).toBe(401);
      await journey.restore('sub#local#reader');
      await untilStatus(token, 200);
    });
  });

  test('a sign-out at the authorization server revokes the tokens of that session, and no other', async () => {
    const [alice, bob] = [await signIn(journey, 'alice'), await signIn(journey, 'bob')];
    expect([await statusOf(alice.token), await statusOf(bob.token)]).toEqual([200, 200]);
    await alice.app.signOut();
    await untilStatus(alice.token, 401);
    expect(await statusOf(bob.token)).toBe(200);
  });

  describe('the documented clients', () => {
    test('an app signs in again once when its token was revoked, and says which scope is missing', async () => {
      const app = new ApiClient({
        api: journey.run.running.api,
        signIn: async () => ({ access_token: (await signIn(journey, 'bob')).token }),
      });
      expect((await app.call({ method: 'GET', path: '/orders' })).status).toBe(200);
      await journey.revoke(`jti#local#${jwtIdOf(app.token ?? '')}`);
      const statuses = async () => {
        const { attempts } = await app.call({ method: 'GET', path: '/orders' });
        return attempts.length === 1 ? undefined : attempts.map(({ status }) => status);
      };
      expect(await vi.waitUntil(statuses, { timeout: 15_000, interval: 50 })).toEqual([401, 200]);
      const order = app.call({ method: 'POST', path: '/orders', scopes: ['orders:write'] });
      await expect(order).rejects.toThrow('The token lacks a scope for POST /orders (orders:write).');
    });

    test('a service gets a new token once when its token was revoked, and no other when the client is', async () => {
      const { api, tokenEndpoint } = journey.run.running;
      const credentials = { clientId: 'service', clientSecret: 'service-secret' };
      const service = new ServiceClient({ api, tokenEndpoint, ...credentials });
      const jwtId = async () => {
        const { context } = (await (await service.call('/orders')).json()) as { context: { jwtId: string } };
        return context.jwtId;
      };
      const first = await jwtId();
      await journey.revoke(`jti#local#${first}`);
      await vi.waitUntil(async () => (await jwtId()) !== first, { timeout: 15_000, interval: 50 });
      await journey.revoke('sub#local#service');
      await vi.waitUntil(async () => (await service.call('/orders')).status === 401, { timeout: 15_000, interval: 50 });
      await journey.restore('sub#local#service');
      await vi.waitUntil(async () => (await service.call('/orders')).status === 200, { timeout: 15_000, interval: 50 });
    });
  });

  describe('when flushes have no effect', () => {
    test('a cached Allow lives until its result TTL has passed, and no longer', async () => {
      const token = await journey.token('service');
      expect(await statusOf(token)).toBe(200);
      journey.run.setFlushEffect('never');
      const flushes = journey.run.flushes();
      await journey.revoke(`jti#local#${jwtIdOf(token)}`);
      await vi.waitUntil(() => journey.run.flushes() > flushes, { timeout: 15_000 });
      expect(await statusOf(token)).toBe(200);
      journey.advance(RESULT_TTL);
      expect(await statusOf(token)).toBe(401);
    });
  });

  async function statusOf(token: string): Promise<number> {
    return (await journey.call('/orders', token)).status;
  }

  async function untilStatus(token: string, status: number): Promise<void> {
    await vi.waitUntil(async () => (await statusOf(token)) === status, { timeout: 15_000, interval: 50 });
  }
});
