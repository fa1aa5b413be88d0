import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { body, keySet } from '../../support/network/loopback-server.ts';
import { eventsOf, good, key, keyWorld, next, tokenUnder } from '../../support/tokens/key-world.ts';
import { expectRejected, rejectionsOf } from '../../support/tokens/rejection.ts';
import { rocaKey } from '../../support/tokens/roca-key.ts';
import { createSigningKey, type SigningKey } from '../../support/tokens/signing-keys.ts';

const rsa = createSigningKey('RS256', 'bad');
const weak = { ...rsa, ...generateKeyPairSync('rsa', { modulusLength: 1024 }) };
const roca = rocaKey('bad');
const withZeros = (jwk: SigningKey['publicJwk']) => {
  const modulus = Buffer.concat([Buffer.alloc(3), Buffer.from(String(jwk.n), 'base64url')]);
  return { ...jwk, n: modulus.toString('base64url') };
};
const bad = createSigningKey('ES256', 'bad');
const edwards = createSigningKey('EdDSA', 'bad');
const jwkOf = (signing: SigningKey) => ({ ...signing.publicKey.export({ format: 'jwk' }), kid: 'bad' });
const pairJwk = (...[type, options]: Parameters<typeof generateKeyPairSync> | [string, object?]) => {
  const { publicKey } = (
    generateKeyPairSync as (type: string, options?: object) => { publicKey: typeof rsa.publicKey }
  )(type, options);
  return { ...publicKey.export({ format: 'jwk' }), kid: 'bad' };
};
const changed = (text: unknown) => String(text).replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));

