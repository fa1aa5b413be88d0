import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CannotDecideError } from '../../../lambda/errors.ts';
import type { SignalRejection } from '../../../lambda/signal/signal-rejection.ts';
import { MESSAGE_KINDS, type MessageKind } from '../../../lambda/signal/signal-source.ts';
import { MAX_MESSAGE_LENGTH } from '../../../lambda/signal/signal-verifier.ts';
import { body } from '../../support/network/loopback-server.ts';
import { expectRejection, loopbackSender, type Reception, TYPE_OF } from '../../support/signals/loopback-sender.ts';
import {
  logoutClaims,
  REVOCATION_ADDRESS,
  revocationClaims,
  securityEventClaims,
} from '../../support/signals/sample-messages.ts';
import { signalSender } from '../../support/signals/sample-signals.ts';
import { goodClaims, NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { segment, signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

type Members = Readonly<Record<string, unknown>>;

const sender = loopbackSender();
const attackers = createSigningKey('ES256', 'ec-1');

const CLAIMS: Readonly<Record<MessageKind, (changes?: Members) => Members>> = {
  'backchannel-logout': logoutClaims,
  'security-event': (changes) => securityEventClaims(undefined, undefined, changes),
  'global-token-revocation': revocationClaims,
};

const message = (kind: MessageKind, claims: Members = {}, header: Members = {}) =>
  sender.signed(kind, CLAIMS[kind](claims), header);

/** Expects a rejection after so many requests for the key set: 0 for what shows without the signature. */
async function expectRejected(
  kind: MessageKind,
  text: string,
  reason: SignalRejection,
  { requests, ...reception }: Reception & { requests: number },
): Promise<void> {
  const before = sender.requests.length;
  await expectRejection(sender.receive(kind, text, reception), reason, 'sender');
  expect(sender.requests.length - before).toBe(requests);
}

describe.each(MESSAGE_KINDS)('a message of the kind %s', (kind) => {
  it('is verified, so that every rejection below is about what it changes', async () => {
    const text = message(kind);
    const signedPart = text.slice(0, text.lastIndexOf('.'));
    const verified = await sender.verifier()(kind, text, { address: REVOCATION_ADDRESS });
    expect(verified).toEqual({
      sender: sender.known(),
      profile: sender.known().messages[kind],
      claims: CLAIMS[kind](),
      digest: createHash('sha256').update(signedPart).digest('hex'),
      namesMail: false,
    });
  });

  it.each<[what: string, reason: SignalRejection, text: () => string, requests: number]>([
    ['whose payload was changed', 'signature', () => withPayload(message(kind), CLAIMS[kind]({ iat: NOW - 9 })), 1],
    [
      'of an attacker under the key id of the sender',
      'signature',
      () => signedToken(attackers, { typ: TYPE_OF[kind], alg: 'ES256', kid: 'ec-1' }, CLAIMS[kind]()),
      1,
    ],
    ['under an unknown key id', 'unknown-key', () => message(kind, {}, { kid: 'ec-9' }), 1],
    ['without a key id', 'key-id', () => message(kind, {}, { kid: undefined }), 0],
    ['with alg none', 'algorithm', () => message(kind, {}, { alg: 'none' }), 0],
    ['with HS256 keyed with the public key', 'algorithm', () => hmacMessage(kind), 0],
    ['with an algorithm that the sender does not use', 'algorithm', () => message(kind, {}, { alg: 'ES512' }), 0],
    ['with a key in jwk', 'header-parameter', () => message(kind, {}, { jwk: sender.key.publicJwk }), 0],
    ['with crit', 'header-parameter', () => message(kind, {}, { crit: ['exp'] }), 0],
    ['with jku', 'header-parameter', () => message(kind, {}, { jku: `${sender.address}/keys` }), 0],
    ['with x5u', 'header-parameter', () => message(kind, {}, { x5u: `${sender.address}/keys` }), 0],
    ['with zip', 'header-parameter', () => message(kind, {}, { zip: 'DEF' }), 0],
    ['with typ at+jwt, of an access token', 'token-type', () => message(kind, {}, { typ: 'at+jwt' }), 0],
    ['with typ JWT', 'token-type', () => message(kind, {}, { typ: 'JWT' }), 0],
  ])('%s is rejected: %s', async (_what, reason, text, requests) => {
    await expectRejected(kind, text(), reason, { requests });
  });

  it.each<[what: string, text: string]>([
    ['empty', ''],
    ['not three segments', 'a.b'],
    ['a payload that is not an object', `${segment({ alg: 'ES256', kid: 'ec-1' })}.${segment('[]')}.AAAA`],
    ['JSON', '{"payload":"AA"}'],
    ['alg none and no signature', withSignature(message(kind, {}, { alg: 'none' }), '')],
  ])('that is malformed is rejected, and names nobody: %s', async (_what, text) => {
    const before = sender.requests.length;
    await expectRejection(sender.receive(kind, text), 'malformed', undefined);
    expect(sender.requests.length).toBe(before);
  });

  it('of 16,385 characters is rejected before it is read', async () => {
    const text = message(kind);
    await expectRejection(
      sender.receive(kind, text + 'A'.repeat(MAX_MESSAGE_LENGTH + 1 - text.length)),
      'oversized',
      undefined,
    );
  });

  it('of 16,384 characters is read', async () => {
    // Four characters of base64url hold three of the claim, so that some length fits.
    const room = Math.floor(((MAX_MESSAGE_LENGTH - message(kind, { filler: '' }).length) * 3) / 4);
    const texts = [0, 1, 2].map((less) => message(kind, { filler: 'x'.repeat(room - less) }));
    const longest = Math.max(...texts.map(({ length }) => length).filter((length) => length <= MAX_MESSAGE_LENGTH));
    expect(longest).toBeGreaterThan(MAX_MESSAGE_LENGTH - 4);
    const text = texts.find(({ length }) => length === longest) ?? '';
    await expect(sender.receive(kind, text)).resolves.toMatchObject({ source: { name: 'sender' } });
  });

  it.each(['https://sender.example', 'https://issuer.example/', 'http://169.254.169.254/', undefined, null, 1])(
    'of the unknown issuer %j is rejected, and no key set is requested',
    async (iss) => {
      const before = sender.requests.length;
      await expectRejection(sender.receive(kind, message(kind, { iss })), 'unknown-sender', undefined);
      expect(sender.requests.length).toBe(before);
    },
  );

  it('of a sender that sends no such messages is rejected, and no key set is requested', async () => {
    const { [kind]: _removed, ...messages } = signalSender().messages;
    await expectRejected(kind, message(kind), 'kind', { requests: 0, settings: { messages } });
  });

  it.each<[what: string, reason: SignalRejection, claims: Members]>([
    ['for another audience', 'audience', { aud: 'https://elsewhere.example' }],
    ['for several audiences, none of them ours', 'audience', { aud: ['a', 'b'] }],
    ['without an audience', 'claim', { aud: undefined }],
    ['with an audience that is not text', 'audience', { aud: 7 }],
    ['issued in the future, beyond the tolerance', 'issued-at', { iat: NOW + 6, exp: undefined }],
    ['without iat', 'claim', { iat: undefined }],
    ['with an iat that is not a number', 'claim', { iat: String(NOW) }],
    ['with an iat in milliseconds', 'issued-at', { iat: NOW * 1000 }],
    ['with an nbf in the future', 'not-before', { nbf: NOW + 6 }],
    ['with an nbf that is not a number', 'claim', { nbf: 'now' }],
  ])('%s is rejected: %s', async (_what, reason, claims) => {
    await expectRejected(kind, message(kind, claims), reason, { requests: 1 });
  });

  it('with one audience of ours among texts is accepted, and among other values rejected', async () => {
    const { aud } = CLAIMS[kind]();
    await expect(sender.receive(kind, message(kind, { aud: ['other', aud] }))).resolves.toBeDefined();
    await expectRejected(kind, message(kind, { aud: [1, aud] }), 'claim', { requests: 1 });
  });

  it('is accepted until its maximum age and the tolerance have passed, and is too old then', async () => {
    const { maxAge = 0 } = sender.known().messages[kind] ?? {};
    const aged = (seconds: number) =>
      message(kind, { iat: NOW - seconds, ...(kind === 'security-event' ? {} : { exp: NOW + 1 }) });
    const verify = sender.verifier();
    await expect(verify(kind, aged(maxAge + 5), { address: REVOCATION_ADDRESS })).resolves.toBeDefined();
    await expectRejected(kind, aged(maxAge + 6), 'too-old', { requests: 1 });
  });

  it('cannot be decided while the key set is out of reach', async () => {
    sender.answerWith(body('down', 503));
    try {
      const received = sender.receive(kind, message(kind));
      await expect(received).rejects.toBeInstanceOf(CannotDecideError);
      await expect(received).rejects.toMatchObject({ failureCause: 'key-set' });
    } finally {
      sender.answerWith((response) => response.end(JSON.stringify({ keys: [sender.key.publicJwk] })));
    }
  });
});

describe.each(['backchannel-logout', 'security-event'] as const)('a sender of the kind %s', (kind) => {
  it.each([[[]], [['']]])('whose audiences are pinned as %j sends nothing that is accepted', async (audiences) => {
    const profile = { audiences, tokenTypes: [TYPE_OF[kind]], maxAge: 300 };
    const settings = { messages: { [kind]: profile } };
    await expectRejected(kind, message(kind), 'audience', { requests: 0, settings });
    await expectRejected(kind, message(kind, { aud: undefined }), 'audience', { requests: 0, settings });
  });
});

it.each<[kind: MessageKind, other: MessageKind, reason: SignalRejection]>([
  ['backchannel-logout', 'security-event', 'subject-claim'],
  ['backchannel-logout', 'global-token-revocation', 'not-a-signal'],
  ['security-event', 'backchannel-logout', 'claim'],
  ['security-event', 'global-token-revocation', 'not-a-signal'],
  ['global-token-revocation', 'backchannel-logout', 'not-a-signal'],
  ['global-token-revocation', 'security-event', 'not-a-signal'],
])(
  'a message of the kind %s is rejected as one of the kind %s, also where neither has a typ: %s',
  async (kind, other, reason) => {
    await expectRejected(other, message(kind), 'token-type', { requests: 0 });
    const audience = String(CLAIMS[kind]().aud);
    const messages = { [other]: { audiences: [audience], tokenTypes: [null], maxAge: 300 } };
    await expectRejected(other, message(kind, {}, { typ: undefined }), reason, {
      requests: 1,
      settings: { messages },
      request: { address: audience },
    });
  },
);

describe('a request for global token revocation', () => {
  it.each([
    'https://api.example/v1/signals/global-token-revocation/',
    'https://api.example/v1/signals/events',
    'http://api.example/v1/signals/global-token-revocation',
    '',
    undefined,
  ])('whose audience is not the address that was called, %j, is rejected', async (address) => {
    const requests = address === undefined || address === '' ? 0 : 1;
    await expectRejected('global-token-revocation', message('global-token-revocation'), 'audience', {
      requests,
      request: { address },
    });
  });
});

describe('the fixed Authorization value of a sender', () => {
  const authorizationDigest = createHash('sha256').update('Bearer s3cret').digest('hex');
  const messages = {
    'security-event': { audiences: ['https://api.example/events'], tokenTypes: ['secevent+jwt'], maxAge: 300 },
  };
  const guarded = { messages: { 'security-event': { ...messages['security-event'], authorizationDigest } } };

  it('is accepted', async () => {
    const received = sender.receive('security-event', message('security-event'), {
      settings: guarded,
      request: { authorization: 'Bearer s3cret' },
    });
    await expect(received).resolves.toMatchObject({ type: 'session-revoked' });
  });

  it.each(['bearer s3cret', 'Bearer s3cret ', 's3cret', '', authorizationDigest, undefined])(
    'is not %j: the event is rejected, and no key set is requested',
    async (authorization) => {
      await expectRejected('security-event', message('security-event'), 'authorization', {
        requests: 0,
        settings: guarded,
        request: { authorization },
      });
    },
  );

  it.each(['', 'not hex', authorizationDigest.slice(2)])(
    'that is pinned as %j lets nothing through',
    async (digest) => {
      for (const authorization of [undefined, '', 'Bearer s3cret']) {
        await expectRejected('security-event', message('security-event'), 'authorization', {
          requests: 0,
          settings: { messages: { 'security-event': { ...messages['security-event'], authorizationDigest: digest } } },
          request: { authorization },
        });
      }
    },
  );

  it('is not looked at where none is pinned', async () => {
    const received = sender.receive('security-event', message('security-event'), { request: { authorization: 'x' } });
    await expect(received).resolves.toMatchObject({ type: 'session-revoked' });
  });
});

describe('the keys of a sender', () => {
  it('verify no message of another one', async () => {
    const others = loopbackSenderOf('https://other.example/');
    const verify = sender.verifier({ senders: [sender.known(), others] });
    const text = message('security-event', { iss: 'https://other.example/' });
    await expect(verify('security-event', text)).rejects.toMatchObject({ failureCause: 'key-set' });
  });

  it('are asked for once by a receiver of several messages', async () => {
    const before = sender.requests.length;
    const verify = sender.verifier();
    await verify('security-event', message('security-event'));
    await verify('backchannel-logout', message('backchannel-logout'));
    expect(sender.requests.length - before).toBe(1);
  });
});

describe('a verified message', () => {
  const mail = trustedIssuer({ alias: 'mail', formerAliases: ['post'], subjectAliases: [['email']] });
  const plain = trustedIssuer({ subjectAliases: [['oid']] });

  it.each([
    ['mail', true],
    ['post', true],
    ['main', false],
    ['unknown', false],
  ])(
    'of a sender for the issuer %s says %s to whether entries may name e-mail addresses',
    async (issuerAlias, namesMail) => {
      const verify = sender.verifier({ issuers: [plain, mail], settings: { issuerAlias } });
      expect((await verify('security-event', message('security-event'))).namesMail).toBe(namesMail);
    },
  );
});

it.each<[what: string, claims: Members, typ: string | undefined]>([
  ['an access token', goodClaims({ iss: 'https://sender.example/', aud: 'client-1' }), 'at+jwt'],
  ['an access token without a typ', goodClaims({ iss: 'https://sender.example/', aud: 'client-1' }), undefined],
  ['an ID token', logoutClaims({ events: undefined, nonce: 'n-1' }), 'JWT'],
  ['an ID token without a typ or a nonce', logoutClaims({ events: undefined }), undefined],
])('%s of the sender is rejected at every endpoint', async (_what, claims, typ) => {
  for (const kind of MESSAGE_KINDS) {
    const text = sender.signed(kind, claims, { typ });
    await expect(sender.receive(kind, text)).rejects.toMatchObject({ name: 'InvalidSignalError', sender: 'sender' });
  }
});

function loopbackSenderOf(issuer: string) {
  return signalSender({ name: 'other', issuer, jwksUri: 'http://127.0.0.1:1/keys' });
}

function withPayload(text: string, claims: Members): string {
  const [header, , signature] = text.split('.');
  return `${header}.${segment(claims)}.${signature}`;
}

function withSignature(text: string, signature: string): string {
  return `${text.slice(0, text.lastIndexOf('.'))}.${signature}`;
}

function hmacMessage(kind: MessageKind): string {
  const part = `${segment({ typ: TYPE_OF[kind], alg: 'HS256', kid: 'ec-1' })}.${segment(CLAIMS[kind]())}`;
  const secret = sender.key.publicKey.export({ type: 'spki', format: 'pem' });
  return `${part}.${createHmac('sha256', secret).update(part).digest('base64url')}`;
}
