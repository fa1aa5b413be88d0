import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../lambda/signal/signal.ts';
import type { SignalRejection } from '../../../lambda/signal/signal-rejection.ts';
import type { SignalSender } from '../../../lambda/signal/signal-source.ts';
import { expectRejection, loopbackSender, type Reception } from '../../support/signals/loopback-sender.ts';
import { LOGOUT_EVENT, logoutClaims, SSF } from '../../support/signals/sample-messages.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

type Members = Readonly<Record<string, unknown>>;

const sender = loopbackSender();

const receive = (claims: Members = {}, reception: Reception = {}, header: Members = {}) =>
  sender.receive('backchannel-logout', sender.signed('backchannel-logout', logoutClaims(claims), header), reception);

const session = (value: string): Effect => {
  return { kind: 'revoke', prefix: 'sid', value, before: undefined, endsAt: undefined };
};
const user = (value: string, before = NOW - 10): Effect => {
  return { kind: 'revoke', prefix: 'sub', value, before, endsAt: undefined };
};

describe('a logout token', () => {
  it('is a signal that ends its session', async () => {
    expect(await receive()).toEqual({
      source: sender.known(),
      type: 'backchannel-logout',
      id: 'logout-1',
      eventAt: NOW - 10,
      acceptedUntil: NOW + 110 + 5,
      effects: [session('session-1')],
    });
  });

  it.each(['logout+jwt', 'application/logout+jwt', 'LOGOUT+JWT', undefined])(
    'with the typ %j is accepted',
    async (typ) => {
      expect((await receive({}, {}, { typ })).effects).toEqual([session('session-1')]);
    },
  );

  it.each<[what: string, reason: SignalRejection, claims: Members]>([
    ['with a nonce', 'nonce', { nonce: 'n-1' }],
    ['with a nonce of null', 'nonce', { nonce: null }],
    ['without events, as an ID token', 'not-a-signal', { events: undefined }],
    ['without events but with a nonce, as an ID token', 'not-a-signal', { events: undefined, nonce: 'n-1' }],
    ['without exp', 'claim', { exp: undefined }],
    ['that has expired', 'expired', { exp: NOW - 6 }],
    ['whose exp is text', 'claim', { exp: String(NOW + 110) }],
    ['whose exp is in milliseconds', 'claim', { exp: (NOW + 110) * 1000 }],
    ['without iat', 'claim', { iat: undefined }],
    ['whose iat is negative', 'too-old', { iat: -1 }],
    ['issued 306 s ago', 'too-old', { iat: NOW - 306 }],
    ['issued 6 s in the future', 'issued-at', { iat: NOW + 6 }],
    ['without jti', 'no-id', { jti: undefined }],
    ['whose jti is empty', 'no-id', { jti: '' }],
    ['whose jti is a number', 'no-id', { jti: 1 }],
    ['whose jti has control characters', 'no-id', { jti: 'a\nb' }],
    ['for another client', 'audience', { aud: 'client-2' }],
    ['with neither sub nor sid', 'subject', { sub: undefined, sid: undefined }],
  ])('%s is rejected: %s', async (_what, reason, claims) => {
    await expectRejection(receive(claims), reason, 'sender');
  });

  it.each<[what: string, events: unknown]>([
    ['null', null],
    ['a list', [LOGOUT_EVENT]],
    ['text', LOGOUT_EVENT],
    ['empty', {}],
    ['another event', { [`${SSF}/verification`]: {} }],
    ['two events', { [LOGOUT_EVENT]: {}, [`${SSF}/verification`]: {} }],
    ['two events, the other one first', { [`${SSF}/verification`]: {}, [LOGOUT_EVENT]: {} }],
    ['only an option of Keycloak', { revoke_offline_access: true }],
    ['the event by HTTPS', { 'https://schemas.openid.net/event/backchannel-logout': {} }],
    ['the event with the value true', { [LOGOUT_EVENT]: true }],
    ['the event with the value null', { [LOGOUT_EVENT]: null }],
    ['the event with a list', { [LOGOUT_EVENT]: [] }],
    ['the event with a value that has a member', { [LOGOUT_EVENT]: { a: 1 } }],
  ])('whose events are %s is rejected', async (_what, events) => {
    await expectRejection(receive({ events }), 'events', 'sender');
  });

  it('with Keycloak’s option to end offline sessions is accepted', async () => {
    const events = { [LOGOUT_EVENT]: {}, revoke_offline_access: true };
    expect((await receive({ events })).effects).toEqual([session('session-1')]);
  });

  it.each<[what: string, iat: number, exp: number, acceptedUntil: number]>([
    ['its exp', NOW - 10, NOW + 20.5, NOW + 26],
    ['its maximum age, if that ends first', NOW - 10, NOW + 9_999, NOW + 295],
  ])('could be repeated until the tolerance after %s', async (_what, iat, exp, acceptedUntil) => {
    expect((await receive({ iat, exp })).acceptedUntil).toBe(acceptedUntil);
  });

  it.each([
    [NOW - 10, NOW - 10],
    [NOW - 9.3, NOW - 10],
    [NOW + 4, NOW + 4],
  ])('issued at %d took place at %d: a whole second, by the clock of the sender', async (iat, eventAt) => {
    expect(await receive({ iat, sid: undefined })).toMatchObject({ eventAt, effects: [user('alice', eventAt)] });
  });
});

describe('the subject of a logout token', () => {
  const unnamed: Partial<SignalSender> = { namesSessions: false };

  it.each<[what: string, claims: Members, settings: Partial<SignalSender>, expected: Members]>([
    ['sub and sid', {}, {}, { effects: [session('session-1')] }],
    ['sid alone', { sub: undefined }, {}, { effects: [session('session-1')] }],
    ['sub alone', { sid: undefined }, {}, { effects: [user('alice')] }],
    [
      'sub and sid of a sender whose sessions our tokens do not name',
      {},
      unnamed,
      { effects: [user('alice')], isWidened: true },
    ],
    ['sub alone of such a sender', { sid: undefined }, unnamed, { effects: [user('alice')] }],
    ['sid alone of such a sender', { sub: undefined }, unnamed, { effects: [], inaction: 'unmatched' }],
    ['sub and a sid that is not an identifier', { sid: 7 }, {}, { effects: [user('alice')], isWidened: true }],
    ['a sub that is not an identifier', { sub: 7, sid: undefined }, {}, { effects: [], inaction: 'unmatched' }],
    ['a sub that is not an identifier, and sid', { sub: '' }, {}, { effects: [session('session-1')] }],
    ['a sub of 256 characters', { sub: 'a'.repeat(256), sid: undefined }, {}, { effects: [], inaction: 'unmatched' }],
  ])('is %s', async (_what, claims, settings, expected) => {
    const { effects, inaction, isWidened } = await receive(claims, { settings });
    expect({ effects, inaction, isWidened }).toEqual({ inaction: undefined, isWidened: undefined, ...expected });
  });

  it('has the form of entries where the issuer has an e-mail alias', async () => {
    const issuers = [trustedIssuer({ subjectAliases: [['email']] })];
    const claims = { sub: ' Alice@Example.com', sid: undefined };
    expect((await receive(claims, { issuers })).effects).toEqual([user('alice@example.com')]);
    expect((await receive(claims)).effects).toEqual([user(' Alice@Example.com')]);
    expect((await receive({ sub: 'Alice', sid: undefined }, { issuers })).effects).toEqual([user('Alice')]);
  });
});
