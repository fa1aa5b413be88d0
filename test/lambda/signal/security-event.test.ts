import { describe, expect, it } from 'vitest';
import { signalOfSecurityEvent } from '../../../lambda/signal/security-event.ts';
import type { Effect } from '../../../lambda/signal/signal.ts';
import type { SignalRejection } from '../../../lambda/signal/signal-rejection.ts';
import { expectRejection, loopbackSender, type Reception } from '../../support/signals/loopback-sender.ts';
import { CAEP, RISC, SSF, securityEventClaims } from '../../support/signals/sample-messages.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

type Members = Readonly<Record<string, unknown>>;

const sender = loopbackSender();

const receive = (type?: string, event?: unknown, changes: Members = {}, reception: Reception = {}) =>
  sender.receive(
    'security-event',
    sender.signed('security-event', securityEventClaims(type, event, changes)),
    reception,
  );

const user = (before: number | undefined, value = 'alice'): Effect => {
  return { kind: 'revoke', prefix: 'sub', value, before, endsAt: undefined };
};
const session = (value: string): Effect => {
  return { kind: 'revoke', prefix: 'sid', value, before: undefined, endsAt: undefined };
};
const lift: Effect = { kind: 'lift', prefix: 'sub', value: 'alice' };
const ALICE = { format: 'iss_sub', iss: 'https://sender.example/', sub: 'alice' };
const SESSION = { format: 'opaque', id: 'session-1' };

describe('a security event token', () => {
  it('is a signal that may be repeated until its maximum age and the tolerance have passed', async () => {
    expect(await receive()).toEqual({
      source: sender.known(),
      type: 'session-revoked',
      id: 'event-1',
      eventAt: NOW - 20,
      acceptedUntil: NOW - 10 + 604_800 + 5,
      effects: [user(NOW - 20)],
    });
  });

  it.each<[what: string, reason: SignalRejection, changes: Members]>([
    ['with sub', 'subject-claim', { sub: 'alice' }],
    ['with a sub of null', 'subject-claim', { sub: null }],
    ['with exp', 'expires', { exp: NOW + 600 }],
    ['without jti', 'no-id', { jti: undefined }],
    ['whose jti is not an identifier', 'no-id', { jti: 'x'.repeat(256) }],
    ['without iat', 'claim', { iat: undefined }],
    ['issued more than 7 days ago', 'too-old', { iat: NOW - 604_806 }],
    ['issued 6 s in the future', 'issued-at', { iat: NOW + 6 }],
    ['for another audience', 'audience', { aud: 'https://elsewhere.example/events' }],
    ['without events', 'not-a-signal', { events: undefined }],
    ['whose events are null', 'events', { events: null }],
    ['whose events are a list', 'events', { events: [{}] }],
    ['whose events are text', 'events', { events: `${CAEP}/session-revoked` }],
    ['without an event', 'events', { events: {} }],
    ['with two events', 'events', { events: { [`${CAEP}/session-revoked`]: {}, [`${RISC}/account-disabled`]: {} } }],
    ['with an event that is true', 'event', { events: { [`${CAEP}/session-revoked`]: true } }],
    ['with an event that is null', 'event', { events: { [`${CAEP}/session-revoked`]: null } }],
    ['with an event that is a list', 'event', { events: { [`${CAEP}/session-revoked`]: [] } }],
    ['without a subject', 'subject', { sub_id: undefined }],
    ['whose subject is text', 'subject', { sub_id: 'alice' }],
    ['whose subject is a list', 'subject', { sub_id: [ALICE] }],
  ])('%s is rejected: %s', async (_what, reason, changes) => {
    await expectRejection(receive(undefined, undefined, changes), reason, 'sender');
  });

  it.each([undefined, null, -1, NOW * 1000, String(NOW)])(
    'is rejected for an iat of %j, also where verification lets it through',
    async (iat) => {
      const good = sender.signed('security-event', securityEventClaims());
      const verified = await sender.verifier()('security-event', good);
      const message = { ...verified, claims: { ...verified.claims, iat } };
      expect(() => signalOfSecurityEvent(message)).toThrow(
        expect.objectContaining({ reason: 'claim', sender: 'sender' }),
      );
    },
  );

  it('of another kind of event is also rejected with sub, with exp and without jti', async () => {
    for (const changes of [{ sub: 'alice' }, { exp: NOW + 600 }, { jti: undefined }]) {
      await expect(receive('https://other.example/event', {}, changes)).rejects.toMatchObject({
        name: 'InvalidSignalError',
      });
    }
  });
});

