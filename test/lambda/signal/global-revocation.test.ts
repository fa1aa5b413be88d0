import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../lambda/signal/signal.ts';
import type { SignalRejection } from '../../../lambda/signal/signal-rejection.ts';
import { expectRejection, loopbackSender, type Reception } from '../../support/signals/loopback-sender.ts';
import { LOGOUT_EVENT, revocationBody, revocationClaims } from '../../support/signals/sample-messages.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

type Members = Readonly<Record<string, unknown>>;

const sender = loopbackSender();
const requestOf = (claims: Members = {}) => sender.signed('global-token-revocation', revocationClaims(claims));
const good = requestOf();
const receive = (message = good, reception: Reception = {}) =>
  sender.receive('global-token-revocation', message, reception);
const user = (value: string): Effect => ({ kind: 'revoke', prefix: 'sub', value, before: NOW, endsAt: undefined });

describe('a request for global token revocation', () => {
  it('is a signal that revokes what the user has now', async () => {
    expect(await receive()).toEqual({
      source: sender.known(),
      type: 'global-token-revocation',
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      eventAt: NOW,
      acceptedUntil: NOW + 110 + 5,
      effects: [user('alice')],
    });
  });

  it.each<[what: string, reason: SignalRejection, claims: Members]>([
    ['without exp', 'claim', { exp: undefined }],
    ['that has expired', 'expired', { exp: NOW - 6 }],
    ['whose exp is text', 'claim', { exp: 'soon' }],
    ['whose exp is in milliseconds', 'claim', { exp: (NOW + 110) * 1000 }],
    ['that lives longer than 300 s', 'expires', { exp: NOW - 10 + 301 }],
    ['without iat', 'claim', { iat: undefined }],
    ['issued 306 s ago', 'too-old', { iat: NOW - 306, exp: NOW + 1 }],
    ['for the sender’s own address', 'audience', { aud: 'https://sender.example/' }],
    ['that is a logout token', 'not-a-signal', { events: { [LOGOUT_EVENT]: {} } }],
    ['with a nonce, as an ID token', 'not-a-signal', { nonce: null }],
  ])('%s is rejected: %s', async (_what, reason, claims) => {
    await expectRejection(receive(requestOf(claims)), reason, 'sender');
  });

  it('of a sender whose clock is ahead revokes what the user has by that clock', async () => {
    const { eventAt, effects } = await receive(requestOf({ iat: NOW + 4 }));
    expect({ eventAt, effects }).toEqual({ eventAt: NOW + 4, effects: [{ ...user('alice'), before: NOW + 4 }] });
  });

  it('may live 300 s', async () => {
    await expect(receive(requestOf({ exp: NOW - 10 + 300 }))).resolves.toMatchObject({ acceptedUntil: NOW + 295 });
  });

  it.each<[what: string, reason: SignalRejection, body: string]>([
    ['empty', 'request', ''],
    ['not JSON', 'request', 'sub_id=alice'],
    ['a list', 'request', '[]'],
    ['null', 'request', 'null'],
    ['of 16,385 characters', 'request', revocationBody().padEnd(16_385)],
    ['without a subject', 'request', '{}'],
    ['with a subject that is text', 'request', revocationBody('alice')],
    ['with a subject of null', 'request', revocationBody(null)],
    ['about a telephone number', 'subject', revocationBody({ format: 'phone_number', phone_number: '+12065550100' })],
    ['about a subject of an unknown format', 'subject', revocationBody({ format: 'shoe_size', id: 'alice' })],
    ['about a subject without a format', 'subject', revocationBody({ id: 'alice' })],
  ])('whose body is %s is rejected: %s', async (_what, reason, body) => {
    await expectRejection(receive(good, { body }), reason, 'sender');
  });

  it('has a body of at most 16,384 characters', async () => {
    await expect(receive(good, { body: revocationBody().padEnd(16_384) })).resolves.toMatchObject({
      effects: [user('alice')],
    });
  });

  it.each<[what: string, body: string, expected: Members]>([
    [
      'the member of Okta’s first version',
      revocationBody({ format: 'opaque', id: 'bob' }, 'subject'),
      { effects: [user('bob')] },
    ],
    [
      'a subject of the sender',
      revocationBody({ format: 'iss_sub', iss: 'https://sender.example/', sub: 'bob' }),
      { effects: [user('bob')] },
    ],
    [
      'a subject of another issuer',
      revocationBody({ format: 'iss_sub', iss: 'https://other.example/', sub: 'bob' }),
      { effects: [], inaction: 'unmatched' },
    ],
    [
      'a user in a tenant',
      revocationBody({ user: { format: 'opaque', id: 'bob' }, tenant: { format: 'opaque', id: 't' } }),
      { effects: [user('bob')], isWidened: true },
    ],
  ])('may name %s', async (_what, body, expected) => {
    const { effects, inaction, isWidened } = await receive(good, { body });
    expect({ effects, inaction, isWidened }).toEqual({ inaction: undefined, isWidened: undefined, ...expected });
  });

  it('for two users is two signals, and for one user in two spellings is one', async () => {
    const idOf = async (body: string, message = good) => (await receive(message, { body })).id;
    const alice = await idOf(revocationBody());
    expect(await idOf(`{ "x": 1, "sub_id": {"id": "alice", "format": "opaque"} }`)).toBe(alice);
    const both = ['alice', 'bob'].map((id) => ({ format: 'opaque', id }));
    const aliases = (identifiers: readonly object[]) => idOf(revocationBody({ format: 'aliases', identifiers }));
    expect(await aliases(both.toReversed())).toBe(await aliases(both));
    expect(await idOf(revocationBody({ format: 'opaque', id: 'bob' }))).not.toBe(alice);
    expect(await idOf(revocationBody(), requestOf({ jti: 'request-2' }))).not.toBe(alice);
  });
});