const unusable: readonly (readonly [what: string, jwk: Readonly<Record<string, unknown>>, signer: SigningKey])[] = [
  ['a private RSA key', { ...rsa.privateKey.export({ format: 'jwk' }), kid: 'bad' }, rsa],
  ['a private EC key', { ...bad.privateKey.export({ format: 'jwk' }), kid: 'bad' }, bad],
  ['a private Ed25519 key', { ...edwards.privateKey.export({ format: 'jwk' }), kid: 'bad' }, edwards],
  ...['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'].map(
    (member) => [`a public key with the private member ${member}`, { ...jwkOf(rsa), [member]: 'AQAB' }, rsa] as const,
  ),
  ['an oct key', { kty: 'oct', k: 'c2VjcmV0', kid: 'bad' }, rsa],
  ['an oct key dressed as RSA', { ...jwkOf(rsa), k: 'c2VjcmV0' }, rsa],
  ['an RSA key of 1024 bits', { ...jwkOf(weak) }, weak],
  [
    'an RSA key of 2047 bits',
    { ...jwkOf(rsa), n: Buffer.concat([Buffer.from([0x7f]), Buffer.alloc(255, 0xff)]).toString('base64url') },
    rsa,
  ],
  [
    'an RSA key of 8193 bits',
    { ...jwkOf(rsa), n: Buffer.concat([Buffer.from([1]), Buffer.alloc(1024, 0xff)]).toString('base64url') },
    rsa,
  ],
  ['an RSA key whose primes can be found (ROCA)', roca.publicJwk, roca],
  ['an RSA key whose primes can be found, with zeros before its modulus', withZeros(roca.publicJwk), roca],
  ['an RSA key with e = 1', { ...jwkOf(rsa), e: 'AQ' }, rsa],
  ['an RSA key with e = 2', { ...jwkOf(rsa), e: 'Ag' }, rsa],
  ['an RSA key with e = 0', { ...jwkOf(rsa), e: 'AA' }, rsa],
  ['an RSA key with an even e', { ...jwkOf(rsa), e: 'AQAA' }, rsa],
  ['an RSA key with an e of nine bytes', { ...jwkOf(rsa), e: 'AQAAAAAAAAAB' }, rsa],
  [
    'an RSA key with an e that fills a document',
    { ...jwkOf(rsa), e: Buffer.alloc(90_000, 0xff).toString('base64url') },
    rsa,
  ],
  ['an RSA key with an e of 65537 and zeros before it', { ...jwkOf(rsa), e: 'AAAAAAAAAAEAAQ' }, rsa],
  ['an RSA key with members of another type that are not bytes', { ...jwkOf(rsa), x: [] }, rsa],
  ['an RSA key with n of zeros', { ...jwkOf(rsa), n: Buffer.alloc(256).toString('base64url') }, rsa],
  ['an RSA key with an empty n', { ...jwkOf(rsa), n: '' }, rsa],
  ['an RSA key with an empty e', { ...jwkOf(rsa), e: '' }, rsa],
  ['an RSA key without n', { ...jwkOf(rsa), n: undefined }, rsa],
  ['an RSA key without e', { ...jwkOf(rsa), e: undefined }, rsa],
  ['an RSA key with broken base64', { ...jwkOf(rsa), n: `!${jwkOf(rsa).n}` }, rsa],
  ['an RSA key with padded base64', { ...jwkOf(rsa), e: 'AQAB=' }, rsa],
  ['an RSA key with a number for e', { ...jwkOf(rsa), e: 65_537 }, rsa],
  ['an off-curve EC key', { ...jwkOf(bad), y: changed(jwkOf(bad).y) }, bad],
  ['an EC key without y', { ...jwkOf(bad), y: undefined }, bad],
  ['an EC key with an empty x', { ...jwkOf(bad), x: '' }, bad],
  ['an EC key with a short x', { ...jwkOf(bad), x: 'AQ' }, bad],
  ['an EC key with broken base64', { ...jwkOf(bad), y: `${jwkOf(bad).y} ` }, bad],
  ['an EC key of zeros', { ...jwkOf(bad), x: segmentOfZeros(32), y: segmentOfZeros(32) }, bad],
  ['an EC key that says another curve', { ...jwkOf(bad), crv: 'P-384' }, bad],
  ['an EC key without curve', { ...jwkOf(bad), crv: undefined }, bad],
  ['an EC key that says Ed25519', { ...jwkOf(bad), crv: 'Ed25519' }, bad],
  ['an EC key on secp256k1', pairJwk('ec', { namedCurve: 'secp256k1' }), bad],
  ['an Ed25519 key with a short x', { ...jwkOf(edwards), x: 'AQ' }, edwards],
  ['an Ed25519 key with padded base64', { ...jwkOf(edwards), x: `${jwkOf(edwards).x}=` }, edwards],
  ['an Ed25519 key that says RSA', { ...jwkOf(edwards), kty: 'RSA' }, edwards],
  ['an Ed25519 key that says EC', { ...jwkOf(edwards), kty: 'EC' }, edwards],
  ['an Ed448 key', pairJwk('ed448'), edwards],
  ['an X25519 key', pairJwk('x25519'), edwards],
  ['an OKP key that says P-256', { ...jwkOf(edwards), crv: 'P-256' }, edwards],
  ['a key for encryption', { ...jwkOf(rsa), use: 'enc' }, rsa],
  ['a key for a use we do not know', { ...jwkOf(rsa), use: null }, rsa],
  ['a key for signing only', { ...jwkOf(rsa), key_ops: ['sign'] }, rsa],
  ['a key for no operation', { ...jwkOf(rsa), key_ops: [] }, rsa],
  ['a key with key_ops that is not a list', { ...jwkOf(rsa), key_ops: 'verify' }, rsa],
  ['an RSA key that says ES256', { ...jwkOf(rsa), alg: 'ES256' }, rsa],
  ['an EC key that says RS256', { ...jwkOf(bad), alg: 'RS256' }, bad],
  ['an EC key on P-384 that says ES256', { ...pairJwk('ec', { namedCurve: 'P-384' }), alg: 'ES256' }, bad],
  ['an EC key on P-384, whose algorithm the issuer does not use', pairJwk('ec', { namedCurve: 'P-384' }), bad],
  ['an RSA key that says RSA-OAEP', { ...jwkOf(rsa), alg: 'RSA-OAEP-256' }, rsa],
  ['an RSA key that says PS256, which the issuer does not use', { ...jwkOf(rsa), alg: 'PS256' }, rsa],
  ['an RSA key that says RS384, which the issuer does not use', { ...jwkOf(rsa), alg: 'RS384' }, rsa],
  ['a key of an unknown type', { kty: 'AKP', kid: 'bad', alg: 'ML-DSA-44', pub: 'AA' }, rsa],
  ['a key without type', { ...jwkOf(rsa), kty: undefined }, rsa],
];

function segmentOfZeros(bytes: number): string {
  return Buffer.alloc(bytes).toString('base64url');
}

