import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';
import {
  type Answer,
  afterSeconds,
  body,
  inTurn,
  json,
  reset,
  startLoopbackServer,
} from '../support/network/loopback-server.ts';

let journey: LocalJourney;

beforeAll(async () => {
  // No cache: every request invokes the authorizer, and so reaches its dependencies.
  journey = await startJourney({ resultTtlSeconds: 0 });
}, START_TIMEOUT);

afterAll(async () => journey?.stop());

describe('while the key set is unreachable', () => {
  test('a cold authorizer answers that it cannot decide, and decides when the key set is back', async () => {
    const token = await journey.token('service');
    await journey.run.authorizationServer.pause();
    await journey.run.recycleEnvironments();
    const response = await journey.call('/orders', token);
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).not.toBeNull();
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    await journey.run.authorizationServer.resume();
    await journey.run.recycleEnvironments();
    expect(await statusOf(token)).toBe(200);
  });

  test('a warm authorizer continues with the keys it holds', async () => {
    const token = await journey.token('service');
    expect(await statusOf(token)).toBe(200);
    await journey.run.authorizationServer.pause();
    expect(await statusOf(token)).toBe(200);
    await journey.run.authorizationServer.resume();
  });
});

describe('a cold start against a flaky issuer', () => {
  test('that resets, stalls for 2 s and fails gets 503 until at most 2 s after it is healthy', {
    timeout: 60_000,
  }, async () => {
    const token = await journey.token('service');
    await journey.run.authorizationServer.pause();
    await journey.run.recycleEnvironments();
    const { issuer } = journey.run.running;
    let healthySince = Infinity;
    const healthy: Answer = (response, request) => {
      const { kty, n, e, kid } = journey.run.signingKey;
      const document = request.url?.startsWith('/.well-known/')
        ? { issuer, jwks_uri: `${issuer}/jwks` }
        : { keys: [{ kty, n, e, kid }] };
      json(document)(response, request);
    };
    const failure: Answer = (response, request) => {
      healthySince = Date.now();
      body('', 500)(response, request);
    };
    const flaky = await startLoopbackServer(inTurn(reset, afterSeconds(2, healthy), failure, healthy), {
      port: Number(new URL(issuer).port),
    });
    const answers: { readonly sentAt: number; readonly status: number }[] = [];
    await vi.waitUntil(
      async () => {
        answers.push({ sentAt: Date.now(), status: await statusOf(token) });
        return answers.at(-1)?.status === 200;
      },
      { timeout: 45_000, interval: 100 },
    );
    await flaky.close();
    await journey.run.authorizationServer.resume();
    expect(flaky.requests.length).toBeGreaterThan(3);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503, 200]));
    expect(answers.filter(({ sentAt, status }) => status === 503 && sentAt > healthySince + 2_000)).toEqual([]);
  });
});

describe('when DynamoDB ends', () => {
  test('no good token is rejected, and the same entries count when it is back', {
    timeout: 60_000,
  }, async () => {
    const [good, revoked] = await Promise.all([journey.token('service'), journey.token('service')]);
    await journey.revoke(`jti#local#${jwtIdOf(revoked)}`);
    expect(await statusOf(revoked)).toBe(401);
    killDynamoDb();
    // A warm authorizer may still remember for a moment that a token is revoked.
    await journey.run.recycleEnvironments();
    await untilAnswer(good, 503);
    expect(await statusOf(revoked)).toBe(503);
    expect(journey.said).toContainEqual(expect.stringContaining('has ended'));
    await untilAnswer(good, 200);
    expect(await statusOf(revoked)).toBe(401);
  });

  test('another DynamoDB on its port is adopted and gets the table', { timeout: 60_000 }, async () => {
    const token = await journey.token('service');
    killDynamoDb();
    await vi.waitUntil(() => journey.run.dynamodbPid() === undefined, { timeout: 5_000 });
    // That of the test run, which lacks the journey's table.
    const another = await forwardTo(inject('dynamoDbEndpoint'), Number(new URL(journey.run.running.dynamodb).port));
    try {
      await untilAnswer(token, 200);
      await journey.revoke(`jti#local#${jwtIdOf(token)}`);
      expect(await statusOf(token)).toBe(401);
    } finally {
      another.close();
    }
  });
});

/** Serves what listens at an address from another port, too. */
async function forwardTo(address: string, port: number): Promise<Server> {
  const { hostname, port: target } = new URL(address);
  const server = createServer((socket) => {
    const upstream = connect(Number(target), hostname);
    pipeline(socket, upstream, socket, () => undefined);
  });
  server.listen(port, hostname);
  await once(server, 'listening');
  return server;
}

function killDynamoDb(): void {
  const pid = journey.run.dynamodbPid();
  if (pid === undefined) throw new Error('DynamoDB Local does not run.');
  process.kill(pid, 'SIGKILL');
}

async function statusOf(token: string): Promise<number> {
  return (await journey.call('/orders', token)).status;
}

/** Waits for a status. Until then only "cannot decide" is an acceptable answer. */
async function untilAnswer(token: string, status: number): Promise<void> {
  const seen = new Set<number>();
  await vi.waitUntil(
    async () => {
      const current = await statusOf(token);
      seen.add(current);
      return current === status;
    },
    { timeout: 45_000, interval: 100 },
  );
  expect([200, 503]).toEqual(expect.arrayContaining([...seen]));
}
