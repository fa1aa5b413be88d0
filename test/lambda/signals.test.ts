import { beforeAll, describe, expect, it } from 'vitest';
import { SIGNAL_ENDPOINTS, type SignalEndpoint, type SignalProxyEvent } from '../../lambda/signal/signal-request.ts';
import type { SignalSender } from '../../lambda/signal/signal-source.ts';
import { freePort } from '../support/network/free-port.ts';
import { body, startLoopbackServer } from '../support/network/loopback-server.ts';
import { loopbackSender } from '../support/signals/loopback-sender.ts';
import { formEvent, proxyEvent } from '../support/signals/proxy-event.ts';
import { type ReceiverOptions, receiverUnderTest } from '../support/signals/receiver-under-test.ts';
import {
  logoutClaims,
  RISC,
  revocationBody,
  revocationClaims,
  SSF,
  securityEventClaims,
} from '../support/signals/sample-messages.ts';
import { createSignalTables, type TestSignalTables } from '../support/table/signal-tables.ts';
import { createClock } from '../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../support/tokens/loopback-issuer.ts';
import { NOW } from '../support/tokens/sample-issuer.ts';

const issuer = loopbackIssuer();
const sender = loopbackSender();
let tables: TestSignalTables;

beforeAll(async () => {
  tables = await createSignalTables();
});

/** The keys of all items of both tables. */
const written = async () => [...(await tables.targets()), ...(await tables.rowIds())].toSorted();

const receiver = (options: Partial<ReceiverOptions> = {}) =>
  receiverUnderTest({ tables, senders: [sender.known()], issuers: [issuer.trusted()], ...options });

type Claims = Readonly<Record<string, unknown>>;

/** A good request to each endpoint, about a user of the test. */
const GOOD: Readonly<Record<SignalEndpoint, (user: string, changes?: Claims) => SignalProxyEvent>> = {
  revoke: (user, changes) => revoking(issuer.tokenOf({ sub: user, jti: user, sid: user, ...changes })),
  'backchannel-logout': (user, changes) =>
    formEvent(
      'backchannel-logout',
      `logout_token=${sender.signed('backchannel-logout', logoutClaims({ sub: user, sid: undefined, jti: user, ...changes }))}`,
    ),
  events: (user, changes) => {
    const subject = { format: 'iss_sub', iss: 'https://sender.example/', sub: user };
    const claims = securityEventClaims(undefined, undefined, { jti: user, sub_id: subject, ...changes });
    return pushing(sender.signed('security-event', claims));
  },
  'global-token-revocation': (user, changes) =>
    asking(
      sender.signed('global-token-revocation', revocationClaims(changes)),
      revocationBody({ format: 'opaque', id: user }),
    ),
};

function revoking(token: string): SignalProxyEvent {
  return formEvent('revoke', `token=${token}`, { Origin: 'https://app.example' });
}

function pushing(token: string): SignalProxyEvent {
  return proxyEvent('events', { headers: { 'content-type': 'application/secevent+jwt' }, body: token });
}

function asking(token: string, text: string): SignalProxyEvent {
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  return proxyEvent('global-token-revocation', { headers, body: text });
}

/** The entry that a good request writes, and the statuses of the answers. */
const EXPECTED: Readonly<
  Record<SignalEndpoint, { readonly target: (user: string) => string; readonly done: number; readonly unknown: number }>
> = {
  revoke: { target: (user) => `jti#main#${user}`, done: 200, unknown: 200 },
  'backchannel-logout': { target: (user) => `sub#main#${user}`, done: 200, unknown: 400 },
  events: { target: (user) => `sub#main#${user}`, done: 202, unknown: 400 },
  'global-token-revocation': { target: (user) => `sub#main#${user}`, done: 204, unknown: 401 },
};

const SIGNED = SIGNAL_ENDPOINTS.filter((endpoint) => endpoint !== 'revoke');

/** An address at which nothing listens. */
const nowhere = async () => `http://127.0.0.1:${await freePort()}`;