describe('D6 a bad key', () => {
  it.each(unusable)('%s is dropped, with a metric, and a token naming it is a 401', async (_, jwk, signer) => {
    await using world = await keyWorld(keySet(key.publicJwk, jwk));
    const row = {
      id: 'D6',
      what: 'bad key',
      reason: 'unknown-key' as const,
      authorizationToken: tokenUnder('bad', signer),
    };
    await expectRejected(row, world.authorizer, world.server);
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toMatchObject([
      { keys: 1, dropped: 1, KeyDropped: 1, Issuer: 'main' },
    ]);
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it.each(unusable)(
    '%s, alone in its set: a token naming it is a 401, one naming another a 500',
    async (_, jwk, signer) => {
      await using world = await keyWorld(keySet(jwk));
      expect(await world.kindOf(tokenUnder('bad', signer))).toBe('unauthorized');
      expect(rejectionsOf(world.authorizer)).toEqual(['unknown-key']);
      expect(await world.kindOf(good)).toBe('failed');
    },
  );

  it('that shows its private part, alone in its set: what it signs is rejected at once, with a metric', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
    world.server.answerWith(keySet({ ...key.privateKey.export({ format: 'jwk' }), kid: key.keyId }));
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['unknown-key']);
    expect(eventsOf(world.authorizer, 'key-set-refresh-failed')).toMatchObject([{ KeyDropped: 1, Issuer: 'main' }]);
  });

  const shown = key.privateKey.export({ format: 'jwk' });
  it.each([
    ['under the same id', { ...shown, kid: key.keyId }],
    ['under another id', { ...shown, kid: 'other' }],
    ['without an id', shown],
    ['under the same id, without its public part', { kty: 'EC', crv: 'P-256', d: shown.d, kid: key.keyId }],
  ])('whose private part stands next to it %s is dropped, and what it signs is rejected', async (_, jwk) => {
    await using world = await keyWorld(keySet(key.publicJwk, jwk, next.publicJwk));
    expect(await world.kindOf(good)).toBe('unauthorized');
    expect(await world.kindOf(tokenUnder(next.keyId, next))).toBe('allowed');
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toMatchObject([{ keys: 1, dropped: 2, KeyDropped: 2 }]);
  });

  it.each([
    ['RSA', rsa, 'n'],
    ['EC', key, 'x'],
  ] as const)(
    'whose private part stands next to it with zeros before its numbers is dropped: %s',
    async (_, signing, member) => {
      const privateJwk = signing.privateKey.export({ format: 'jwk' });
      const number = Buffer.concat([Buffer.alloc(2), Buffer.from(String(privateJwk[member]), 'base64url')]);
      const shownKey = { ...privateJwk, [member]: number.toString('base64url') };
      await using world = await keyWorld(keySet(signing.publicJwk, shownKey, next.publicJwk), {
        algorithms: ['RS256', 'ES256'],
      });
      expect(await world.kindOf(tokenUnder(signing.keyId, signing))).toBe('unauthorized');
    },
  );

  it('that shows its private part does not make another RSA key unusable', async () => {
    const other = createSigningKey('RS256', 'other');
    const document = keySet(rsa.publicJwk, { ...other.privateKey.export({ format: 'jwk' }), kid: other.keyId });
    await using world = await keyWorld(document, { algorithms: ['RS256'] });
    expect(await world.kindOf(tokenUnder(rsa.keyId, rsa))).toBe('allowed');
  });

  it('that is held, and whose private part comes under another id and alone, is dropped', async () => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet({ ...shown, kid: 'other' }));
    world.clock.advance(601);
    expect(await world.kindOf(good)).not.toBe('allowed');
  });

  it.each(unusable)('%s never replaces a good set', async (_, jwk) => {
    await using world = await keyWorld(keySet(key.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet(jwk));
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('allowed');
  });

  const deep = '['.repeat(50_000) + ']'.repeat(50_000);
  it.each([
    ['of an RSA key', JSON.stringify({ ...jwkOf(rsa), crv: '@' })],
    ['of an EC key', JSON.stringify({ ...jwkOf(bad), n: '@' })],
    ['of a private RSA key', JSON.stringify({ kty: 'RSA', n: '@', d: 'AQAB' })],
    ['of a private EC key', JSON.stringify({ kty: 'EC', crv: '@', d: 'AQAB' })],
    ['of no key', JSON.stringify({ kid: '@' })],
  ])('with lists within lists for a member, %s, harms no other key', async (_, jwk) => {
    const document = body(`{"keys":[${JSON.stringify(key.publicJwk)},${jwk.replace('"@"', deep)}]}`);
    await using world = await keyWorld(document);
    expect(await world.kindOf(good)).toBe('allowed');
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('allowed');
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toHaveLength(2);
  });

  it.each([undefined, null, 1, '', {}, 'a\nb', 'k'.repeat(256)])('under the key id %j is dropped', async (kid) => {
    await using world = await keyWorld(keySet(key.publicJwk, { ...next.publicJwk, kid }));
    expect(await world.kindOf(good)).toBe('allowed');
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toMatchObject([{ keys: 1, dropped: 1 }]);
  });

  it('under the key id of a good one does not make that one unusable', async () => {
    await using world = await keyWorld(keySet({ ...jwkOf(rsa), kid: 'ec-1', use: 'enc' }, key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
  });

  it('that takes the place of a good one ends the trust in that one', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, next.publicJwk));
    await world.kindOf(good);
    world.server.answerWith(keySet({ ...key.publicJwk, use: 'enc' }, next.publicJwk));
    world.clock.advance(601);
    expect(await world.kindOf(good)).toBe('unauthorized');
  });
});

