import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COOL_DOWN } from '../../lambda/key-set/key-set.ts';
import { SIGNAL_ENDPOINTS, type SignalEndpoint, type SignalProxyEvent } from '../../lambda/signal/signal-request.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../support/network/loopback-server.ts';
import { formEvent, proxyEvent } from '../support/signals/proxy-event.ts';
import { type ReceiverUnderTest, receiverUnderTest } from '../support/signals/receiver-under-test.ts';
import {
  logoutClaims,
  revocationBody,
  revocationClaims,
  securityEventClaims,
} from '../support/signals/sample-messages.ts';
import { signalSender } from '../support/signals/sample-signals.ts';
import { createSignalTables, type TestSignalTables } from '../support/table/signal-tables.ts';
import { createClock } from '../support/tokens/authorizer-under-test.ts';
import { goodClaims, trustedIssuer } from '../support/tokens/sample-issuer.ts';
import { signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'ec-1');
const next = createSigningKey('ES256', 'ec-2');
const unpublished = createSigningKey('ES256', 'ec-9');

let tables: TestSignalTables;
let server: LoopbackServer;
let clock: ReturnType<typeof createClock>;
let receiver: ReceiverUnderTest;
beforeAll(async () => {
  [tables, server] = await Promise.all([createSignalTables(), startLoopbackServer(keySet(key.publicJwk))]);
});
beforeEach(() => {
  server.answerWith(keySet(key.publicJwk));
  clock = createClock();
  const jwksUri = `${server.address}/keys`;
  const issuers = [trustedIssuer({ jwksUri })];
  receiver = receiverUnderTest({ tables, senders: [signalSender({ jwksUri })], issuers, now: clock.now });
});
afterAll(() => server.close());

/** A message to each endpoint about a user, signed by a key under its own id. */
const MESSAGES: Readonly<Record<SignalEndpoint, (by: SigningKey, user: string) => SignalProxyEvent>> = {
  revoke: (by, user) => formEvent('revoke', `token=${signed(by, 'at+jwt', goodClaims({ sub: user, jti: user }))}`),
  'backchannel-logout': (by, user) => {
    const claims = logoutClaims({ sub: user, sid: undefined, jti: user });
    return formEvent('backchannel-logout', `logout_token=${signed(by, 'logout+jwt', claims)}`);
  },
  events: (by, user) => {
    const claims = securityEventClaims(undefined, undefined, { jti: user, sub_id: { format: 'opaque', id: user } });
    const headers = { 'Content-Type': 'application/secevent+jwt' };
    return proxyEvent('events', { headers, body: signed(by, 'secevent+jwt', claims) });
  },
  'global-token-revocation': (by, user) => {
    const authorization = `Bearer ${signed(by, 'global-token-revocation+jwt', revocationClaims({ jti: user }))}`;
    const headers = { 'Content-Type': 'application/json', Authorization: authorization };
    return proxyEvent('global-token-revocation', { headers, body: revocationBody({ format: 'opaque', id: user }) });
  },
};

function signed(by: SigningKey, typ: string, claims: Readonly<Record<string, unknown>>): string {
  return signedToken(by, { typ, alg: by.algorithm, kid: by.keyId }, claims);
}

const isWritten = async (user: string) => (await tables.targets()).some((target) => target.endsWith(`#${user}`));

describe.each(SIGNAL_ENDPOINTS)('at %s, after somebody has spent the look-up of an unknown key', (endpoint) => {
  const user = `user of ${endpoint}`;
  const send = (by: SigningKey) => receiver.post(MESSAGES[endpoint](by, user));

  it('a message under a key that was rotated in just then comes again, and is applied', async () => {
    const { statusCode: rejected } = await send(unpublished);
    expect(rejected).toBeLessThan(500);
    server.answerWith(keySet(key.publicJwk, next.publicJwk));
    expect(await send(next)).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '30' } });
    expect(await isWritten(user)).toBe(false);
    clock.advance(COOL_DOWN / 1000);
    expect((await send(next)).statusCode).toBeLessThan(300);
    expect(await isWritten(user)).toBe(true);
  });

  it('a message under a key that is there is applied at once, and one under no key is rejected at the next look-up', async () => {
    await send(unpublished);
    expect((await send(key)).statusCode).toBeLessThan(300);
    clock.advance(COOL_DOWN / 1000);
    const { statusCode, headers } = await send(unpublished);
    expect([statusCode < 500, headers['Retry-After']]).toEqual([true, undefined]);
  });
});