describe.each(SIGNAL_ENDPOINTS)('a good request to %s', (endpoint) => {
  const { target, done } = EXPECTED[endpoint];
  const user = (name: string) => `${name} of ${endpoint}`;

  it('writes its entry, and is answered with success', async () => {
    const { post, log } = receiver();
    const readable = { 'Access-Control-Allow-Origin': 'https://app.example', Vary: 'Origin' };
    expect(await post(GOOD[endpoint](user('good')))).toEqual({
      statusCode: done,
      headers: { 'Cache-Control': 'no-store', ...(endpoint === 'revoke' && readable) },
      body: '',
    });
    const source = endpoint === 'revoke' ? 'app' : 'sender';
    expect(await tables.entry(target(user('good')))).toMatchObject({ revokedBy: { S: `signal:${source}` } });
    expect(log().at(-1)).toMatchObject({ event: 'signal', source, outcome: 'applied' });
  });

  it('that comes again is answered alike and changes nothing', async () => {
    const { post } = receiver();
    const first = await post(GOOD[endpoint](user('repeated')));
    const entry = await tables.entry(target(user('repeated')));
    expect(await post(GOOD[endpoint](user('repeated')))).toEqual(first);
    expect(await receiver().post(GOOD[endpoint](user('repeated')))).toEqual(first);
    expect(await tables.entry(target(user('repeated')))).toEqual(entry);
  });

  it('while DynamoDB is stopped is answered with 503, and the attempt after that applies it', async () => {
    const event = GOOD[endpoint](user('early'));
    const stopped = receiver({ dynamoDb: await nowhere() });
    expect(await stopped.post(event)).toMatchObject({ statusCode: 503, headers: { 'Retry-After': '30' }, body: '' });
    expect(stopped.log().at(-1)).toMatchObject({ event: 'signal-failed', failureCause: 'revocation-table' });
    expect(await receiver().post(event)).toMatchObject({ statusCode: done });
    expect(await tables.entry(target(user('early')))).toBeDefined();
  });

  it('while the key set cannot be downloaded is answered with 503, not with a rejection', async () => {
    const jwksUri = await nowhere();
    const down = receiver({ senders: [sender.known({ jwksUri })], issuers: [issuer.trusted({ jwksUri })] });
    expect(await down.post(GOOD[endpoint](user('keyless')))).toMatchObject({
      statusCode: 503,
      headers: { 'Retry-After': '30' },
    });
    expect(down.log().at(-1)).toMatchObject({ event: 'signal-failed', failureCause: 'key-set' });
    expect(await tables.entry(target(user('keyless')))).toBeUndefined();
  });

  it('that meets a fault of our own is answered with 500, and neither answer nor log quote the fault', async () => {
    const { now } = createClock();
    let isFirst = true;
    const failsOnce = () => {
      if (!isFirst) return now();
      isFirst = false;
      throw new TypeError('the fault');
    };
    const broken = receiver({ now: failsOnce });
    expect(await broken.post(GOOD[endpoint](user('unlucky')))).toMatchObject({ statusCode: 500, body: '' });
    expect(broken.log()).toMatchObject([{ event: 'signal-failed', failureCause: 'internal', detail: 'TypeError' }]);
    expect(broken.lines.join('')).not.toContain('the fault');
  });

  it('leaves neither its token nor a name of the user in the log', async () => {
    const event = GOOD[endpoint](user('discreet'));
    const { post, lines } = receiver();
    await post(event);
    await post({ ...event, body: `${event.body}x` });
    const text = lines.join('');
    expect(text).not.toContain(user('discreet'));
    const signedParts = `${event.body} ${event.headers?.Authorization}`.match(/[\w-]{30,}/g) ?? [];
    expect(signedParts.filter((part) => text.includes(part))).toEqual([]);
  });
});

describe.each(SIGNED)('a repeated message to %s', (endpoint) => {
  it('after a restore changes nothing: the user stays restored', async () => {
    const { target, done } = EXPECTED[endpoint];
    const event = GOOD[endpoint](`restored at ${endpoint}`);
    await receiver().post(event);
    await tables.revocations.remove(target(`restored at ${endpoint}`));
    const { post, log } = receiver();
    expect(await post(event)).toMatchObject({ statusCode: done });
    expect(log().at(-1)).toMatchObject({ outcome: 'duplicate' });
    expect(await tables.entry(target(`restored at ${endpoint}`))).toBeUndefined();
  });
});

