import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { pipeline } from 'node:stream';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { ApiKind } from '../../lambda/policy/route.ts';
import { API_KINDS, ORIGIN, OUTCOMES, seenIn } from '../support/journeys/api-outcomes.ts';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../support/journeys/local-journey.ts';
import { clientOf } from '../support/network/client-under-test.ts';
import { issuerAnswer } from '../support/network/issuer-answer.ts';
import {
  type Answer,
  afterSeconds,
  body,
  inTurn,
  reset,
  startLoopbackServer,
} from '../support/network/loopback-server.ts';
import { timeUnderTest } from '../support/network/time-under-test.ts';

/** With a REST API, and a DynamoDB Local of its own. */
let journey: LocalJourney;
/** With an HTTP API, and the same DynamoDB Local. */
let httpJourney: LocalJourney;

beforeAll(async () => {
  // No cache: every request invokes the authorizer, and so reaches its dependencies.
  journey = await startJourney({ api: 'rest', resultTtlSeconds: 0 });
  const { dynamodb } = journey.run.running;
  httpJourney = await startJourney({ api: 'http', resultTtlSeconds: 0, dynamodbEndpoint: dynamodb });
}, START_TIMEOUT);

afterAll(async () => {
  await httpJourney?.stop();
  await journey?.stop();
});

function journeyOf(api: ApiKind): LocalJourney {
  return api === 'http' ? httpJourney : journey;
}

describe('while the key set is unreachable', () => {
  test.each(API_KINDS)(
    'a cold authorizer of a %s API cannot decide, and decides when the key set is back',
    async (api) => {
      const { run, token: tokenFor, call } = journeyOf(api);
      const token = await tokenFor('service');
      await run.authorizationServer.pause();
      await run.recycleEnvironments();
      expect(await seenIn(await call('/orders', token, { headers: ORIGIN }))).toEqual(OUTCOMES[api].undecided);
      await run.authorizationServer.resume();
      await run.recycleEnvironments();
      expect((await call('/orders', token)).status).toBe(200);
    },
  );

  test.each([
    ['rest', 5_000],
    ['http', 1_000],
  ] as const)(
    'the documented client of an app waits at a %s API, and has its response when the key set is back',
    async (api, pause) => {
      const { run, token: tokenFor } = journeyOf(api);
      const token = await tokenFor('service');
      await run.authorizationServer.pause();
      await run.recycleEnvironments();
      const wait = async () => {
        await run.authorizationServer.resume();
        await run.recycleEnvironments();
      };
      const signIn = async () => ({ access_token: token });
      const { client } = clientOf({ address: run.running.api }, { signIn, time: { ...timeUnderTest(), wait } });
      const { attempts } = await client.call({ method: 'GET', path: '/orders' });
      const { status } = OUTCOMES[api].undecided;
      expect(attempts).toEqual([
        { status, pause },
        { status: 200, pause: undefined },
      ]);
    },
  );

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
    const { kty, n, e, kid } = journey.run.signingKey;
    const healthy = issuerAnswer(issuer, { kty, n, e, kid });
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
  test.each(API_KINDS)(
    'no good token is rejected by a %s API, and the same entries count when it is back',
    {
      timeout: 60_000,
    },
    async (api) => {
      const { run, token, revoke, call } = journeyOf(api);
      const { status } = OUTCOMES[api].undecided;
      const [good, revoked] = await Promise.all([token('service'), token('service')]);
      await revoke(`jti#local#${jwtIdOf(revoked)}`);
      expect((await call('/orders', revoked)).status).toBe(401);
      killDynamoDb();
      // A warm authorizer may still remember for a moment that a token is revoked.
      await run.recycleEnvironments();
      await untilAnswer(api, good, status);
      expect((await call('/orders', revoked)).status).toBe(status);
      expect(journey.said).toContainEqual(expect.stringContaining('has ended'));
      await untilAnswer(api, good, 200);
      expect((await call('/orders', revoked)).status).toBe(401);
    },
  );

  test('another DynamoDB on its port is adopted and gets the table', { timeout: 60_000 }, async () => {
    const token = await journey.token('service');
    killDynamoDb();
    await vi.waitUntil(() => journey.run.dynamodbPid() === undefined, { timeout: 60_000 });
    // That of the test run, which lacks the journey's table.
    const another = await forwardTo(inject('dynamoDbEndpoint'), Number(new URL(journey.run.running.dynamodb).port));
    try {
      await untilAnswer('rest', token, 200);
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
async function untilAnswer(api: ApiKind, token: string, status: number): Promise<void> {
  const seen = new Set<number>();
  await vi.waitUntil(
    async () => {
      const { status: current } = await journeyOf(api).call('/orders', token);
      seen.add(current);
      return current === status;
    },
    { timeout: 45_000, interval: 100 },
  );
  expect([200, OUTCOMES[api].undecided.status]).toEqual(expect.arrayContaining([...seen]));
}
