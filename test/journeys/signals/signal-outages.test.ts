import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type LocalJourney, START_TIMEOUT, startJourney } from '../../support/journeys/local-journey.ts';
import { entriesOf, post, signIn, statusOf, untilStatus } from '../../support/journeys/signal-journey.ts';

/** The sender comes again for minutes. */
const WAITING = { timeout: 90_000 };

let journey: LocalJourney;
/** The statuses of requests at the API, by path. */
const statuses: { readonly path: string; readonly status: number }[] = [];

beforeAll(async () => {
  // No cache: every request asks the authorizer.
  journey = await startJourney({
    resultTtlSeconds: 0,
    log: (event) => event.event === 'request' && statuses.push(event),
  });
}, START_TIMEOUT);
afterAll(async () => journey?.stop());

describe('while DynamoDB is down', () => {
  test('the transmitter gets 503, and its next attempts apply the event', WAITING, async () => {
    const alice = await signIn(journey, 'alice');
    expect(await statusOf(journey, alice)).toBe(200);
    await killDynamoDb();
    const event = { type: 'session-revoked', subject: 'alice', session: alice.session };
    expect(await journey.run.transmitter.send(event)).toMatchObject([{ status: 503, isRetried: true }]);
    await untilStatus(journey, alice, 401);
    expect([...(await entriesOf(journey)).keys()]).toEqual([`sid#local#${alice.session}`]);
    await untilLastIs(202);
    expect(new Set(eventStatuses())).toEqual(new Set([503, 202]));
  });

  test('a client gets 503 with Retry-After, and its next attempt revokes its token', WAITING, async () => {
    const token = await journey.token('service');
    await killDynamoDb();
    const form = new URLSearchParams({ token });
    const response = await post(journey, 'revoke', form);
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).not.toBeNull();
    await vi.waitUntil(async () => (await post(journey, 'revoke', form)).status === 200, { timeout: 60_000 });
    await untilStatus(journey, { token }, 401);
  });
});

describe('while the key set of a sender is down', () => {
  test('its event gets 503, never 401, and is applied when the key set is back', WAITING, async () => {
    const bob = await signIn(journey, 'bob');
    const { transmitter } = journey.run;
    await transmitter.pause();
    await journey.run.recycleEnvironments();
    const before = eventStatuses().length;
    const event = { type: 'session-revoked', subject: 'bob', session: bob.session };
    expect(await transmitter.send(event)).toMatchObject([{ status: 503, isRetried: true }]);
    expect(await statusOf(journey, bob)).toBe(200);
    await transmitter.resume();
    await untilStatus(journey, bob, 401);
    await untilLastIs(202);
    expect(new Set(eventStatuses().slice(before))).toEqual(new Set([503, 202]));
  });

  test('a token that its client revokes gets 503, and 200 when the key set is back', WAITING, async () => {
    const token = await journey.token('service');
    const form = new URLSearchParams({ token });
    await journey.run.authorizationServer.pause();
    await journey.run.recycleEnvironments();
    expect((await post(journey, 'revoke', form)).status).toBe(503);
    await journey.run.authorizationServer.resume();
    await vi.waitUntil(async () => (await post(journey, 'revoke', form)).status === 200, { timeout: 60_000 });
    await untilStatus(journey, { token }, 401);
  });
});

/** What the transmitter's pushes were answered. */
function eventStatuses(): readonly number[] {
  return statuses.filter(({ path }) => path === '/v1/signals/events').map(({ status }) => status);
}

/** The entry stands before the answer that says so. */
async function untilLastIs(status: number): Promise<void> {
  await vi.waitUntil(() => eventStatuses().at(-1) === status, { timeout: 30_000, interval: 20 });
}

/** Returns when nothing answers on DynamoDB's port. */
async function killDynamoDb(): Promise<void> {
  const pid = await vi.waitUntil(() => journey.run.dynamodbPid(), { timeout: 30_000 });
  process.kill(pid, 'SIGKILL');
  const isGone = () =>
    fetch(journey.run.running.dynamodb).then(
      () => false,
      () => true,
    );
  await vi.waitUntil(isGone, { timeout: 10_000, interval: 20 });
}
