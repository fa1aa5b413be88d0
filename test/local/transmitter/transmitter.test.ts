import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SUBJECT_ISSUER, startTransmitter, type TransmitterAtWork } from '../../support/network/local-transmitter.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const ALICE = { format: 'iss_sub', iss: SUBJECT_ISSUER, sub: 'alice' };

let transmitter: TransmitterAtWork;
beforeEach(async () => {
  transmitter = await startTransmitter();
});
afterEach(() => transmitter.close());

describe('the metadata', () => {
  it('name the endpoints under the issuer, and delivery by push', async () => {
    const { issuer } = transmitter;
    const metadata = await (await fetch(`${issuer}/.well-known/ssf-configuration`)).json();
    expect(metadata).toMatchObject({
      ...{ spec_version: '1_0', issuer, delivery_methods_supported: ['urn:ietf:rfc:8935'] },
      ...{ configuration_endpoint: `${issuer}/streams`, verification_endpoint: `${issuer}/verify` },
    });
  });

  it('lead to a key set without a private key', async () => {
    const { keys } = (await (await fetch(`${transmitter.issuer}/jwks`)).json()) as { keys: object[] };
    expect(keys.map((key) => Object.keys(key).toSorted())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  });
});

describe('an event', () => {
  it('is pushed as a security event token that the key set verifies, without exp and sub', async () => {
    const before = Math.floor(Date.now() / 1000);
    const { status, content } = await post({ type: 'session-revoked', subject: 'alice' });
    expect(status).toBe(200);
    const [pushed] = transmitter.pushed;
    expect(pushed).toMatchObject({ contentType: 'application/secevent+jwt', authorization: undefined });
    const { issuer, endpoint } = transmitter;
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const options = { issuer, audience: endpoint, typ: 'secevent+jwt' };
    const { payload } = await jwtVerify(pushed?.token ?? '', keys, options);
    expect(payload).toEqual({
      ...{ iss: issuer, aud: endpoint, iat: expect.any(Number), jti: expect.any(String), sub_id: ALICE },
      events: { [`${CAEP}/session-revoked`]: { event_timestamp: expect.any(Number) } },
    });
    expect(payload.iat).toBeGreaterThanOrEqual(before);
    expect(content).toMatchObject({
      deliveries: [{ jti: payload.jti, token: pushed?.token, status: 202, body: '', retried: false }],
    });
  });

  it.each([
    ['the user', { subject: 'alice' }, ALICE],
    ['the subject identifier', { subject: { format: 'email', email: 'a@b.c' } }, { format: 'email', email: 'a@b.c' }],
    [
      'the session of the user',
      { subject: 'alice', session: 's1' },
      { format: 'complex', user: ALICE, session: { format: 'opaque', id: 's1' } },
    ],
    ['the session alone', { session: 's1' }, { format: 'complex', session: { format: 'opaque', id: 's1' } }],
    ['the stream', {}, { format: 'opaque', id: expect.any(String) }],
  ])('names %s', async (_, named, expected) => {
    await post({ type: 'session-revoked', ...named });
    expect(decodeJwt(transmitter.pushed[0]?.token ?? '').sub_id).toEqual(expected);
  });

  it('has the members that were given, also for a type by its URI', async () => {
    const event = { change_type: 'update', credential_type: 'password', event_timestamp: 1 };
    await post({ type: 'https://example.com/anything', subject: 'alice', event });
    expect(decodeJwt(transmitter.pushed[0]?.token ?? '').events).toEqual({ 'https://example.com/anything': event });
  });

  it.each([
    ['a body that is no object', [], 'JSON object'],
    ['no type', { subject: 'alice' }, 'type'],
    ['an unknown type', { type: 'session-revok', subject: 'alice' }, 'type'],
    ['a subject that is a number', { type: 'session-revoked', subject: 1 }, 'subject'],
    ['a session that is a number', { type: 'session-revoked', session: 1 }, 'session'],
    ['an event that is text', { type: 'session-revoked', event: 'x' }, 'event'],
    ['another member', { type: 'session-revoked', sub: 'alice' }, 'type, subject, session, event'],
  ])('is not sent for %s', async (_, request, named) => {
    const { status, content } = await post(request);
    expect(status).toBe(400);
    expect(content.error).toContain(named);
    expect(transmitter.pushed).toEqual([]);
  });

  it('is not sent for a form, which a page from elsewhere can send', async () => {
    expect((await post({ type: 'session-revoked', subject: 'alice' }, 'text/plain')).status).toBe(415);
    expect(transmitter.pushed).toEqual([]);
  });
});

describe('an event that the receiver could not take', () => {
  it.each([429, 500, 503])('is pushed again after %i, until it is taken', async (status) => {
    transmitter.answerWith(status, status);
    const { content } = await post({ type: 'session-revoked', subject: 'alice' });
    expect(content).toMatchObject({ deliveries: [{ status, retried: true }] });
    await expect.poll(() => transmitter.pushed).toHaveLength(3);
    expect(new Set(transmitter.pushed.map(({ token }) => token)).size).toBe(1);
    await transmitter.stop();
    expect(transmitter.said).toEqual([]);
  });

  it('is pushed again when no answer comes', async () => {
    transmitter.receiver.answerWith((_, request) => {
      request.socket.resetAndDestroy();
      transmitter.receiver.answerWith((response) => response.writeHead(202).end(), '/events');
    }, '/events');
    const { content } = await post({ type: 'session-revoked', subject: 'alice' });
    expect(content).toMatchObject({ deliveries: [{ status: null, retried: true }] });
    await expect.poll(() => transmitter.receiver.requests).toHaveLength(2);
  });

  it('is given up after the last attempt, and the run says so', async () => {
    transmitter.answerWith(503, 503, 503, 503);
    await post({ type: 'session-revoked', subject: 'alice' });
    const { jti } = decodeJwt(transmitter.pushed[0]?.token ?? '');
    const sentence = `The transmitter gave up the event ${jti}: ${transmitter.endpoint} did not take it.`;
    await expect.poll(() => transmitter.said).toEqual([sentence]);
    expect(transmitter.pushed).toHaveLength(4);
  });

  it.each([400, 401, 404])('is not pushed again after %i', async (status) => {
    transmitter.answerWith(status);
    const { content } = await post({ type: 'session-revoked', subject: 'alice' });
    expect(content).toMatchObject({ deliveries: [{ status, retried: false }] });
    await transmitter.stop();
    expect(transmitter.pushed).toHaveLength(1);
  });
});

it('a request for another host is misdirected', async () => {
  const { port } = new URL(transmitter.issuer);
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    const headers = { Host: 'evil.example' };
    request({ host: '127.0.0.1', port, path: '/jwks', headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).end();
  });
  expect(status).toBe(421);
});

it('a body of more than 64 KiB is too large', async () => {
  const { status } = await post({ type: 'session-revoked', subject: 'a'.repeat(70_000) });
  expect(status).toBe(413);
});

it('a token names the key with which it is signed', async () => {
  await post({ type: 'session-revoked', subject: 'alice' });
  const { keys } = (await (await fetch(`${transmitter.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
  expect(decodeProtectedHeader(transmitter.pushed[0]?.token ?? '').kid).toBe(keys[0]?.kid);
});

async function post(event: unknown, contentType = 'application/json') {
  const headers = { 'Content-Type': contentType };
  const response = await fetch(`${transmitter.issuer}/events`, {
    method: 'POST',
    headers,
    body: JSON.stringify(event),
  });
  return { status: response.status, content: (await response.json()) as { readonly error?: string } };
}