describe('an event', () => {
  const at = { event_timestamp: NOW - 20 };

  it.each<[type: string, event: Members, name: string, effects: readonly Effect[]]>([
    [`${CAEP}/session-revoked`, at, 'session-revoked', [user(NOW - 20)]],
    [`${RISC}/sessions-revoked`, at, 'sessions-revoked', [user(NOW - 20)]],
    [`${CAEP}/credential-change`, { ...at, change_type: 'revoke' }, 'credential-change', [user(NOW - 20)]],
    [`${CAEP}/credential-change`, { ...at, change_type: 'delete' }, 'credential-change', [user(NOW - 20)]],
    [
      `${CAEP}/credential-change`,
      { ...at, change_type: 'update', credential_type: 'password' },
      'credential-change',
      [user(NOW - 20)],
    ],
    [`${RISC}/account-disabled`, { ...at, reason: 'hijacking' }, 'account-disabled', [user(undefined)]],
    [`${RISC}/account-purged`, at, 'account-purged', [user(undefined)]],
    [`${RISC}/account-enabled`, at, 'account-enabled', [lift]],
  ])('%s %j is the signal %s', async (type, event, name, effects) => {
    const signal = await receive(type, event);
    expect(signal).toMatchObject({ type: name, effects, eventAt: NOW - 20 });
    expect(Object.keys(signal)).not.toContain('inaction');
    expect(Object.keys(signal)).not.toContain('isWidened');
  });

  it.each<[type: string, event: Members, name: string]>([
    [`${CAEP}/credential-change`, { change_type: 'create', credential_type: 'password' }, 'credential-change'],
    [`${CAEP}/credential-change`, { change_type: 'update', credential_type: 'fido2-roaming' }, 'credential-change'],
    [`${CAEP}/credential-change`, { change_type: 'update' }, 'credential-change'],
    [`${CAEP}/credential-change`, { credential_type: 'password' }, 'credential-change'],
    [`${SSF}/verification`, { state: 'abc' }, 'verification'],
    [`${RISC}/verification`, { state: 'abc' }, 'verification'],
    [`${SSF}/stream-updated`, { status: 'enabled' }, 'stream-updated'],
    [`${SSF}/stream-updated`, {}, 'stream-updated'],
    [`${CAEP}/token-claims-change`, { claims: {} }, 'other'],
    [`${CAEP}/device-compliance-change`, { status: 'paused' }, 'other'],
    [`${RISC}/session-revoked`, {}, 'other'],
    ['https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked', {}, 'other'],
    ['constructor', {}, 'other'],
    ['', {}, 'other'],
  ])('%s %j is ignored, whatever its subject is, and is the signal %s', async (type, event, name) => {
    for (const changes of [{}, { sub_id: undefined }, { sub_id: 'alice' }]) {
      const { effects, inaction, isStreamStopped, ...signal } = await receive(type, event, changes);
      expect({ effects, inaction, isStreamStopped }).toEqual({
        effects: [],
        inaction: 'ignored',
        isStreamStopped: undefined,
      });
      expect(signal).toMatchObject({ type: name, id: 'event-1', eventAt: NOW - 10 });
    }
  });

  it.each(['paused', 'disabled'])('that says the stream is %s tells of a stream that stopped', async (status) => {
    const signal = await receive(`${SSF}/stream-updated`, { status });
    expect(signal).toMatchObject({ effects: [], inaction: 'ignored', isStreamStopped: true });
  });
});

describe('the time of an event', () => {
  const after = NOW - 10;
  it.each<[what: string, event: Members, changes: Members, eventAt: number]>([
    ['its event_timestamp', { event_timestamp: NOW - 20 }, { toe: NOW - 30 }, NOW - 20],
    ['its event_timestamp in whole seconds', { event_timestamp: NOW - 20.2 }, {}, NOW - 21],
    ['iat, at the latest', { event_timestamp: after }, {}, after],
    ['toe, if there is no event_timestamp', {}, { toe: NOW - 30 }, NOW - 30],
    ['toe, if event_timestamp is in milliseconds', { event_timestamp: (NOW - 20) * 1000 }, { toe: NOW - 30 }, NOW - 30],
    ['toe, if event_timestamp is after iat', { event_timestamp: after + 1 }, { toe: NOW - 30 }, NOW - 30],
    ['toe, if event_timestamp is text', { event_timestamp: String(NOW - 20) }, { toe: NOW - 30 }, NOW - 30],
    ['iat, if event_timestamp is in milliseconds', { event_timestamp: (NOW - 20) * 1000 }, {}, after],
    ['iat, if event_timestamp is negative', { event_timestamp: -1 }, {}, after],
    ['iat, if there is neither', {}, {}, after],
    ['iat, if toe is after it', {}, { toe: after + 1 }, after],
    ['iat, if toe is in milliseconds', {}, { toe: (NOW - 30) * 1000 }, after],
    ['iat, if the clock of the sender is ahead', {}, { iat: NOW + 4 }, NOW + 4],
    ['its event_timestamp, by the same clock', { event_timestamp: NOW + 3 }, { iat: NOW + 4 }, NOW + 3],
  ])('is %s', async (_what, event, changes, eventAt) => {
    const signal = await receive(undefined, event, changes);
    expect(signal).toMatchObject({ eventAt, effects: [user(eventAt)] });
  });
});

