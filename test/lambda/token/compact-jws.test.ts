import { describe, expect, it } from 'vitest';
import { InvalidTokenError, type RejectionReason } from '../../../lambda/errors.ts';
import { decomposeUnverified } from '../../../lambda/token/compact-jws.ts';
import { authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { type Case, expectRejected, rejectedRows } from '../../support/tokens/rejection.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { type Content, P256_ORDER, segment, signedToken, twinOf } from '../../support/tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../../support/tokens/signing-keys.ts';

const rsa = createSigningKey('RS256', 'rsa-1');
const ec = createSigningKey('ES256', 'ec-1');
const ed = createSigningKey('EdDSA', 'ed-1');
const attackers = createSigningKey('ES256', 'ec-1');
const issuer = loopbackIssuer(rsa, ec, ed);
const { fresh } = issuer;

const headerOf = (key: SigningKey) => ({ typ: 'at+jwt', alg: key.algorithm, kid: key.keyId });
/** A good token of that key with another third segment. */
const withSignature = (signature: string, key: SigningKey = ec) => {
  const [header, payload] = signedToken(key, headerOf(key), goodClaims()).split('.');
  return `${header}.${payload}.${signature}`;
};
const good = signedToken(rsa, headerOf(rsa), goodClaims());
const signedPart = good.slice(0, good.lastIndexOf('.'));
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');
/** Rows whose cases are bare tokens. */
const rows = (id: string, reason: RejectionReason, ...cases: readonly Case[]) =>
  rejectedRows(id, reason, ...cases.map(([what, token]): Case => [what, `Bearer ${token}`]));

const half = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const pair = (r: bigint, s: bigint) => segment(Buffer.concat([half(r), half(s)]));
const someS = 0x1234567890abcdefn;

const signatures = [
  ...rows(
    'A8',
    'signature',
    ['64 zero bytes', withSignature(segment(Buffer.alloc(64)))],
    ['r = 0', withSignature(pair(0n, someS))],
    ['s = 0', withSignature(pair(someS, 0n))],
    ['r = n', withSignature(pair(P256_ORDER, someS))],
    ['s = n', withSignature(pair(someS, P256_ORDER))],
    ['r = s = n', withSignature(pair(P256_ORDER, P256_ORDER))],
    ['DER encoding', withSignature(segment(derSignature()))],
    ['a single zero byte', withSignature('AA')],
    ['a signature of 256 zero bytes for an RSA key', withSignature(segment(Buffer.alloc(256)), rsa)],
    ['64 zero bytes for an Ed25519 key', withSignature(segment(Buffer.alloc(64)), ed)],
    ["another token's signature", withSignature(signedToken(ec, headerOf(ec), {}).split('.')[2] ?? '')],
    ['the last byte changed', withSignature(segment(changedLastByte()), rsa)],
  ),
  ...rows('A8', 'malformed', ['empty third segment', withSignature('')]),
];

function derSignature(): Buffer {
  const whole = Buffer.from(signedToken(ec, headerOf(ec), goodClaims()).split('.')[2] ?? '', 'base64url');
  const integer = (bytes: Buffer) => Buffer.concat([Buffer.from([0x02, 33, 0]), bytes]);
  return Buffer.concat([Buffer.from([0x30, 70]), integer(whole.subarray(0, 32)), integer(whole.subarray(32))]);
}

function changedLastByte(): Buffer {
  const bytes = Buffer.from(goodSignature, 'base64url');
  bytes[255] = (bytes[255] ?? 0) ^ 1;
  return bytes;
}

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Every other last character that lax decoders read as the same last byte: its low four bits are spare. */
const otherLastCharacters = Array.from({ length: 15 }, (_, spare): Case => {
  const last = BASE64URL.charAt(BASE64URL.indexOf(good.slice(-1)) + spare + 1);
  return [`${spare + 1}: its last character written in another way`, good.slice(0, -1) + last];
});

const spellings = [
  ...rows(
    'A10',
    'malformed',
    ['= after the signature', `${good}=`],
    ['== after the signature', `${good}==`],
    ['= after the header', `${goodHeader}=.${goodPayload}.${goodSignature}`],
    ['= after the payload', `${goodHeader}.${goodPayload}=.${goodSignature}`],
    ['a space after the signature', `${good} `],
    ['a tab after the signature', `${good}\t`],
    ['a newline after the signature', `${good}\n`],
    ['a carriage return after the signature', `${good}\r`],
    ['a NUL after the signature', `${good}\u0000`],
    ['a space in the signature', `${good.slice(0, -9)} ${good.slice(-9)}`],
    ['a tab in the signature', `${good.slice(0, -9)}\t${good.slice(-9)}`],
    ['a newline in the signature', `${good.slice(0, -9)}\n${good.slice(-9)}`],
    ['a newline in the payload', good.replace('.e', '.e\n')],
    ...otherLastCharacters,
    ['a character that belongs to no byte', `${good}AAA`],
  ),
  ...rows(
    'A11',
    'malformed',
    ['+ in the signature', `${good.slice(0, -9)}+${good.slice(-8)}`],
    ['/ in the signature', `${good.slice(0, -9)}/${good.slice(-8)}`],
    ['é in the signature', `${good.slice(0, -9)}é${good.slice(-8)}`],
    ['full-width dots', good.replaceAll('.', '．')],
    ['a zero-width joiner', `${good.slice(0, -9)}\u200d${good.slice(-9)}`],
    ['a full-width letter', `${good.slice(0, -1)}Ａ`],
  ),
];

const forms = [
  ...rows(
    'A15',
    'malformed',
    ['one segment', goodHeader],
    ['two segments', signedPart],
    ['four segments', `${good}.${goodSignature}`],
    ['five segments', `${good}.${goodSignature}.${goodSignature}`],
    ['a JWE', `${segment({ alg: 'RSA-OAEP', enc: 'A128GCM' })}.AA.AA.AA.AA`],
    [
      'a JSON-serialised JWS',
      JSON.stringify({ protected: goodHeader, payload: goodPayload, signature: goodSignature }),
    ],
    ['two dots', '../..'],
    ['an empty header', `.${goodPayload}.${goodSignature}`],
    ['an empty payload', `${goodHeader}..${goodSignature}`],
    ['a dot before it', `.${good}`],
    ['a dot after it', `${good}.`],
    ['nothing', ''],
  ),
];

describe('a token is rejected for its signature or its form', () => {
  it.each([...signatures, ...spellings, ...forms])('$id $what: 401, $reason', (row) =>
    expectRejected(row, fresh(), issuer),
  );
});

describe('A9 the twin (r, n - s) of a revoked token', () => {
  const original = signedToken(ec, headerOf(ec), goodClaims());
  const twin = twinOf(original);

  it('has a signature as good as the original', async () => {
    expect(twin).not.toBe(original);
    expect((await fresh().decide(`Bearer ${twin}`)).kind).toBe('allowed');
  });

  it('is revoked with it', async () => {
    const readEntries = async () => [{ target: 'jti#main#token-1', before: undefined }];
    const row = { id: 'A9', what: 'twin', reason: 'revoked' as const, authorizationToken: `Bearer ${twin}` };
    await expectRejected(row, fresh({ readEntries }), issuer);
  });

  it('is revoked with it by the digest of the signed part, where tokens have no id', async () => {
    const claims = goodClaims({ jti: undefined });
    const issuers = [issuer.trusted({ tokensWithoutId: 'digest' })];
    const first = signedToken(ec, headerOf(ec), claims);
    const asked = authorizerUnderTest({ issuers });
    await asked.decide(`Bearer ${first}`);
    const [target = ''] = asked.reads[0] ?? [];
    expect(target).toMatch(/^th#main#[0-9a-f]{64}$/);
    const authorizer = authorizerUnderTest({ issuers, readEntries: async () => [{ target, before: undefined }] });
    expect(await authorizer.decide(`Bearer ${twinOf(first)}`)).toEqual({ kind: 'unauthorized' });
  });
});

describe('A18 the longest token', () => {
  const tokenOfLength = (length: number): string => {
    const fillers = Array.from({ length }, (_, size) => 'x'.repeat(size));
    const contents = fillers.flatMap((filler) =>
      ['', 'x', 'xx'].map((rest) => [{ ...headerOf(ed), rest }, goodClaims({ filler })] as const),
    );
    const lengthOf = (content: Content) => segment(content).length;
    // An Ed25519 signature has 86 characters.
    const found = contents.find(([header, claims]) => lengthOf(header) + lengthOf(claims) + 2 + 86 === length);
    if (found === undefined) throw new Error(`No token is ${length} characters long.`);
    return signedToken(ed, ...found);
  };

  it('has 8,192 characters and is accepted', async () => {
    expect((await fresh().decide(`Bearer ${tokenOfLength(8192)}`)).kind).toBe('allowed');
  });

  it('with one character more is rejected', async () => {
    const authorizationToken = `Bearer ${tokenOfLength(8193)}`;
    await expectRejected({ id: 'A18', what: '8193', reason: 'oversized', authorizationToken }, fresh(), issuer);
  });
});

describe('A19 nested arrays, and structures in great number', () => {
  const claimsText = JSON.stringify(goodClaims()).slice(0, -1);
  const nested = (depth: number, key: SigningKey) =>
    signedToken(key, headerOf(key), `${claimsText},"deep":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  const wide = (structure: string, count: number) =>
    signedToken(rsa, headerOf(rsa), `${claimsText},"wide":[${structure.repeat(count)}1]}`);
  /** The depth at which a payload has so many of `{` and `[`. */
  const depthFor = (marks: number) => marks - (claimsText.match(/[{[]/g)?.length ?? 0);
  const permissions = Array.from({ length: 300 }, (_, at) => `read:item${at}`);
  const cases = [
    ...rows('A19', 'oversized', ['5,000 of them', nested(5000, rsa)]),
    ...rows(
      'A19',
      'malformed',
      ['as many as fit, unsigned', nested(2600, attackers)],
      ['one more than there may be', nested(depthFor(1025), rsa)],
      ['arrays side by side', wide('[],', 1024)],
      ['objects side by side', wide('{},', 1024)],
    ),
    ...rows('A19', 'signature', ['as many as there may be, unsigned', nested(depthFor(1024), attackers)]),
  ];

  it.each(cases)('$id $what: 401, and the process lives', (row) => expectRejected(row, fresh(), issuer));

  it('in a claim that nobody reads do not get a token rejected that a trusted key signed', async () => {
    expect((await fresh().decide(`Bearer ${nested(depthFor(1024), rsa)}`)).kind).toBe('allowed');
    expect((await fresh().decide(`Bearer ${signedToken(rsa, headerOf(rsa), goodClaims({ permissions }))}`)).kind).toBe(
      'allowed',
    );
  });

  it('in a claim for the backend are left out', async () => {
    const authorizer = fresh({ contextClaims: { deep: 'deep' } });
    const outcome = await authorizer.decide(`Bearer ${nested(300, rsa)}`);
    expect(outcome).not.toHaveProperty('result.context.deep');
    expect(outcome.kind).toBe('allowed');
  });
});

describe('taking a token apart', () => {
  const part = segment({});
  const reasonFor = (token: string) => {
    try {
      decomposeUnverified(token);
      return undefined;
    } catch (error) {
      return error instanceof InvalidTokenError ? error.reason : error;
    }
  };

  it('needs three segments, strict base64url and JSON objects', () => {
    const malformed = [
      '',
      '.',
      '../..',
      part,
      `${part}.${part}`,
      `${part}.${part}.`,
      `.${part}.AA`,
      `${part}..AA`,
      `${part}.${part}.AA.AA`,
    ];
    const spelled = [
      `${part}.${part}.AB`,
      `${part}.${part}.A`,
      `${part}.${part}.AA=`,
      `${part}.${part}.A+`,
      `${part}=.${part}.AA`,
      ` ${part}.${part}.AA`,
    ];
    const contents = [
      `${part}.${segment('[]')}.AA`,
      `${part}.${segment('1')}.AA`,
      `${part}.${segment('{')}.AA`,
      `${part}._w.AA`,
    ];
    for (const token of [...malformed, ...spelled, ...contents])
      expect([token, reasonFor(token)]).toEqual([token, 'malformed']);
    for (const header of ['[]', 'null', '1', '{', '{"a":1,"a":1}'])
      expect(reasonFor(`${segment(header)}.${part}.AA`)).toBe('header');
    expect(reasonFor(`_w.${part}.AA`)).toBe('header');
  });

  it('leaves header, payload and signed part as they were sent', () => {
    const signed = `${segment({ alg: 'x' })}.${segment({ iss: 'y' })}`;
    expect(decomposeUnverified(`${signed}.AA`)).toEqual({
      header: { alg: 'x' },
      payload: { iss: 'y' },
      signedPart: signed,
    });
  });
});
