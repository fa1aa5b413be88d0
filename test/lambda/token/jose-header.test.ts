import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RejectionReason } from '../../../lambda/errors.ts';
import { parseJoseHeader, requireIssuersHeader } from '../../../lambda/token/jose-header.ts';
import type { TrustedIssuer } from '../../../lambda/token/trusted-issuer.ts';
import { keySet, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { type Case, expectRejected, rejectedRows, rejectionsOf } from '../../support/tokens/rejection.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { type Content, segment, signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../../support/tokens/signing-keys.ts';

const rsa = createSigningKey('RS256', 'rsa-1');
const ec = createSigningKey('ES256', 'ec-1');
const ed = createSigningKey('EdDSA', 'ed-1');
const attackers = createSigningKey('RS256', 'rsa-1');

const issuer = loopbackIssuer(rsa, ec, ed);
const elsewhere = loopbackIssuer(attackers);
const { fresh } = issuer;

const headerOf = (key: SigningKey) => ({ typ: 'at+jwt', alg: key.algorithm, kid: key.keyId });
/** A good token of that key, but for the header parameters named. */
const withHeader = (changes: Readonly<Record<string, unknown>>, key: SigningKey = rsa) =>
  signedToken(key, { ...headerOf(key), ...changes }, goodClaims());
const withRawHeader = (header: Content, key: SigningKey = rsa) => signedToken(key, header, goodClaims());
const good = signedToken(rsa, headerOf(rsa), goodClaims());
const goodPayload = segment(goodClaims());
/** Rows whose cases are bare tokens. */
const rows = (id: string, reason: RejectionReason, ...cases: readonly Case[]) =>
  rejectedRows(id, reason, ...cases.map(([what, token]): Case => [what, `Bearer ${token}`]));

describe.each([rsa, ec, ed])('a good token signed with $algorithm', (key) => {
  it('is allowed, so that every rejection below is about what it changes', async () => {
    const authorizer = fresh();
    expect((await authorizer.decide(`Bearer ${signedToken(key, headerOf(key), goodClaims())}`)).kind).toBe('allowed');
    expect(authorizer.reads).toHaveLength(1);
  });
});

const hmacToken = (secret: string | Buffer) => {
  const part = `${segment({ ...headerOf(rsa), alg: 'HS256' })}.${segment(goodClaims())}`;
  return `${part}.${createHmac('sha256', secret).update(part).digest('base64url')}`;
};

const algorithms = [
  ...rows(
    'A1',
    'algorithm',
    ...[
      'none',
      'None',
      'NONE',
      'nOnE',
      'rs256',
      'RS256 ',
      'HS256',
      'ES256K',
      'RSA-OAEP',
      '',
      1,
      null,
      ['RS256'],
      {},
    ].map((alg): Case => [`alg ${JSON.stringify(alg)}`, withHeader({ alg })]),
    [
      'alg none, of an issuer that is none of ours',
      `${segment({ ...headerOf(rsa), alg: 'none' })}.${segment({ iss: 'x' })}.AA`,
    ],
    ['alg missing', withHeader({ alg: undefined })],
    ['alg of another key family that the issuer does not use', withHeader({ alg: 'PS256' })],
  ),
  ...rows(
    'A1',
    'malformed',
    ...['none', 'None', 'NONE', 'nOnE'].map(
      (alg): Case => [`alg ${alg} with an empty signature`, `${segment({ alg, typ: 'at+jwt' })}.${goodPayload}.`],
    ),
  ),
  ...rows(
    'A2',
    'algorithm',
    ['HS256 keyed with the public key as PEM', hmacToken(rsa.publicKey.export({ type: 'spki', format: 'pem' }))],
    ['HS256 keyed with the public key as DER', hmacToken(rsa.publicKey.export({ type: 'spki', format: 'der' }))],
    ['HS256 keyed with the public key as JWK text', hmacToken(JSON.stringify(rsa.publicJwk))],
  ),
  ...rows('A2', 'unknown-key', ['ES256 under the key id of an RSA key', withHeader({ kid: rsa.keyId }, ec)]),
];

const foreignKeys = () => [
  ...rows(
    'A3',
    'header-parameter',
    ["the attacker's key in jwk, signed with it", withHeader({ jwk: attackers.publicJwk }, attackers)],
    ['a jwk without kid', withHeader({ jwk: attackers.publicJwk, kid: undefined }, attackers)],
    ['the trusted key itself in jwk', withHeader({ jwk: rsa.publicJwk })],
  ),
  ...rows('A3', 'signature', ["the attacker's key under the trusted key id", withHeader({}, attackers)]),
  ...rows(
    'A4',
    'header-parameter',
    ['jku, signed by a trusted key', withHeader({ jku: `${elsewhere.address}/keys` })],
    ['jku, signed by the key it points to', withHeader({ jku: `${elsewhere.address}/keys` }, attackers)],
    ['jku of the true key set', withHeader({ jku: `${issuer.address}/keys` })],
    ['x5u', withHeader({ x5u: `${elsewhere.address}/certificate` })],
    ['x5c', withHeader({ x5c: ['MIIB'] })],
    ['an x5c of null', withHeader({ x5c: null })],
  ),
];

const keyIds = [
  ...rows(
    'A5',
    'key-id',
    ...['a\u0000b', 'a\nb', '\ud800', '', 1, null, {}, [], true, 'k'.repeat(256)].map(
      (kid): Case => [`kid ${JSON.stringify(kid).slice(0, 20)}`, withHeader({ kid })],
    ),
  ),
  ...rows(
    'A5',
    'unknown-key',
    ...['../../dev/null', "' OR 1=1--", 'RSA-1', ' rsa-1', 'rsa-1 ', '__proto__', 'constructor', 'k'.repeat(255)].map(
      (kid): Case => [`kid ${kid.slice(0, 20)}`, withHeader({ kid })],
    ),
  ),
  ...rows('A5', 'oversized', ['kid of 100 kB', withHeader({ kid: 'k'.repeat(100_000) })]),
  ...rows('A6', 'key-id', ['kid missing', withHeader({ kid: undefined })]),
];

const critical: readonly unknown[] = [[], ['exp'], 'b64', null, [1], ['b64'], {}, true];
const extensions = [
  ...rows(
    'A12',
    'header-parameter',
    ...critical.map((crit): Case => [`crit ${JSON.stringify(crit)}`, withHeader({ crit })]),
    ['crit ["b64"] with b64 true', withHeader({ crit: ['b64'], b64: true })],
  ),
  ...rows(
    'A13',
    'header-parameter',
    ['b64 false with crit', withHeader({ crit: ['b64'], b64: false })],
    ['b64 false without crit', withHeader({ b64: false })],
    ['b64 true', withHeader({ b64: true })],
  ),
];

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const structured = [
  ...rows(
    'A19',
    'header-parameter',
    ...[[], {}, [1], { a: 1 }, [[]], [{ alg: 'RS256' }]].map(
      (x): Case => [`a parameter of ${JSON.stringify(x)}`, withHeader({ x })],
    ),
    ['x5t as a list', withHeader({ x5t: ['AA'] })],
    ['a hundred nested arrays', withRawHeader(`{"x":${nested(100)},${JSON.stringify(headerOf(rsa)).slice(1)}`)],
  ),
  ...rows(
    'A19',
    'header',
    ['2,500 nested arrays', withRawHeader(`{"x":${nested(2_500)},${JSON.stringify(headerOf(rsa)).slice(1)}`)],
    ['nested arrays with spaces', withRawHeader(`{"x": ${nested(2_500)},${JSON.stringify(headerOf(rsa)).slice(1)}`)],
    ['126 parameters more', withHeader(Object.fromEntries(Array.from({ length: 126 }, (_, at) => [`x${at}`, at])))],
    ['nothing but arrays', withRawHeader(nested(2_500))],
    [
      'nested arrays after the rest',
      withRawHeader(`${JSON.stringify(headerOf(rsa)).slice(0, -1)},"x":${nested(2_500)}}`),
    ],
  ),
];

const headerText = JSON.stringify(headerOf(rsa));
const headerTexts = [
  ...rows(
    'A14',
    'header',
    ['alg twice', withRawHeader(`{"alg":"none","typ":"at+jwt","kid":"rsa-1","alg":"RS256"}`)],
    ['alg twice, once escaped', withRawHeader(`{"\\u0061lg":"none","typ":"at+jwt","kid":"rsa-1","alg":"RS256"}`)],
    ['kid twice, with a spaced colon', withRawHeader(`{"kid" : "x","alg":"RS256","typ":"at+jwt","kid"\n:"rsa-1"}`)],
    ['an unused name twice', withRawHeader(`{"x":1,"x":1,${headerText.slice(1)}`)],
    ['a byte order mark first', withRawHeader(`\ufeff${headerText}`)],
    [
      '0xFF inside',
      withRawHeader(Buffer.concat([Buffer.from(headerText.slice(0, -2)), Buffer.from([0xff, 0x22, 0x7d])])),
    ],
    ['an overlong UTF-8 sequence', withRawHeader(Buffer.from(`${headerText.slice(0, -2)}\xc0\xaf"}`, 'latin1'))],
    ['text after the object', withRawHeader(`${headerText}{}`)],
    ['an array', withRawHeader('["RS256"]')],
    ['a string', withRawHeader('"RS256"')],
    ['null', withRawHeader('null')],
    ['no JSON', withRawHeader('alg=RS256')],
  ),
  ...rows(
    'A14',
    'malformed',
    ['a byte order mark before the payload', signedToken(rsa, headerOf(rsa), `\ufeff${JSON.stringify(goodClaims())}`)],
    ['0xFF in the payload', signedToken(rsa, headerOf(rsa), Buffer.from([0x7b, 0xff, 0x7d]))],
    ['a payload that is an array', signedToken(rsa, headerOf(rsa), '[]')],
    ['a payload that is null', signedToken(rsa, headerOf(rsa), 'null')],
    ['a payload that is no JSON', signedToken(rsa, headerOf(rsa), 'sub=alice')],
  ),
];

const forms = [
  ...rows(
    'A16',
    'header-parameter',
    ['cty JWT', withHeader({ cty: 'JWT' })],
    ['enc', withHeader({ enc: 'A128GCM' })],
    ['zip', withHeader({ zip: 'DEF' })],
  ),
  ...rows('A16', 'malformed', ['a token nested in a token', signedToken(rsa, { ...headerOf(rsa), cty: 'JWT' }, good)]),
  ...rows(
    'A17',
    'token-type',
    ...[
      'JWT',
      'at+jwt ;x=1',
      'at+jwt;x=1',
      ' at+jwt',
      'application/application/at+jwt',
      'at+application/jwt',
      'logout+jwt',
      'dpop+jwt',
      '',
    ].map((typ): Case => [`typ ${JSON.stringify(typ)}`, withHeader({ typ })]),
    ...[1, null, ['at+jwt'], {}].map((typ): Case => [`typ ${JSON.stringify(typ)}`, withHeader({ typ })]),
    ['typ missing, as on an ID token', withHeader({ typ: undefined })],
  ),
];
const every = [...algorithms, ...keyIds, ...extensions, ...structured, ...headerTexts, ...forms];

describe('a token is rejected for its header', () => {
  it.each(every)('$id $what: 401, $reason', (row) => expectRejected(row, fresh(), issuer));

  it('A3, A4: a token that brings a key, or points to one, is rejected, and nobody is asked', async () => {
    for (const row of foreignKeys()) await expectRejected(row, fresh(), issuer);
    expect(elsewhere.requests).toEqual([]);
  });
});

it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt'])('A17 typ %s is accepted', async (typ) => {
  expect((await fresh().decide(`Bearer ${withHeader({ typ })}`)).kind).toBe('allowed');
});