describe.each(SIGNAL_ENDPOINTS)('a bad request to %s', (endpoint) => {
  const { unknown } = EXPECTED[endpoint];

  it('that names an unknown sender is rejected: nothing is downloaded and nothing written', async () => {
    const { post, log } = receiver();
    const before = { size: await written(), downloads: sender.requests.length + issuer.requests.length };
    const { statusCode } = await post(GOOD[endpoint]('mallory', { iss: 'https://unknown.example/' }));
    const after = { size: await written(), downloads: sender.requests.length + issuer.requests.length };
    expect(statusCode).toBe(unknown);
    expect(after).toEqual(before);
    expect(log()).toMatchObject([{ event: 'signal-rejected', endpoint }]);
  });

  it.each<[string, Partial<SignalProxyEvent>]>([
    ['no body', { body: null }],
    ['an empty body', { body: '' }],
    ['a binary body', { body: Buffer.from([0, 0xff, 0xfe, 0x80]).toString('base64'), isBase64Encoded: true }],
    ['a body of a megabyte', { body: 'token='.padEnd(1_000_000, 'a') }],
    ['a megabyte of parameters', { body: 'token=a&'.repeat(125_000) }],
    ['an unknown media type', { headers: { 'Content-Type': 'multipart/form-data' } }],
    ['no media type', { headers: {} }],
    ['two media types', { multiValueHeaders: { 'content-type': ['application/json', 'text/plain'] } }],
  ])('with %s is rejected with 400, and nothing is written', async (_name, changes) => {
    const before = await written();
    const { statusCode } = await receiver().post({ ...GOOD[endpoint]('nobody'), ...changes });
    expect(statusCode).toBe(400);
    expect(await written()).toEqual(before);
  });

  it.each([
    ['brackets', '['.repeat(30_000)],
    ['braces', '{"a":'.repeat(6_000)],
    ['garbage', 'a.b.c'],
    ['dots', '.'.repeat(30_000)],
    ['an unsecured token', 'eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL3NlbmRlci5leGFtcGxlLyJ9.'],
  ])('with %s in place of the message is rejected, and nothing is written', async (_name, message) => {
    const before = await written();
    const events: Readonly<Record<SignalEndpoint, SignalProxyEvent>> = {
      revoke: revoking(message),
      'backchannel-logout': formEvent('backchannel-logout', `logout_token=${message}`),
      events: pushing(message),
      'global-token-revocation': asking(message, revocationBody()),
    };
    expect(await receiver().post(events[endpoint])).toMatchObject({ statusCode: unknown });
    expect(await written()).toEqual(before);
  });
});

describe('the log', () => {
  const events = async (...requests: readonly SignalProxyEvent[]) => {
    const { post, log } = receiver();
    for (const request of requests) await post(request);
    return log().filter(({ event }) => !event.startsWith('key-set'));
  };

  it('says of an applied signal how long it took, and of others that nothing was written', async () => {
    const request = GOOD.events('timed');
    const other = GOOD.events('uninteresting', { events: { 'https://events.example/other': {} } });
    const [applied, duplicate, ignored] = await events(request, request, other);
    const source = { event: 'signal', source: 'sender' };
    expect(applied).toMatchObject({ ...source, type: 'session-revoked', outcome: 'applied', delay: 20 });
    expect(duplicate).toMatchObject({ ...source, type: 'session-revoked', outcome: 'duplicate' });
    expect(ignored).toMatchObject({ ...source, type: 'other', outcome: 'ignored' });
    for (const line of [duplicate, ignored]) expect(line).not.toHaveProperty('delay');
    for (const line of [applied, duplicate, ignored]) expect(line).not.toHaveProperty('isWidened');
  });

  it('says that a signal about a part of what a user does revoked the whole user', async () => {
    const user = { format: 'opaque', id: 'wide' };
    const subject = { format: 'complex', user, tenant: { format: 'opaque', id: 'tenant' } };
    expect(await events(GOOD.events('wide', { sub_id: subject }))).toMatchObject([
      { event: 'signal', isWidened: true },
    ]);
  });

  it('says that a stream has stopped', async () => {
    const paused = { events: { [`${SSF}/stream-updated`]: { status: 'paused' } } };
    expect(await events(GOOD.events('paused', paused))).toMatchObject([
      { event: 'signal', type: 'stream-updated', outcome: 'ignored' },
      { event: 'stream-stopped', source: 'sender' },
    ]);
  });

  it('names the source of a rejected message if it is known', async () => {
    const anonymous = {
      ...GOOD['global-token-revocation']('anonymous'),
      headers: { 'Content-Type': 'application/json' },
    };
    const lines = await events(
      GOOD.revoke('late', { iat: 1, exp: 2 }),
      GOOD.events('late', { iat: 1 }),
      GOOD.events('strange', { iss: 'https://unknown.example/' }),
      anonymous,
    );
    expect(lines.map(({ endpoint, source, reason }) => [endpoint, source, reason])).toEqual([
      ['revoke', 'app', 'expired'],
      ['events', 'sender', 'too-old'],
      ['events', undefined, 'unknown-sender'],
      ['global-token-revocation', undefined, 'not-bearer'],
    ]);
  });
});

it('a security event token may have white space around it, as some senders end the body with a line feed', async () => {
  const event = GOOD.events('spacious');
  expect(await receiver().post({ ...event, body: `${event.body}\r\n` })).toMatchObject({ statusCode: 202 });
});

it('a global token revocation spares the tokens of the next sign-in', async () => {
  await receiver().post(GOOD['global-token-revocation']('returning'));
  expect(await tables.entry('sub#main#returning')).toMatchObject({ before: { N: String(NOW) } });
});

