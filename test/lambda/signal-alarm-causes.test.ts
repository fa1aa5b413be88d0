import { beforeAll, describe, expect, it } from 'vitest';
import type { SignalProxyEvent } from '../../lambda/signal/signal-request.ts';
import { freePort } from '../support/network/free-port.ts';
import { loopbackSender } from '../support/signals/loopback-sender.ts';
import { formEvent, proxyEvent } from '../support/signals/proxy-event.ts';
import { type ReceiverOptions, receiverUnderTest } from '../support/signals/receiver-under-test.ts';
import { CAEP, logoutClaims, SSF, securityEventClaims } from '../support/signals/sample-messages.ts';
import { createSignalTables, type TestSignalTables } from '../support/table/signal-tables.ts';
import type { LogLine } from '../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../support/tokens/loopback-issuer.ts';

const issuer = loopbackIssuer();
const sender = loopbackSender();
let tables: TestSignalTables;

beforeAll(async () => {
  tables = await createSignalTables();
});

/** The metrics of the receiver of signals that alarms watch. Those of rejections are watched by source only. */
const WATCHED = ['SignalFailed', 'SignalUnmatched', 'StreamStopped', 'SignalRejected'];

interface Cause {
  readonly name: string;
  readonly moves: readonly string[];
  readonly event: () => SignalProxyEvent;
  readonly options?: () => Promise<Partial<ReceiverOptions>>;
}

const logout = (changes: Readonly<Record<string, unknown>> = {}) =>
  formEvent('backchannel-logout', `logout_token=${sender.signed('backchannel-logout', logoutClaims(changes))}`);

const pushed = (type: string, content: unknown, changes: Readonly<Record<string, unknown>> = {}) =>
  proxyEvent('events', {
    headers: { 'Content-Type': 'application/secevent+jwt' },
    body: sender.signed('security-event', securityEventClaims(type, content, { jti: type, ...changes })),
  });

const nowhere = async () => `http://127.0.0.1:${await freePort()}`;

const CAUSES: readonly Cause[] = [
  { name: 'a good logout token', moves: [], event: () => logout() },
  { name: 'an old logout token', moves: ['SignalRejected'], event: () => logout({ iat: 1 }) },
  { name: 'a logout token of an unknown sender', moves: [], event: () => logout({ iss: 'https://unknown.example/' }) },
  { name: 'garbage', moves: [], event: () => formEvent('backchannel-logout', 'logout_token=a.b.c') },
  { name: 'a body that is not a form', moves: [], event: () => proxyEvent('backchannel-logout', { body: '{}' }) },
  {
    name: 'an event about nobody whom tokens name',
    moves: ['SignalUnmatched'],
    event: () => pushed(`${CAEP}/session-revoked`, {}, { sub_id: { format: 'phone_number', phone_number: '+1' } }),
  },
  { name: 'an event of another type', moves: [], event: () => pushed('https://events.example/other', {}) },
  { name: 'a verification', moves: [], event: () => pushed(`${SSF}/verification`, { state: 'a' }) },
  { name: 'a stream that goes on', moves: [], event: () => pushed(`${SSF}/stream-updated`, { status: 'enabled' }) },
  {
    name: 'a stream that is paused',
    moves: ['StreamStopped'],
    event: () => pushed(`${SSF}/stream-updated`, { status: 'paused' }, { jti: 'paused' }),
  },
  {
    name: 'a table that cannot be reached',
    moves: ['SignalFailed'],
    event: () => logout({ jti: 'tableless' }),
    options: async () => ({ dynamoDb: await nowhere() }),
  },
  {
    name: 'a sender whose key set cannot be downloaded',
    moves: ['SignalFailed'],
    event: () => logout({ jti: 'keyless' }),
    options: async () => ({ senders: [sender.known({ jwksUri: await nowhere() })] }),
  },
  {
    name: 'a queue that takes no request for a flush',
    moves: ['SignalFailed'],
    event: () => logout({ jti: 'queueless' }),
    options: async () => ({ senders: [sender.known({ pace: 'shared' })], queueUrl: await nowhere() }),
  },
  {
    name: 'an access token that has expired',
    moves: [],
    event: () => formEvent('revoke', `token=${issuer.tokenOf({ iat: 1, exp: 2 })}`),
  },
];

describe.each(CAUSES)('$name', ({ moves, event, options }) => {
  it(`moves ${moves.join(' and ') || 'none'} of the metrics that alarms watch`, async () => {
    const parts = { tables, senders: [sender.known()], issuers: [issuer.trusted()], ...(await options?.()) };
    const { post, log } = receiverUnderTest(parts);
    await post(event());
    // Alarms watch the rejections of configured senders. Clients may well revoke tokens that have expired.
    const isWatched = (name: string, line: LogLine) => name !== 'SignalRejected' || line.source === 'sender';
    const moved = log().flatMap((line) =>
      WATCHED.filter((name) => Number(line[name] ?? 0) > 0 && isWatched(name, line)),
    );
    expect(moved).toEqual(moves);
  });
});