describe('a header parameter that an issuer is allowed to send', () => {
  const ignoring = (...ignoredHeaderParameters: TrustedIssuer['ignoredHeaderParameters']) =>
    fresh({ issuers: [issuer.trusted({ ignoredHeaderParameters })] });

  it.each([
    ['zip', 'NONE'],
    ['zip', 'DEF'],
    ['zip', null],
    ['jku', 'https://tenant.authentication.example/token_keys'],
    ['x5u', 'https://issuer.example/certificate'],
  ] as const)('is ignored: %s %j', async (name, value) => {
    const authorizationToken = `Bearer ${withHeader({ [name]: value })}`;
    expect((await ignoring(name).decide(authorizationToken)).kind).toBe('allowed');
    expect((await fresh().decide(authorizationToken)).kind).toBe('unauthorized');
  });

  it('brings no key: a jku to the key that signed is not asked', async () => {
    const asked = elsewhere.requests.length;
    const row = { id: 'A4', what: 'jku', reason: 'signature' as const };
    const token = withHeader({ jku: `${elsewhere.address}/keys` }, attackers);
    await expectRejected({ ...row, authorizationToken: `Bearer ${token}` }, ignoring('jku'), issuer);
    expect(elsewhere.requests).toHaveLength(asked);
  });

  it.each([
    ['another parameter', { jku: 'https://issuer.example/' }],
    ['itself and another', { zip: 'NONE', x5u: 'https://issuer.example/' }],
    ['itself as a list', { zip: ['NONE'] }],
    ['itself as an object', { zip: {} }],
  ])('excuses nothing else: %s', async (what, parameters) => {
    const row = { id: 'A4', what, reason: 'header-parameter' as const };
    await expectRejected({ ...row, authorizationToken: `Bearer ${withHeader(parameters)}` }, ignoring('zip'), issuer);
  });

  it('is rejected in the tokens of another issuer', async () => {
    const other = issuer.trusted({
      alias: 'other',
      issuer: 'https://other.example/',
      ignoredHeaderParameters: ['zip'],
    });
    const authorizer = fresh({ issuers: [other, issuer.trusted()] });
    const row = { id: 'A4', what: 'zip', reason: 'header-parameter' as const };
    await expectRejected({ ...row, authorizationToken: `Bearer ${withHeader({ zip: 'NONE' })}` }, authorizer, issuer);
  });

  it.each(['crit', 'b64', 'jwk', 'x5c', 'cty', 'enc'])('is never %s, whatever the configuration says', async (name) => {
    const configured = [name] as unknown as TrustedIssuer['ignoredHeaderParameters'];
    const row = { id: 'A12', what: name, reason: 'header-parameter' as const };
    await expectRejected(
      { ...row, authorizationToken: `Bearer ${withHeader({ [name]: 'x' })}` },
      ignoring(...configured),
      issuer,
    );
  });
});