describe('a logout token that is good, about a user whom no entry can name,', () => {
  const logOut = (claims: Claims, settings: Partial<SignalSender> = {}) =>
    receiver({ senders: [sender.known(settings)] }).post(GOOD['backchannel-logout']('unnamed', claims));

  it('is answered with 400, because the user is not logged out here', async () => {
    const error_description = 'The logout token names a subject and a session that no entry can name.';
    const body = JSON.stringify({ error: 'invalid_request', error_description });
    expect(await logOut({ sub: '' })).toMatchObject({ statusCode: 400, body });
    const sessionAlone = { sub: undefined, sid: 'session' };
    expect(await logOut(sessionAlone, { namesSessions: false })).toMatchObject({ statusCode: 400, body });
    expect(await logOut(sessionAlone)).toMatchObject({ statusCode: 200 });
  });
});

type Asking = Partial<SignalSender> & { readonly iss?: string };

describe('global token revocation', () => {
  const ask = (text: string, { iss = 'https://sender.example/', ...settings }: Asking = {}) =>
    receiver({ senders: [sender.known(settings)] }).post(
      asking(sender.signed('global-token-revocation', revocationClaims({ iss })), text),
    );

  it.each([
    ['a user in a format that tokens have', 204, revocationBody({ format: 'opaque', id: 'listed' })],
    ['a user of another issuer', 404, revocationBody({ format: 'iss_sub', iss: 'https://other.example/', sub: 'a' })],
    ['an e-mail address that no token has', 404, revocationBody({ format: 'email', email: 'a@example.com' })],
    ['a telephone number', 422, revocationBody({ format: 'phone_number', phone_number: '+12065550100' })],
    ['nobody', 400, '{}'],
    ['text', 400, '"alice"'],
    ['no JSON', 400, '{'],
  ])('of %s is answered with %i', async (_name, status, text) => {
    expect(await ask(text)).toMatchObject({ statusCode: status });
  });

  it('of a sender that is known for other messages only is answered with 403', async () => {
    expect(await ask(revocationBody(), { messages: {} })).toMatchObject({ statusCode: 403 });
  });

  it('of nobody who is known is answered with 401 and a challenge', async () => {
    const headers = { 'WWW-Authenticate': 'Bearer' };
    expect(await ask(revocationBody(), { iss: 'https://unknown.example/' })).toMatchObject({
      statusCode: 401,
      headers,
    });
    const { headers: _headers, ...event } = GOOD['global-token-revocation']('nobody');
    const typed = { 'Content-Type': 'application/json' };
    for (const Authorization of [undefined, 'Basic YTpi', 'Bearer', 'Bearer a b']) {
      const bare = { ...event, headers: { ...typed, ...(Authorization && { Authorization }) } };
      expect(await receiver().post(bare)).toMatchObject({ statusCode: 401, headers });
    }
  });
});

describe('the shared flush', () => {
  const shared = () => [sender.known({ pace: 'shared' })];

  it('is requested after the entry was acknowledged, also for a repeated message, whose first request may be lost', async () => {
    const queue = await startLoopbackServer(body('{}'));
    const { post } = receiver({ senders: shared(), queueUrl: queue.address });
    expect(await post(GOOD.events('shared'))).toMatchObject({ statusCode: 202 });
    expect(queue.requests).toHaveLength(1);
    await post(GOOD.events('shared'));
    expect(queue.requests).toHaveLength(2);
    const app = { name: 'app', pace: 'shared', corsOrigins: [] } as const;
    const { post: revoke, log } = receiver({ tokenRevocation: app, queueUrl: queue.address });
    await revoke(GOOD.revoke('shared'));
    await revoke(GOOD.revoke('shared'));
    expect(log().at(-1)).toMatchObject({ outcome: 'covered' });
    expect(queue.requests).toHaveLength(4);
    await queue.close();
  });

  it('that cannot be requested makes the answer 503: the sender comes again', async () => {
    const lost = receiver({ senders: shared(), queueUrl: await nowhere() });
    expect(await lost.post(GOOD.events('unflushed'))).toMatchObject({ statusCode: 503 });
    expect(lost.log().at(-1)).toMatchObject({ event: 'signal-failed', failureCause: 'flush-queue' });
    expect(await tables.entry('sub#main#unflushed')).toBeDefined();
  });

  it('is not requested for other paces, for events that write nothing, or after a rejection', async () => {
    const queue = await startLoopbackServer(body('{}'));
    const { post } = receiver({ senders: shared(), queueUrl: queue.address });
    await receiver({ queueUrl: queue.address }).post(GOOD.events('at once'));
    await receiver({ senders: [sender.known({ pace: 'never' })], queueUrl: queue.address }).post(GOOD.events('never'));
    const other = { events: { 'https://events.example/other': {} } };
    expect(await post(GOOD.events('indifferent', other))).toMatchObject({ statusCode: 202 });
    const enabled = { events: { [`${RISC}/account-enabled`]: {} } };
    expect(await post(GOOD.events('enabled', enabled))).toMatchObject({ statusCode: 202 });
    await post(GOOD.events('rejected', { iat: 1 }));
    expect(queue.requests).toEqual([]);
    await queue.close();
  });
});