describe('D6 a good key', () => {
  const algorithms = [
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'ES256',
    'ES384',
    'ES512',
    'EdDSA',
    'Ed25519',
  ] as const;

  it.each(algorithms)('verifies %s, whatever its other members are', async (algorithm) => {
    const signing = createSigningKey(algorithm, 'good');
    const { alg: _, use: __, ...plain } = signing.publicJwk;
    const documents = [
      plain,
      signing.publicJwk,
      { ...plain, key_ops: ['verify'] },
      { ...plain, ext: false, x5t: 'AA', key_ops: ['sign', 'verify'] },
    ];
    for (const jwk of documents) {
      await using world = await keyWorld(keySet(jwk), { algorithms: [algorithm] });
      expect(await world.kindOf(tokenUnder('good', signing))).toBe('allowed');
    }
  });

  it.each([
    ['ES256', 'ESP256'],
    ['ES384', 'ESP384'],
    ['ES512', 'ESP512'],
    ['EdDSA', 'Ed25519'],
    ['Ed25519', 'EdDSA'],
  ] as const)(
    'verifies %s also under the name that RFC 9864 or the older standard has for it: %s',
    async (algorithm, alg) => {
      const signing = createSigningKey(algorithm, 'good');
      await using world = await keyWorld(keySet({ ...signing.publicJwk, alg }), { algorithms: [algorithm] });
      expect(await world.kindOf(tokenUnder('good', signing))).toBe('allowed');
    },
  );

  it.each([
    ['ES256', 'ESP384'],
    ['ES384', 'ESP256'],
    ['RS256', 'ESP256'],
    ['EdDSA', 'Ed448'],
    ['Ed25519', 'ESP256'],
    ['ES256', 'ESB256'],
  ] as const)('D11 does not verify %s where the key set says that it is for %s', async (algorithm, alg) => {
    const signing = createSigningKey(algorithm, 'good');
    await using world = await keyWorld(keySet({ ...signing.publicJwk, alg }), { algorithms: [algorithm] });
    expect(await world.kindOf(tokenUnder('good', signing))).toBe('unauthorized');
  });

  it('verifies only the name of its algorithm that the issuer is set to use', async () => {
    const signing = createSigningKey('Ed25519', 'good');
    await using world = await keyWorld(keySet(signing.publicJwk), { algorithms: ['EdDSA'] });
    expect(await world.kindOf(tokenUnder('good', signing))).toBe('unauthorized');
    await using other = await keyWorld(keySet(signing.publicJwk), { algorithms: ['Ed25519'] });
    expect(await other.kindOf(tokenUnder('good', createSigningKey('EdDSA', 'good')))).toBe('unauthorized');
  });

  it('verifies every algorithm of its family that the issuer uses, and no other', async () => {
    const signing = createSigningKey('RS256', 'good');
    const { alg: _, ...jwk } = signing.publicJwk;
    await using world = await keyWorld(keySet(jwk), { algorithms: ['RS256', 'PS384'] });
    expect(await world.kindOf(tokenUnder('good', signing))).toBe('allowed');
    expect(await world.kindOf(tokenUnder('good', { ...signing, algorithm: 'PS384' }))).toBe('allowed');
    expect(await world.kindOf(tokenUnder('good', { ...signing, algorithm: 'PS256' }))).toBe('unauthorized');
  });

  it('that names one algorithm verifies no other', async () => {
    const signing = createSigningKey('RS256', 'good');
    await using world = await keyWorld(keySet(signing.publicJwk), { algorithms: ['RS256', 'PS256'] });
    expect(await world.kindOf(tokenUnder('good', { ...signing, algorithm: 'PS256' }))).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['unknown-key']);
  });

  it.each([
    ['of 8192 bits', { n: Buffer.alloc(1024, 0xff).toString('base64url') }],
    ['with an e of eight bytes', { e: 'AQAAAAAAAAE' }],
    ['with the largest e of eight bytes', { e: '__________8' }],
    ['with an e of 3', { e: 'Aw' }],
  ])('may be an RSA key %s: what another signed under its id is a 401', async (_, members) => {
    await using world = await keyWorld(keySet({ ...jwkOf(rsa), ...members }), { algorithms: ['RS256'] });
    expect(await world.kindOf(tokenUnder('bad', rsa))).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['signature']);
  });
});