it.each([
  ['texts', { x: 'y', x5t: 'AA', nonce: 'é' }],
  ['numbers, truth values and null', { v: 1, ok: true, no: false, nothing: null }],
  ['a hundred of them', Object.fromEntries(Array.from({ length: 125 }, (_, index) => [`x${index}`, index]))],
])('a header may have other parameters: %s', async (_, parameters) => {
  expect((await fresh().decide(`Bearer ${withHeader(parameters)}`)).kind).toBe('allowed');
});

it('A7 two keys of one kind under one key id verify nothing, and the other keys still do', async () => {
  const other = createSigningKey('ES256', ec.keyId);
  const ambiguous = await startLoopbackServer(keySet(ec.publicJwk, rsa.publicJwk, other.publicJwk));
  const issuers = [trustedIssuer({ jwksUri: ambiguous.address })];
  for (const key of [ec, other]) {
    const row = { id: 'A7', what: 'two keys', reason: 'unknown-key' as const };
    const authorizationToken = `Bearer ${signedToken(key, headerOf(key), goodClaims())}`;
    await expectRejected({ ...row, authorizationToken }, authorizerUnderTest({ issuers }), ambiguous);
  }
  expect((await authorizerUnderTest({ issuers }).decide(`Bearer ${good}`)).kind).toBe('allowed');
  await ambiguous.close();
});

