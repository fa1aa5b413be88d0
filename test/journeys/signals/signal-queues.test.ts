import { randomUUID } from 'node:crypto';
import { Duration } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { cognitoSignals } from '../../../infra/senders/cognito-signals.ts';
import { tokenRevocation } from '../../../infra/senders/token-revocation.ts';
import type { Queue } from '../../../local/queue/queue.ts';
import { type DeployedVersion, deployVersion } from '../../support/journeys/deployed-version.ts';
import { START_TIMEOUT } from '../../support/journeys/local-journey.ts';
import { entriesIn } from '../../support/journeys/signal-journey.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const AUDIENCE = 'https://api.example.com';
const POOL = 'eu-west-1_AbCdEfGhI';
/** Seconds. */
const FLUSH_EVERY = 5;
const key = createSigningKey('ES256', 'ec-1');

/** The pool's key set; its tokens are signed here. */
let pool: LoopbackServer;
let deployed: DeployedVersion;
beforeAll(async () => {
  pool = await startLoopbackServer(keySet(key.publicJwk));
  const issuer = `${pool.address}/${POOL}`;
  const jwksUri = `${pool.address}/keys`;
  deployed = await deployVersion(`signals-${randomUUID()}`, {
    issuers: { main: oidc({ issuer, jwksUri, audience: AUDIENCE, algorithms: ['ES256'] }) },
    routes: [{ method: 'GET', path: '/whoami', scopes: [] }],
    // An hour, so that only a flush can bring a rejection during the test.
    resultTtl: Duration.hours(1),
    signals: {
      pool: cognitoSignals({ userPoolId: POOL, trail: 'exists', flush: 'never' }),
      app: tokenRevocation({ flush: 'shared' }),
    },
    signalOptions: { flushEvery: Duration.seconds(FLUSH_EVERY) },
  });
}, START_TIMEOUT);
afterAll(async () => {
  await deployed?.stop();
  await pool?.close();
});

describe('an API call of Cognito on the queue', () => {
  test.each([
    ['AdminUserGlobalSignOut', 'cognito-sign-out'],
    ['GlobalSignOut', 'cognito-sign-out'],
    ['AdminResetUserPassword', 'cognito-password'],
    ['AdminSetUserPassword', 'cognito-password'],
    ['ChangePassword', 'cognito-password'],
    ['ConfirmForgotPassword', 'cognito-password'],
  ])('%s revokes the tokens from before it, and no later ones', async (eventName, reason) => {
    const sub = randomUUID();
    const [earlier, later] = [tokenOf({ sub, iat: secondsAgo(120) }), tokenOf({ sub })];
    const calledAt = secondsAgo(60);
    await called({ eventName, sub, calledAt });
    expect(await statuses([earlier, later])).toEqual([401, 200]);
    expect((await entries()).get(`sub#main#${sub}`)).toMatchObject({
      ...{ revokedBy: { S: 'signal:pool' }, reason: { S: reason }, before: { N: String(calledAt) } },
    });
  });

  test.each(['AdminDisableUser', 'AdminDeleteUser', 'DeleteUser'])('%s keeps the user out', async (eventName) => {
    const sub = randomUUID();
    await called({ eventName, sub, calledAt: secondsAgo(60) });
    expect(await deployed.statusOf(tokenOf({ sub }))).toBe(401);
    expect((await entries()).get(`sub#main#${sub}`)).not.toHaveProperty('before');
  });

  test('AdminEnableUser lets a user in that AdminDisableUser keeps out', async () => {
    const sub = randomUUID();
    await called({ eventName: 'AdminDisableUser', sub, calledAt: secondsAgo(60) });
    await called({ eventName: 'AdminEnableUser', sub, calledAt: secondsAgo(30) });
    expect(await deployed.statusOf(tokenOf({ sub }))).toBe(200);
  });

  test.each([
    ['RevokeToken', {}],
    ['ForgotPassword', {}],
    ['AdminDisableUser', { errorCode: 'UserNotFoundException' }],
    ['AdminDisableUser', { requestParameters: { userPoolId: 'eu-west-1_Another' } }],
  ])('%s with %j changes nothing', async (eventName, detail) => {
    const before = await entries();
    await called({ eventName, sub: randomUUID(), detail });
    expect(await entries()).toEqual(before);
  });

  test('that arrives twice is applied once', async () => {
    const [sub, eventID] = [randomUUID(), randomUUID()];
    await called({ eventName: 'AdminDisableUser', sub, detail: { eventID } });
    await deployed.restore(`sub#main#${sub}`);
    await called({ eventName: 'AdminDisableUser', sub, detail: { eventID } });
    expect((await entries()).has(`sub#main#${sub}`)).toBe(false);
  });

  test('that nobody can read leaves the queue', async () => {
    const queue = queueNamed('CognitoCalls');
    queue.send({ body: 'not JSON' }, Date.now());
    await untilEmpty(queue);
  });
});

