import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { SignalProxyEvent } from '../../lambda/signal/signal-request.ts';
import { freePort } from '../support/network/free-port.ts';
import { formEvent } from '../support/signals/proxy-event.ts';
import { type ReceiverOptions, receiverUnderTest } from '../support/signals/receiver-under-test.ts';
import { entryReaderAt } from '../support/table/entry-reader.ts';
import { createSignalTables, type TestSignalTables } from '../support/table/signal-tables.ts';
import { createClock } from '../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../support/tokens/loopback-issuer.ts';
import { goodClaims, NOW } from '../support/tokens/sample-issuer.ts';
import { signedToken } from '../support/tokens/signed-token.ts';
import { createSigningKey } from '../support/tokens/signing-keys.ts';

const issuer = loopbackIssuer();
let tables: TestSignalTables;

beforeAll(async () => {
  tables = await createSignalTables();
});

/** The keys of all items of both tables. */
const written = async () => [...(await tables.targets()), ...(await tables.rowIds())].toSorted();

const ORIGIN = 'https://app.example';
const revoking = (parameters: string) => formEvent('revoke', parameters, { Origin: ORIGIN });

const revoke = (event: SignalProxyEvent, options: Partial<ReceiverOptions> = {}) =>
  receiverUnderTest({ tables, issuers: [issuer.trusted()], ...options }).post(event);

/** What the authorizer decides about a token with the entries of the table. */
async function decisionAbout(token: string, issuers = [issuer.trusted()]): Promise<string> {
  const readEntries = entryReaderAt(inject('dynamoDbEndpoint'), tables.revocations.name);
  return (await issuer.fresh({ issuers, readEntries }).decide(`Bearer ${token}`)).kind;
}

describe('a client that revokes its token', () => {
  it('cannot use it any more, and its other tokens work as before', async () => {
    const [token, other] = ['own', 'other'].map((jti) => issuer.tokenOf({ jti }));
    expect(await decisionAbout(String(token))).toBe('allowed');
    expect(await revoke(revoking(`token=${token}`))).toEqual({
      statusCode: 200,
      headers: { 'Cache-Control': 'no-store', 'Access-Control-Allow-Origin': ORIGIN, Vary: 'Origin' },
      body: '',
    });
    expect(await decisionAbout(String(token))).toBe('unauthorized');
    expect(await decisionAbout(String(other))).toBe('allowed');
  });

  it('hears the same when it comes again', async () => {
    const event = revoking(`token=${issuer.tokenOf({ jti: 'again' })}`);
    const first = await revoke(event);
    const entry = await tables.entry('jti#main#again');
    expect(await revoke(event)).toEqual(first);
    expect(await tables.entry('jti#main#again')).toEqual(entry);
  });

  it('leaves one entry, which lasts for as long as the token', async () => {
    const before = await tables.targets();
    await revoke(revoking(`token=${issuer.tokenOf({ jti: 'counted', exp: NOW + 600 })}`));
    const entry = await tables.entry('jti#main#counted');
    expect(entry).toMatchObject({ reason: { S: 'token-revocation' }, revokedBy: { S: 'signal:app' } });
    expect(Number(entry?.purgeAt?.N)).toBeGreaterThan(NOW + 600);
    expect((await tables.targets()).toSorted()).toEqual([...before, 'jti#main#counted'].toSorted());
  });

  it('ends its session if it asks for that', async () => {
    const [token, sibling] = ['asking', 'sibling'].map((jti) => issuer.tokenOf({ jti, sid: 'ended' }));
    await revoke(revoking(`token=${token}&session=true`));
    expect(await decisionAbout(String(token))).toBe('unauthorized');
    expect(await decisionAbout(String(sibling))).toBe('unauthorized');
  });

  it('keeps its session if it does not ask for that', async () => {
    await revoke(revoking(`token=${issuer.tokenOf({ jti: 'kept', sid: 'kept' })}&session=false`));
    expect(await decisionAbout(issuer.tokenOf({ jti: 'kept-2', sid: 'kept' }))).toBe('allowed');
  });

  it('is asked to come again while the token is not valid yet: it will be, and would work then', async () => {
    const clock = createClock(NOW - 60);
    const event = revoking(`token=${issuer.tokenOf({ jti: 'from-a-fast-clock' })}`);
    expect(await revoke(event, { now: clock.now })).toMatchObject({
      statusCode: 503,
      headers: { 'Retry-After': '30' },
    });
    clock.advance(60);
    expect(await revoke(event, { now: clock.now })).toMatchObject({ statusCode: 200 });
    expect(await tables.entry('jti#main#from-a-fast-clock')).toBeDefined();
  });

  it('can do so without a token id, where the issuer writes none', async () => {
    const issuers = [issuer.trusted({ tokensWithoutId: 'digest' })];
    const token = issuer.tokenOf({ jti: undefined, sid: 'nameless' });
    await revoke(revoking(`token=${token}`), { issuers });
    expect(await decisionAbout(token, issuers)).toBe('unauthorized');
  });

  it('needs no scope for that', async () => {
    await revoke(revoking(`token=${issuer.tokenOf({ jti: 'scopeless', scope: undefined })}`));
    expect(await tables.entry('jti#main#scopeless')).toBeDefined();
  });

  it.each(['access_token', 'refresh_token', 'urn:example:other'])('may hint at the type %s', async (hint) => {
    await revoke(revoking(`token=${issuer.tokenOf({ jti: hint })}&token_type_hint=${hint}`));
    expect(await tables.entry(`jti#main#${hint}`)).toBeDefined();
  });
});

