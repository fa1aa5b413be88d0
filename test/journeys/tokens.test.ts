import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { API_KINDS, ORIGIN, OUTCOMES, seenIn } from '../support/journeys/api-outcomes.ts';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';
import { issuerAnswer } from '../support/network/issuer-answer.ts';
import { startLoopbackServer } from '../support/network/loopback-server.ts';
import { signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey } from '../support/tokens/signing-keys.ts';

describe.each(API_KINDS)('%s API:', (api) => {
  const now = Math.floor(Date.now() / 1000);
  let journey: LocalJourney;

  beforeAll(async () => {
    // A DynamoDB that runs already, as with DYNAMODB_ENDPOINT.
    journey = await startJourney({ api, resultTtlSeconds: 300, dynamodbEndpoint: inject('dynamoDbEndpoint') });
  }, START_TIMEOUT);

  afterAll(async () => journey?.stop());

  describe('a good token', () => {
    test.each([
      ['service', 'GET', '/orders', 200],
      ['service', 'POST', '/orders', 200],
      ['service', 'GET', '/orders/7', 200],
      ['service', 'GET', '/orders/7/refunds', 200],
      ['service', 'GET', '/whoami', 200],
      ['reader', 'GET', '/orders', 200],
      ['reader', 'POST', '/orders', 403],
      ['reader', 'GET', '/orders/7/refunds', 200],
      ['visitor', 'GET', '/whoami', 200],
      ['visitor', 'GET', '/orders', 403],
    ])('of %s gets for %s %s the answer %i', async (clientId, method, path, status) => {
      const response = await journey.call(path, await journey.token(clientId), { method });
      expect(response.status).toBe(status);
    });

    test('names its caller to the backend', async () => {
      const response = await journey.call('/whoami', await journey.token('service'));
      expect(await response.json()).toMatchObject({
        context: { subject: 'service', clientId: 'service', scope: 'orders:read orders:write refunds:read' },
      });
    });

    test('that lacks the scope gets a 403 that a page of another origin can read', async () => {
      const response = await journey.call('/orders', await journey.token('visitor'), { headers: ORIGIN });
      expect(await seenIn(response)).toEqual(OUTCOMES[api]['scope missing']);
      if (api === 'rest') expect(response.headers.get('Access-Control-Expose-Headers')).toContain('WWW-Authenticate');
    });
  });

  describe('rejected is', () => {
    const strangerKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    test.each<[string, () => Promise<Record<string, string>>]>([
      ['a request without a token', async () => ({})],
      ['a value that is not a token', async () => ({ Authorization: 'Bearer x' })],
      ['another scheme', async () => ({ Authorization: 'Basic x' })],
      ['an expired token', async () => authorization(await journey.sign({ iat: now - 900, exp: now - 300 }))],
      ['a token for another audience', async () => authorization(await journey.sign({ aud: 'https://other.example' }))],
      ['a token with the signature of another key', async () => authorization(await signedByStranger())],
    ])('%s', async (_, headers) => {
      const response = await journey.call('/orders', undefined, { headers: { ...ORIGIN, ...(await headers()) } });
      expect(await seenIn(response)).toEqual(OUTCOMES[api].rejected);
    });

    async function signedByStranger(): Promise<string> {
      const { issuer } = journey.run.running;
      const { kid } = journey.run.signingKey;
      return new SignJWT({
        iss: issuer,
        aud: 'https://api.example.com',
        sub: 'x',
        jti: randomUUID(),
        iat: now,
        exp: now + 60,
      })
        .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
        .sign(strangerKey);
    }
  });

  describe('requests around the API', () => {
    test('a preflight needs no token', async () => {
      const headers = { ...ORIGIN, 'Access-Control-Request-Method': 'GET' };
      const response = await journey.call('/orders', undefined, { method: 'OPTIONS', headers });
      expect(response.status).toBe(204);
      expect(response.headers.get('Access-Control-Allow-Headers')).toMatch(/\bauthorization\b/i);
    });

    test.each([
      ['GET', '/nothing-here'],
      ['HEAD', '/orders'],
      ['DELETE', '/orders'],
    ])('%s %s is not a route, with and without a token', async (method, path) => {
      expect((await journey.call(path, undefined, { method })).status).toBe(OUTCOMES[api]['no route'].status);
      const withToken = await journey.call(path, await journey.token('service'), { method });
      expect(withToken.status).toBe(OUTCOMES[api]['no route'].status);
    });

    test('a stage that does not exist answers nothing', async () => {
      const elsewhere = new URL('/v9/orders', journey.run.running.api);
      expect(await seenIn(await fetch(elsewhere, { headers: ORIGIN }))).toEqual(OUTCOMES[api]['no stage']);
    });
  });

  test('a key that the issuer adds is trusted next to the old one, whose tokens end when it is withdrawn', async () => {
    const { run } = journey;
    const { issuer } = run.running;
    const { kty, n, e, kid } = run.signingKey;
    const newKey = createSigningKey('RS256', 'rotated');
    const oldToken = await journey.token('service');
    const claims = { iss: issuer, aud: 'https://api.example.com', sub: 's', client_id: 's', jti: randomUUID() };
    const header = { alg: 'RS256', typ: 'at+jwt', kid: newKey.keyId };
    const newToken = signedToken(newKey, header, { ...claims, scope: 'orders:read', iat: now, exp: now + 600 });
    const statuses = async () => [
      (await journey.call('/orders', oldToken)).status,
      (await journey.call('/orders', newToken)).status,
    ];
    await run.authorizationServer.pause();
    const rotating = await startLoopbackServer(issuerAnswer(issuer, { kty, n, e, kid }, newKey.publicJwk), {
      port: Number(new URL(issuer).port),
    });
    await run.recycleEnvironments();
    expect(await statuses()).toEqual([200, 200]);
    rotating.answerWith(issuerAnswer(issuer, newKey.publicJwk));
    await run.recycleEnvironments();
    journey.advance(300);
    expect(await statuses()).toEqual([401, 200]);
    await rotating.close();
    await run.authorizationServer.resume();
    await run.recycleEnvironments();
  });

  describe('the result cache', () => {
    test('answers for every route of the API with one call of the authorizer', async () => {
      const token = await journey.token('reader');
      const before = journey.run.authorizerCalls();
      expect((await journey.call('/orders', token)).status).toBe(200);
      expect((await journey.call('/orders', token, { method: 'POST' })).status).toBe(403);
      expect((await journey.call('/whoami', token)).status).toBe(200);
      expect(journey.run.authorizerCalls() - before).toBe(1);
    });

    test('asks the authorizer again when the result TTL has passed, and not before', async () => {
      const token = await journey.token('service');
      await journey.call('/orders', token);
      const before = journey.run.authorizerCalls();
      journey.advance(299);
      await journey.call('/orders', token);
      expect(journey.run.authorizerCalls() - before).toBe(0);
      journey.advance(2);
      await journey.call('/orders', token);
      expect(journey.run.authorizerCalls() - before).toBe(1);
    });

    test('does not outlive the token: a cached Allow ends with it', async () => {
      const issuedAt = Math.floor(Date.now() / 1000);
      const token = await journey.sign({ iat: issuedAt, exp: issuedAt + 3600 });
      const shortLived = await journey.sign({ iat: issuedAt, exp: issuedAt + 3000 });
      journey.advance(issuedAt + 2900 - journey.gatewayTime());
      expect((await journey.call('/orders', token)).status).toBe(200);
      expect((await journey.call('/orders', shortLived)).status).toBe(200);
      const before = journey.run.authorizerCalls();
      journey.advance(110);
      expect((await journey.call('/orders', token)).status).toBe(200);
      expect((await journey.call('/orders', shortLived)).status).toBe(403);
      expect(journey.run.authorizerCalls() - before).toBe(0);
    });
  });
});

function authorization(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}