describe('ten tokens whose clients revoke them', () => {
  test('share the flush of their period, by which all of them are rejected', { timeout: 90_000 }, async () => {
    const tokens = Array.from({ length: 10 }, () => tokenOf({}));
    expect(await statuses(tokens)).toEqual(Array(10).fill(200));
    const queue = queueNamed('SharedFlush');
    const flushes = deployed.flushes();
    const periods = new Set([periodNow()]);
    for (const token of tokens) {
      expect((await revoked(token)).status).toBe(200);
      periods.add(periodNow());
    }
    const requests = queue.messages.map(({ deduplicationId }) => deduplicationId);
    expect(requests.filter((period) => !periods.has(period))).toEqual([]);
    expect(requests.length).toBeGreaterThan(0);
    await untilEmpty(queue, 60_000);
    // The messages of two periods may come due in one batch.
    const made = deployed.flushes() - flushes;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThanOrEqual(requests.length);
    expect(await statuses(tokens)).toEqual(Array(10).fill(401));
  });
});

function tokenOf(claims: Readonly<Record<string, unknown>>): string {
  const now = Math.floor(Date.now() / 1000);
  const usual = {
    ...{ iss: `${pool.address}/${POOL}`, aud: AUDIENCE, sub: randomUUID(), client_id: 'app' },
    ...{ jti: randomUUID(), iat: now, exp: now + 36_000 },
  };
  return signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: key.keyId }, { ...usual, ...claims });
}

interface Call {
  readonly eventName: string;
  readonly sub: string;
  /** Seconds since the epoch. @default now */
  readonly calledAt?: number;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Puts a call on the queue, as EventBridge delivers it, and waits until it has been handled. */
async function called({ eventName, sub, calledAt = secondsAgo(0), detail }: Call): Promise<void> {
  const eventTime = new Date(calledAt * 1000).toISOString().replace('.000', '');
  const event = {
    ...{ version: '0', id: randomUUID(), 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.cognito-idp' },
    ...{ account: '000000000000', time: eventTime, region: 'eu-west-1', resources: [] },
    detail: {
      ...{ eventVersion: '1.08', eventSource: 'cognito-idp.amazonaws.com', eventName, awsRegion: 'eu-west-1' },
      ...{ eventTime, eventID: randomUUID() },
      requestParameters: { userPoolId: POOL, username: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      additionalEventData: { sub },
      ...detail,
    },
  };
  const queue = queueNamed('CognitoCalls');
  queue.send({ body: JSON.stringify(event) }, Date.now());
  await untilEmpty(queue);
}

/** The queue of a construct, without its dead letters. */
function queueNamed(name: string): Queue {
  const found = [...deployed.queues.values()].find(
    ({ settings }) => settings.name.includes(name) && !settings.name.includes('DeadLetters'),
  );
  if (found === undefined) throw new Error(`The template has no queue ${name}.`);
  return found;
}

async function untilEmpty(queue: Queue, timeout = 15_000): Promise<void> {
  await vi.waitUntil(() => queue.messages.length === 0, { timeout, interval: 20 });
}

function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1000) - seconds;
}

function revoked(token: string): Promise<Response> {
  return fetch(`${deployed.api}/signals/revoke`, { method: 'POST', body: new URLSearchParams({ token }) });
}

function statuses(tokens: readonly string[]): Promise<readonly number[]> {
  return Promise.all(tokens.map(deployed.statusOf));
}

function entries() {
  return entriesIn(inject('dynamoDbEndpoint'), deployed.table);
}

/** By what requests for a flush are told apart. */
function periodNow(): string | undefined {
  return String(Math.floor(Date.now() / 1000 / FLUSH_EVERY));
}