const stranger = createSigningKey('ES256', 'ec-1');

describe('the answer to a token', () => {
  it.each<[string, () => string]>([
    ['that has expired', () => issuer.tokenOf({ iat: NOW - 1000, exp: NOW - 900 })],
    ['under a false signature', () => signedToken(stranger, issuer.header, goodClaims())],
    ['under an unknown key', () => signedToken(issuer.key, { ...issuer.header, kid: 'unknown' }, goodClaims())],
    ['of another type', () => signedToken(issuer.key, { ...issuer.header, typ: 'JWT' }, goodClaims())],
    ['for another API', () => issuer.tokenOf({ aud: 'other' })],
    ['of an unknown issuer', () => issuer.tokenOf({ iss: 'https://unknown.example/' })],
    ['that is not a JWT', () => 'opaque'],
    ['of 20,000 characters', () => `${'a'.repeat(10_000)}.${'b'.repeat(5_000)}.${'c'.repeat(4_998)}`],
    ['that is not form-encoded right', () => '%ZZ%ff'],
  ])('%s is the one to a good token, and nothing is written', async (_name, token) => {
    const good = await revoke(revoking(`token=${issuer.tokenOf({ jti: 'own' })}`));
    const before = await written();
    expect(await revoke(revoking(`token=${token()}`))).toEqual(good);
    expect(await revoke(revoking(`token=${token()}&session=true&token_type_hint=x`))).toEqual(good);
    expect(await written()).toEqual(before);
  });
});

describe('a request without a token of its own', () => {
  it.each([
    '',
    'token=',
    'token',
    'token=a&token=b',
    'token=a&token_type_hint=b&token_type_hint=b',
    'token=a&session=1',
  ])('is invalid: %s', async (parameters) => {
    const { statusCode, headers, body } = await revoke(revoking(parameters));
    expect(statusCode).toBe(400);
    expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': ORIGIN });
    expect(JSON.parse(body)).toMatchObject({ error: 'invalid_request' });
  });

  it('is invalid if it asks for the end of a session where nobody reads entries of sessions', async () => {
    const event = (session: boolean) => revoking(`token=${issuer.tokenOf({ jti: 'unread' })}&session=${session}`);
    const revocationLevels = ['token', 'subject'] as const;
    expect(await revoke(event(true), { revocationLevels })).toMatchObject({ statusCode: 400 });
    expect(await tables.entry('jti#main#unread')).toBeUndefined();
    expect(await revoke(event(false), { revocationLevels })).toMatchObject({ statusCode: 200 });
  });

  it('is invalid as JSON', async () => {
    const event = { ...revoking('{"token":"a"}'), headers: { 'Content-Type': 'application/json', Origin: ORIGIN } };
    expect(await revoke(event)).toMatchObject({ statusCode: 400 });
  });
});

describe('pages of the allowed origins', () => {
  it('can read that they should come again', async () => {
    const dynamoDb = `http://127.0.0.1:${await freePort()}`;
    expect(await revoke(revoking(`token=${issuer.tokenOf({ jti: 'late' })}`), { dynamoDb })).toMatchObject({
      statusCode: 503,
      headers: { 'Access-Control-Allow-Origin': ORIGIN, 'Retry-After': '30' },
    });
  });

  it('are not those of other origins', async () => {
    const event = formEvent('revoke', 'token=a', { origin: 'https://evil.example' });
    const { headers } = await revoke(event);
    expect(headers).not.toHaveProperty('Access-Control-Allow-Origin');
  });
});

it('a deployment without token revocation answers 500 to what nothing routes there, and the log says why', async () => {
  const { post, log } = receiverUnderTest({ tables, issuers: [issuer.trusted()], tokenRevocation: undefined });
  const headers = { 'Cache-Control': 'no-store', Vary: 'Origin' };
  expect(await post(revoking('token=a'))).toEqual({ statusCode: 500, headers, body: '' });
  expect(log()).toMatchObject([
    { event: 'signal-failed', failureCause: 'internal', detail: 'token revocation is not configured' },
  ]);
});
