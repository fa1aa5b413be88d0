import { describe, expect, it } from 'vitest';
import { signalsOfCognitoEvent } from '../../../lambda/signal/cognito-event.ts';
import type { Effect } from '../../../lambda/signal/signal.ts';
import type { CognitoSource } from '../../../lambda/signal/signal-source.ts';
import { COGNITO_USER, cloudTrailRecord, cognitoEvent } from '../../support/signals/sample-messages.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const source: CognitoSource = {
  name: 'cognito',
  issuerAlias: 'main',
  pace: 'at-once',
  userPoolId: 'eu-west-1_Pool1',
};
const second: CognitoSource = { ...source, name: 'second', issuerAlias: 'other', userPoolId: 'eu-west-1_Pool2' };

const signalsOf = (event: unknown, sources: readonly CognitoSource[] = [source]) =>
  signalsOfCognitoEvent(event, sources, NOW);
const user = (before: number | undefined): Effect => {
  return { kind: 'revoke', prefix: 'sub', value: COGNITO_USER, before, endsAt: undefined };
};
const lift: Effect = { kind: 'lift', prefix: 'sub', value: COGNITO_USER };

describe('an API call of Cognito', () => {
  it('is a signal with the id and the time of its record', () => {
    expect(signalsOf(cognitoEvent('AdminUserGlobalSignOut'))).toEqual([
      {
        source,
        type: 'cognito-sign-out',
        id: '7b5a4c3d-0000-4000-8000-000000000002',
        eventAt: NOW - 60,
        acceptedUntil: NOW + 14 * 86_400,
        effects: [user(NOW - 60)],
      },
    ]);
  });

  it.each<[eventName: string, type: string, effect: Effect]>([
    ['AdminUserGlobalSignOut', 'cognito-sign-out', user(NOW - 60)],
    ['GlobalSignOut', 'cognito-sign-out', user(NOW - 60)],
    ['AdminResetUserPassword', 'cognito-password', user(NOW - 60)],
    ['AdminSetUserPassword', 'cognito-password', user(NOW - 60)],
    ['ChangePassword', 'cognito-password', user(NOW - 60)],
    ['ConfirmForgotPassword', 'cognito-password', user(NOW - 60)],
    ['AdminDisableUser', 'cognito-disable', user(undefined)],
    ['AdminDeleteUser', 'cognito-delete', user(undefined)],
    ['DeleteUser', 'cognito-delete', user(undefined)],
    ['AdminEnableUser', 'cognito-enable', lift],
  ])('%s is the signal %s, with or without EventBridge’s envelope', (eventName, type, effect) => {
    for (const event of [cognitoEvent(eventName), cloudTrailRecord(eventName)]) {
      const [signal, ...others] = signalsOf(event);
      expect(others).toEqual([]);
      expect(signal).toMatchObject({ type, effects: [effect] });
      expect(signal).not.toHaveProperty('inaction');
    }
  });

  it('RevokeToken cannot be matched, because CloudTrail masks the token', () => {
    expect(signalsOf(cognitoEvent('RevokeToken'))).toMatchObject([
      { type: 'cognito-revoke-token', effects: [], inaction: 'unmatched' },
    ]);
  });

  it.each(['ForgotPassword', 'InitiateAuth', 'AdminUpdateUserAttributes', 'SignUp', 'admindisableuser', '', undefined])(
    '%j is none of ours',
    (eventName) => {
      expect(signalsOf(cognitoEvent('AdminDisableUser', { eventName }))).toEqual([]);
    },
  );

  it.each(['NotAuthorizedException', 'x', 1])('that failed with the errorCode %j is none of ours', (errorCode) => {
    expect(signalsOf(cognitoEvent('AdminDisableUser', { errorCode }))).toEqual([]);
  });

  it.each(['', null, undefined])('that has the errorCode %j has succeeded', (errorCode) => {
    expect(signalsOf(cognitoEvent('AdminDisableUser', { errorCode }))).toHaveLength(1);
  });

  it('of another user pool is none of ours', () => {
    const requestParameters = { userPoolId: 'eu-west-1_Pool9' };
    expect(signalsOf(cognitoEvent('AdminDisableUser', { requestParameters }))).toEqual([]);
  });

  it.each([{ accessToken: 'HIDDEN_DUE_TO_SECURITY_REASONS' }, null, undefined])(
    'that names no pool (%j) is a signal of every source',
    (requestParameters) => {
      const signals = signalsOf(cognitoEvent('GlobalSignOut', { requestParameters }), [source, second]);
      expect(signals.map((signal) => signal.source)).toEqual([source, second]);
      expect(signals.map(({ effects }) => effects)).toEqual([[user(NOW - 60)], [user(NOW - 60)]]);
    },
  );

  it('that names a pool is a signal of its source alone', () => {
    expect(signalsOf(cognitoEvent('AdminDisableUser'), [second, source]).map((signal) => signal.source)).toEqual([
      source,
    ]);
    expect(signalsOf(cognitoEvent('AdminDisableUser'), [])).toEqual([]);
  });

  it.each([
    'HIDDEN_DUE_TO_SECURITY_REASONS',
    '***',
    '',
    'alice',
    `${COGNITO_USER} `,
    `x${COGNITO_USER}`,
    COGNITO_USER.toUpperCase(),
    [COGNITO_USER],
    7,
    null,
    undefined,
  ])('whose sub is masked as %j is unmatched', (sub) => {
    const expected = { effects: [], inaction: 'unmatched' };
    for (const eventName of ['AdminDisableUser', 'GlobalSignOut', 'AdminEnableUser']) {
      expect(signalsOf(cognitoEvent(eventName, { additionalEventData: { sub } }))).toMatchObject([expected]);
    }
  });

  it.each([null, undefined, 'x', []])('whose additionalEventData is %j is unmatched', (additionalEventData) => {
    expect(signalsOf(cognitoEvent('AdminDisableUser', { additionalEventData }))).toMatchObject([
      { effects: [], inaction: 'unmatched' },
    ]);
  });

  it('of the future took place now, and may be repeated for longer', () => {
    const eventTime = new Date((NOW + 30) * 1000).toISOString();
    expect(signalsOf(cognitoEvent('GlobalSignOut', { eventTime }))).toMatchObject([
      { eventAt: NOW, effects: [user(NOW)], acceptedUntil: NOW + 30 + 14 * 86_400 },
    ]);
  });

  it('took place in a whole second', () => {
    const eventTime = new Date((NOW - 60) * 1000 + 900).toISOString();
    expect(signalsOf(cognitoEvent('GlobalSignOut', { eventTime }))).toMatchObject([{ eventAt: NOW - 60 }]);
  });

  it.each([undefined, null, '', 'a\nb', 7])('whose eventID is %j is rejected', (eventID) => {
    expect(() => signalsOf(cognitoEvent('AdminDisableUser', { eventID }))).toThrow(
      expect.objectContaining({ reason: 'no-id', sender: 'cognito' }),
    );
  });

  it.each([undefined, null, 'yesterday', NOW, 2026])('whose eventTime is %j is rejected', (eventTime) => {
    expect(() => signalsOf(cognitoEvent('AdminDisableUser', { eventTime }))).toThrow(
      expect.objectContaining({ reason: 'event', sender: 'cognito' }),
    );
  });
});

describe('an event', () => {
  it.each<[what: string, event: unknown]>([
    ['null', null],
    ['text', 'AdminDisableUser'],
    ['a list', [cognitoEvent('AdminDisableUser')]],
    ['empty', {}],
    ['without a record', { ...cognitoEvent('AdminDisableUser'), detail: null }],
    ['of another service', cognitoEvent('AdminDisableUser', { eventSource: 'iam.amazonaws.com' })],
    ['of a record inside an envelope without one', { ...cloudTrailRecord('AdminDisableUser'), detail: {} }],
  ])('that is %s is none of ours', (_what, event) => {
    expect(signalsOf(event)).toEqual([]);
  });
});