describe('the subject of an event', () => {
  const at = { event_timestamp: NOW - 20 };

  it.each<[what: string, event: Members, changes: Members]>([
    ['sub_id', at, {}],
    ['subject in the event, as Okta writes it', { ...at, subject: { user: ALICE } }, { sub_id: undefined }],
    [
      'subject in the event, as Google writes it',
      { ...at, subject: { subject_type: 'iss-sub', iss: 'https://sender.example/', sub: 'alice' } },
      { sub_id: undefined },
    ],
    ['the claim subject', at, { sub_id: undefined, subject: ALICE }],
    [
      'sub_id, if there are others',
      { ...at, subject: { ...ALICE, sub: 'bob' } },
      { subject: { ...ALICE, sub: 'eve' } },
    ],
    [
      'the one in the event, if there is a claim subject',
      { ...at, subject: ALICE },
      { sub_id: undefined, subject: { ...ALICE, sub: 'eve' } },
    ],
  ])('is %s', async (_what, event, changes) => {
    expect((await receive(undefined, event, changes)).effects).toEqual([user(NOW - 20)]);
  });

  it('is a session that entries can name, and then nothing else is revoked', async () => {
    const signal = await receive(undefined, at, { sub_id: { format: 'complex', user: ALICE, session: SESSION } });
    expect(signal.effects).toEqual([session('session-1')]);
    expect(signal).not.toHaveProperty('isWidened');
  });

  it('is the user, with a word in the log, where entries cannot name the session', async () => {
    const subject = { format: 'complex', user: ALICE, session: SESSION };
    const settings = { namesSessions: false };
    const signal = await receive(undefined, at, { sub_id: subject }, { settings });
    expect(signal).toMatchObject({ effects: [user(NOW - 20)], isWidened: true });
  });

  it('is the user, with a word in the log, for whatever a device or a tenant narrows', async () => {
    for (const [member, type] of [
      ['device', `${CAEP}/session-revoked`],
      ['tenant', `${RISC}/sessions-revoked`],
      ['session', `${RISC}/sessions-revoked`],
    ] as const) {
      const signal = await receive(type, at, { sub_id: { format: 'complex', user: ALICE, [member]: SESSION } });
      expect(signal).toMatchObject({ effects: [user(NOW - 20)], isWidened: true });
    }
  });

  it('blocks the user although a tenant narrows it, and lifts no block then', async () => {
    const subject = { format: 'complex', user: ALICE, tenant: SESSION };
    expect(await receive(`${RISC}/account-disabled`, at, { sub_id: subject })).toMatchObject({
      effects: [user(undefined)],
      isWidened: true,
    });
    const lifted = await receive(`${RISC}/account-enabled`, at, { sub_id: subject });
    expect(lifted).toMatchObject({ effects: [], inaction: 'unmatched' });
  });

  it('that is a plain opaque id may be a session or a user, and both are revoked', async () => {
    const signal = await receive(undefined, at, { sub_id: SESSION });
    expect(signal.effects).toEqual([session('session-1'), user(NOW - 20, 'session-1')]);
    const settings = { namesSessions: false };
    expect((await receive(undefined, at, { sub_id: SESSION }, { settings })).effects).toEqual([
      user(NOW - 20, 'session-1'),
    ]);
  });

  it.each<[what: string, subject: Members]>([
    ['of another issuer', { ...ALICE, iss: 'https://other.example/' }],
    ['a telephone number', { format: 'phone_number', phone_number: '+12065550100' }],
    ['a device alone', { format: 'complex', device: SESSION }],
  ])('that is %s writes nothing: unmatched', async (_what, subject) => {
    for (const type of [
      `${CAEP}/session-revoked`,
      `${RISC}/sessions-revoked`,
      `${RISC}/account-disabled`,
      `${RISC}/account-purged`,
      `${RISC}/account-enabled`,
    ]) {
      expect(await receive(type, at, { sub_id: subject })).toMatchObject({ effects: [], inaction: 'unmatched' });
    }
  });
});
