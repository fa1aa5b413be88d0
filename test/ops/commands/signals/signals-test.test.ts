import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  API,
  eventClaims,
  type SignalsAtWork,
  signalsAtWork,
  userLogoutClaims,
} from '../../../support/operator/signals-at-work.ts';
import { cloudTrailRecord, LOGOUT_EVENT } from '../../../support/signals/sample-messages.ts';
import { NOW } from '../../../support/tokens/sample-issuer.ts';

let operator: SignalsAtWork;
beforeAll(async () => {
  const cognito = [{ name: 'pool', issuerAlias: 'main', pace: 'at-once', userPoolId: 'eu-west-1_Pool1' }] as const;
  operator = await signalsAtWork({}, { cognito });
});
afterAll(() => operator.leave());

const cognitoRecord = () => cloudTrailRecord('AdminUserGlobalSignOut');

const NEVER = { audiences: [], tokenTypes: [], maxAge: 0 };

interface TestDocument {
  readonly kind: string;
  readonly source: string | null;
  readonly accepted: boolean;
  readonly reason: string | null;
  readonly mismatch: Readonly<Record<'name' | 'found' | 'expected' | 'change', string>> | null;
  readonly signals: readonly {
    readonly type: string;
    readonly entries: readonly Readonly<Record<string, unknown>>[];
  }[];
}

async function tested(message: string, options = ''): Promise<TestDocument> {
  const { out } = await operator.run(`signals test - --json ${options}`.trim(), message);
  return JSON.parse(out) as TestDocument;
}

const logout = (changes = {}, typ: string | undefined = 'logout+jwt') =>
  operator.signed(typ, userLogoutClaims(operator.sender, changes));
const event = (changes = {}, typ = 'secevent+jwt') => operator.signed(typ, eventClaims(operator.sender, changes));
const request = (changes = {}, body = '{"sub_id":{"format":"opaque","id":"alice"}}') => {
  const { issuer } = operator.sender;
  const claims = {
    iss: issuer,
    aud: `${API}/signals/global-token-revocation`,
    iat: NOW - 10,
    exp: NOW + 50,
    jti: 'r1',
  };
  return `${operator.signed('global-token-revocation+jwt', { ...claims, ...changes })}\n${body}`;
};

describe('signals test says why an event of AWS is no signal', () => {
  it.each([
    [
      'another call',
      { eventName: 'AdminCreateUser' },
      'the call "AdminCreateUser" says nothing about the tokens of a user',
    ],
    ['a failed call', { errorCode: 'AccessDenied' }, 'the call failed with "AccessDenied"'],
    [
      'another pool',
      { requestParameters: { userPoolId: 'eu-west-1_Other' } },
      'it is of the user pool "eu-west-1_Other", and the sources are of eu-west-1_Pool1',
    ],
    ['another service', { eventSource: 's3.amazonaws.com' }, 'its eventSource is "s3.amazonaws.com"'],
  ])('%s', async (_, changes, sentence) => {
    const { out } = await operator.run('signals test -', JSON.stringify({ ...cognitoRecord(), ...changes }));
    expect(out).toContain(`Verdict: no signal: an API call of Cognito; ${sentence}`);
  });

  it('no source of Cognito', async () => {
    const other = await signalsAtWork();
    const { out } = await other.run('signals test -', JSON.stringify(cognitoRecord()));
    expect(out).toContain('the deployment has no source of Cognito: add `cognitoSignals` to `signals`, and deploy.');
    await other.leave();
  });
});

describe('signals test recognizes', () => {
  it.each<readonly [string, string, () => string]>([
    ['a logout token', 'backchannel-logout', () => logout()],
    ['a logout token without a type', 'backchannel-logout', () => logout({}, undefined)],
    ['the form of a back-channel logout', 'backchannel-logout', () => `logout_token=${logout()}`],
    ['a security event token', 'security-event', () => event()],
    [
      'a request for global token revocation, with its headers',
      'global-token-revocation',
      () => `Authorization: Bearer ${request()}`,
    ],
    [
      'an event of EventBridge',
      'cognito',
      () => JSON.stringify({ source: 'aws.cognito-idp', detail: cognitoRecord() }),
    ],
    ['a record of CloudTrail', 'cognito', () => JSON.stringify(cognitoRecord())],
    ['the only record of a file of a trail', 'cognito', () => JSON.stringify({ Records: [cognitoRecord()] })],
  ])('%s', async (_, kind, message) => {
    expect(await tested(message())).toMatchObject({ kind, accepted: true, reason: null });
  });

  it('a text of hundreds of thousands of empty lines at once', async () => {
    const { mismatch } = await tested(`a${'\n'.repeat(290_000)}b`);
    expect(mismatch).toMatchObject({ name: 'length' });
  });

  it.each([
    ['', /holds no signal/],
    ['{"a":1}', /not an event of Cognito/],
    ['{"sub_id":{"format":"opaque","id":"a"}}', /without its bearer token/],
  ])('no other text: %j', async (text, sentence) => {
    expect(await operator.run('signals test -', text)).toMatchObject({
      exitCode: 1,
      err: expect.stringMatching(sentence),
    });
  });
});

/** A message of the sender with any header, without a good signature. */
const raw = (header: string) => {
  const parts = [header, JSON.stringify(userLogoutClaims(operator.sender))];
  return `${parts.map((part) => Buffer.from(part).toString('base64url')).join('.')}.AAAA`;
};