it('A7 two keys under one key id, and no other key, are still a 401', async () => {
  const other = createSigningKey('RS256', rsa.keyId);
  const ambiguous = await startLoopbackServer(keySet(rsa.publicJwk, other.publicJwk));
  const authorizer = authorizerUnderTest({ issuers: [trustedIssuer({ jwksUri: ambiguous.address })] });
  expect(await authorizer.decide(`Bearer ${good}`)).toEqual({ kind: 'unauthorized' });
  expect(rejectionsOf(authorizer)).toEqual(['unknown-key']);
  await ambiguous.close();
});

describe('a token type of the settings', () => {
  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/At+JWT'])(
    'spelled %s accepts every spelling that RFC 7515 section 4.1.9 calls the same',
    (configured) => {
      const issuer = trustedIssuer({ tokenTypes: [configured] });
      for (const typ of ['at+jwt', 'at+JWT', 'application/at+jwt', 'APPLICATION/AT+JWT']) {
        const header = parseJoseHeader({ alg: 'ES256', kid: 'k', typ });
        expect(() => requireIssuersHeader(header, issuer)).not.toThrow();
      }
      for (const typ of ['jwt', 'application/jwt', 'application/application/at+jwt', 'text/at+jwt', undefined]) {
        const header = parseJoseHeader({ alg: 'ES256', kid: 'k', ...(typ !== undefined && { typ }) });
        expect(() => requireIssuersHeader(header, issuer)).toThrow();
      }
    },
  );
});
