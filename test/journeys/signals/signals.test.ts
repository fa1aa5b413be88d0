import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { jwtIdOf, type LocalJourney, START_TIMEOUT, startJourney } from '../../support/journeys/local-journey.ts';
import {
  entriesOf,
  post,
  signIn,
  statusOf,
  untilSignInWorks,
  untilStatus,
} from '../../support/journeys/signal-journey.ts';

/** An hour, so that only a flush can bring a rejection during the test. */
const RESULT_TTL = 3600;

let journey: LocalJourney;

beforeAll(async () => {
  journey = await startJourney({ resultTtlSeconds: RESULT_TTL, dynamodbEndpoint: inject('dynamoDbEndpoint') });
}, START_TIMEOUT);
afterAll(async () => journey?.stop());

test('the run describes its receiver of signals and its transmitter to the operator’s tool', () => {
  const { api, signals, transmitter } = journey.run.running;
  expect(signals).toMatchObject({
    path: '/signals',
    endpoints: ['revoke', 'backchannel-logout', 'events'],
    configuration: { senders: [{ name: 'local' }, { name: 'transmitter', issuer: transmitter }] },
  });
  expect(Number(new URL(transmitter).port)).toBe(Number(new URL(api).port) + 4);
});

describe('a sign-out at the authorization server', () => {
  test('ends the tokens of that session at the API, and no other', async () => {
    const [alice, elsewhere, bob] = await Promise.all(['alice', 'alice', 'bob'].map((user) => signIn(journey, user)));
    if (alice === undefined || elsewhere === undefined || bob === undefined) throw new Error('Nobody has signed in.');
    expect(await Promise.all([alice, elsewhere, bob].map((each) => statusOf(journey, each)))).toEqual([200, 200, 200]);
    const since = performance.now();
    await alice.app.signOut();
    await untilStatus(journey, alice, 401);
    console.log(`401 came ${Math.round(performance.now() - since)} ms after the sign-out began.`);
    expect(await Promise.all([elsewhere, bob].map((each) => statusOf(journey, each)))).toEqual([200, 200]);
    const entry = (await entriesOf(journey)).get(`sid#local#${alice.session}`);
    expect(entry).toMatchObject({ revokedBy: { S: 'signal:local' }, reason: { S: 'backchannel-logout' } });
  });
});

describe('a client that revokes its own token', () => {
  test('ends that token, and no other of its session', async () => {
    const alice = await signIn(journey, 'alice');
    const token = await journey.token('service');
    expect(await statusOf(journey, { token })).toBe(200);
    expect((await post(journey, 'revoke', new URLSearchParams({ token }))).status).toBe(200);
    await untilStatus(journey, { token }, 401);
    expect(await statusOf(journey, alice)).toBe(200);
    expect((await entriesOf(journey)).get(`jti#local#${jwtIdOf(token)}`)).toMatchObject({
      revokedBy: { S: 'signal:app' },
    });
  });

  test('ends its whole session when it asks for that', async () => {
    const alice = await signIn(journey, 'alice');
    expect(await statusOf(journey, alice)).toBe(200);
    const form = new URLSearchParams({ token: alice.token, session: 'true' });
    expect((await post(journey, 'revoke', form)).status).toBe(200);
    await untilStatus(journey, alice, 401);
    expect([...(await entriesOf(journey)).keys()]).toContain(`sid#local#${alice.session}`);
  });

  test.each([
    ['a token that nobody has issued', { token: 'a.b.c' }, 200],
    ['no token', {}, 400],
  ])('is answered for %s by %j: %i', async (_, form, status) => {
    expect((await post(journey, 'revoke', new URLSearchParams(form))).status).toBe(status);
  });
});

describe('an event of the transmitter', () => {
  test('session-revoked ends that session', async () => {
    const [alice, elsewhere] = [await signIn(journey, 'alice'), await signIn(journey, 'alice')];
    expect(await statusOf(journey, alice)).toBe(200);
    expect(await sent({ type: 'session-revoked', subject: 'alice', session: alice.session })).toEqual([202]);
    await untilStatus(journey, alice, 401);
    expect(await statusOf(journey, elsewhere)).toBe(200);
  });

  test('credential-change of a password ends all sessions of the user, and no later one', async () => {
    const [alice, bob] = [await signIn(journey, 'alice'), await signIn(journey, 'bob')];
    expect(await statusOf(journey, alice)).toBe(200);
    const event = { credential_type: 'password', change_type: 'update' };
    expect(await sent({ type: 'credential-change', subject: 'alice', event })).toEqual([202]);
    await untilStatus(journey, alice, 401);
    expect(await statusOf(journey, bob)).toBe(200);
    await untilSignInWorks(journey, 'alice');
  });

  test('account-disabled keeps the user out until account-enabled', async () => {
    const bob = await signIn(journey, 'bob');
    expect(await statusOf(journey, bob)).toBe(200);
    expect(await sent({ type: 'account-disabled', subject: 'bob', event: secondsAgo(60) })).toEqual([202]);
    await untilStatus(journey, bob, 401);
    expect(await statusOf(journey, await signIn(journey, 'bob'))).toBe(401);
    expect(await sent({ type: 'account-enabled', subject: 'bob', event: secondsAgo(30) })).toEqual([202]);
    await untilSignInWorks(journey, 'bob');
  });

  test.each(['https://example.com/anything', 'assurance-level-change'])('%s changes nothing', async (type) => {
    const before = await entriesOf(journey);
    expect(await sent({ type, subject: 'alice' })).toEqual([202]);
    expect(await entriesOf(journey)).toEqual(before);
  });

  test('verification is accepted when a receiver asks for it', async () => {
    const { transmitter } = journey.run.running;
    const headers = { Authorization: 'Bearer local', 'Content-Type': 'application/json' };
    const [stream] = (await (await fetch(`${transmitter}/streams`, { headers })).json()) as { stream_id: string }[];
    const body = JSON.stringify({ stream_id: stream?.stream_id, state: 'VGhp' });
    expect((await fetch(`${transmitter}/verify`, { method: 'POST', headers, body })).status).toBe(204);
    expect(await sent({ type: 'verification' })).toEqual([202]);
  });

  test('that comes again after a restore changes nothing', async () => {
    const alice = await signIn(journey, 'alice');
    const event = { type: 'session-revoked', subject: 'alice', session: alice.session };
    const [delivery] = await journey.run.transmitter.send(event);
    await untilStatus(journey, alice, 401);
    await journey.restore(`sid#local#${alice.session}`);
    await untilStatus(journey, alice, 200);
    const again = await post(journey, 'events', delivery?.token ?? '', 'application/secevent+jwt');
    expect(again.status).toBe(202);
    expect(await statusOf(journey, alice)).toBe(200);
    expect([...(await entriesOf(journey)).keys()]).not.toContain(`sid#local#${alice.session}`);
  });
});

/** Events of one second have no order, and then a block stays. */
function secondsAgo(seconds: number) {
  return { event_timestamp: Math.floor(Date.now() / 1000) - seconds };
}

async function sent(event: Parameters<LocalJourney['run']['transmitter']['send']>[0]) {
  return (await journey.run.transmitter.send(event)).map(({ status }) => status);
}