describe('signals test says what a rejected message has, what is expected, and what to change', () => {
  const other = 'https://else.example/';
  it.each<readonly [string, string, () => string, RegExp, RegExp]>([
    ['malformed', 'form', () => 'eyJhbGciOiJFUzI1NiJ9.x', /parts/, /3 parts/],
    ['unknown-sender', 'iss', () => logout({ iss: other }), /else\.example/, /\(sender\)/],
    ['oversized', 'length', () => logout({ filler: 'a'.repeat(16_384) }), /characters/, /at most 16,384/],
    ['header', 'header', () => raw('{"alg":"ES256","alg":"ES256","kid":"k"}'), /not read|ES256/, /unique names/],
    [
      'header-parameter',
      'the header',
      () => raw('{"alg":"ES256","kid":"k","jwk":{}}'),
      /"jwk"/,
      /alg, typ and kid only/,
    ],
    ['algorithm', 'alg', () => raw('{"alg":"none","kid":"k"}'), /"none"/, /"ES256"/],
    ['key-id', 'kid', () => raw('{"alg":"ES256"}'), /absent/, /1 to 255/],
    [
      'unknown-key',
      'kid',
      () => raw('{"alg":"ES256","kid":"k","typ":"logout+jwt"}'),
      /"k"/,
      /"sender-1", which sender publishes/,
    ],
    [
      'signature',
      'signature',
      () => `${logout().slice(0, -8)}AAAAAAAA`,
      /not made by the key "sender-1"/,
      /made by the key/,
    ],
    ['not-before', 'nbf', () => logout({ nbf: NOW + 60 }), /in 60 s/, /no later than now/],
    ['claim', 'registered claims', () => logout({ iat: 'x' }), /iat "x"/, /numbers of seconds/],
    ['token-type', 'typ', () => event({}, 'at+jwt'), /at\+jwt/, /secevent\+jwt/],
    ['audience', 'aud', () => event({ aud: 'else' }), /"else"/, /api\.example\/events/],
    ['audience', 'aud', () => request({ aud: 'else' }), /"else"/, /global-token-revocation/],
    ['too-old', 'iat', () => logout({ iat: NOW - 400 }), /ago/, /maxAge/],
    ['expired', 'exp', () => logout({ exp: NOW - 20 }), /ago/, /later than now/],
    ['issued-at', 'iat', () => logout({ iat: NOW + 60 }), /in 60 s/, /no later than now/],
    ['nonce', 'nonce', () => logout({ nonce: 'n' }), /"n"/, /absent/],
    ['no-id', 'jti', () => logout({ jti: undefined }), /absent/, /1 to 255/],
    ['events', 'events', () => logout({ events: { [LOGOUT_EVENT]: {}, b: {} } }), /object/, /exactly one/],
    ['event', 'events', () => event({ events: { 'https://e.example/x': 1 } }), /object/, /object/],
    ['subject', 'subject', () => logout({ sub: undefined }), /neither/, /sub, sid/],
    ['subject-claim', 'sub', () => event({ sub: 'alice' }), /"alice"/, /absent/],
    ['expires', 'exp', () => event({ exp: NOW + 5 }), /number/, /absent/],
    ['expires', 'exp', () => request({ exp: NOW + 9_000 }), /exp the number/, /300 s/],
    ['not-a-signal', 'events', () => logout({ events: undefined }), /absent/, /one event/],
    ['request', 'body', () => request({}, '').trim(), /none/, /sub_id/],
  ])('%s: %s', async (reason, name, message, found, expected) => {
    expect(await tested(message())).toMatchObject({
      ...{ accepted: false, reason },
      mismatch: {
        ...{ name, found: expect.stringMatching(found), expected: expect.stringMatching(expected) },
        change: expect.stringMatching(/\w{3}/),
      },
    });
  });
});

it('signals test names the kinds that a sender does not send', async () => {
  const { messages } = operator.sender;
  const narrow = await signalsAtWork({ messages: { 'security-event': messages['security-event'] ?? NEVER } });
  const message = narrow.signed('logout+jwt', userLogoutClaims(narrow.sender));
  const { out } = await narrow.run('signals test -', message);
  await narrow.leave();
  expect(out).toMatch(/rejected \(kind\)[\s\S]*found +logout tokens[\s\S]*expected +security-event/);
});

it('signals test does not compare the header Authorization, which is not pasted, and says so', async () => {
  const profile = operator.sender.messages['security-event'] ?? NEVER;
  const messages = { 'security-event': { ...profile, authorizationDigest: '00'.repeat(32) } };
  const guarded = await signalsAtWork({ messages });
  const { out } = await guarded.run('signals test -', guarded.signed('secevent+jwt', eventClaims(guarded.sender)));
  await guarded.leave();
  expect(out).toMatch(/^Verdict: accepted[\s\S]*The header Authorization .* was not compared/);
});

it('signals test takes no message as an argument, and shows how to pipe it in', async () => {
  const { exitCode, err } = await operator.run(`signals test ${logout()}`);
  expect({ exitCode, err }).toEqual({
    exitCode: 2,
    err: expect.stringMatching(/looks like a token.* signals test -\n$/),
  });
  expect(err).not.toContain('eyJ');
});
