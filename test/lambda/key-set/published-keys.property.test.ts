import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedKeys } from '../../../lambda/key-set/published-keys.ts';
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from '../../../lambda/token/trusted-issuer.ts';
import { keySet } from '../../support/network/loopback-server.ts';
import { eventsOf, good, key, keyWorld, next, tokenUnder } from '../../support/tokens/key-world.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { createSigningKey, type SigningKey } from '../../support/tokens/signing-keys.ts';

const rsa = createSigningKey('RS256', 'k');
const rsaToo = createSigningKey('RS256', 'k');
const ec = createSigningKey('ES256', 'k');
const ecToo = createSigningKey('ES256', 'k');
const ecLarge = createSigningKey('ES384', 'k');
const edwards = createSigningKey('EdDSA', 'k');

type Jwk = Readonly<Record<string, unknown>>;
const jwks = new Map(
  [rsa, rsaToo, ec, ecToo, ecLarge, edwards].map((signer) => [
    signer,
    { plain: signer.publicKey.export({ format: 'jwk' }), shown: signer.privateKey.export({ format: 'jwk' }) },
  ]),
);
const plain = (signer: SigningKey): Jwk => ({ ...jwks.get(signer)?.plain, kid: 'k' });
const shown = (signer: SigningKey): Jwk => ({ ...jwks.get(signer)?.shown, kid: 'k' });
const by = (signer: SigningKey, algorithm: SignatureAlgorithm) => tokenUnder('k', { ...signer, algorithm });

const every = { algorithms: SIGNATURE_ALGORITHMS };

describe('keys under one key id', () => {
  it.each([
    ['as it stands', plain(rsa)],
    ['with its members in another order', Object.fromEntries(Object.entries(plain(rsa)).reverse())],
    ['with zeros before its modulus', { ...plain(rsa), n: zerosBefore(plain(rsa).n) }],
    ['with its algorithm', { ...plain(rsa), alg: 'RS256' }],
    ['with its use and a certificate', { ...plain(rsa), use: 'sig', x5c: ['MIIB'], x5t: 'AA' }],
    ['for encryption', { ...plain(rsa), use: 'enc' }],
  ])('the same key twice is one key, the second time %s', async (_, again) => {
    for (const keys of [
      [plain(rsa), again],
      [again, plain(rsa)],
    ]) {
      await using world = await keyWorld(keySet(...keys));
      expect(await world.kindOf(by(rsa, 'RS256'))).toBe('allowed');
    }
  });

  it('a key that is published twice is not counted as dropped', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, key.publicJwk));
    expect(await world.kindOf(good)).toBe('allowed');
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toMatchObject([{ keys: 1, dropped: 0, KeyDropped: 0 }]);
  });

  it('one key for RS256 and for RS512 verifies both, and nothing else', async () => {
    await using world = await keyWorld(keySet({ ...plain(rsa), alg: 'RS256' }, { ...plain(rsa), alg: 'RS512' }), every);
    expect(await world.kindOf(by(rsa, 'RS256'))).toBe('allowed');
    expect(await world.kindOf(by(rsa, 'RS512'))).toBe('allowed');
    expect(await world.kindOf(by(rsa, 'PS256'))).toBe('unauthorized');
  });

  it('two RSA keys for two algorithms verify their own one each', async () => {
    const keys = [
      { ...plain(rsa), alg: 'RS256' },
      { ...plain(rsaToo), alg: 'PS256' },
    ];
    await using world = await keyWorld(keySet(...keys), every);
    expect(await world.kindOf(by(rsa, 'RS256'))).toBe('allowed');
    expect(await world.kindOf(by(rsaToo, 'PS256'))).toBe('allowed');
    expect(await world.kindOf(by(rsaToo, 'RS256'))).toBe('unauthorized');
    expect(await world.kindOf(by(rsa, 'PS256'))).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['signature', 'signature']);
  });

  it('keys of every type and curve are told apart', async () => {
    await using world = await keyWorld(keySet(...[rsa, ec, ecLarge, edwards].map(plain)), every);
    for (const signer of [rsa, ec, ecLarge, edwards]) {
      expect([signer.algorithm, await world.kindOf(by(signer, signer.algorithm))]).toEqual([
        signer.algorithm,
        'allowed',
      ]);
    }
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toMatchObject([{ keys: 4, dropped: 0 }]);
  });

  it('two different keys that fit one header verify nothing under it, and the others of that id still do', async () => {
    const keys = [plain(ec), plain(ecToo), plain(rsa)];
    await using world = await keyWorld(keySet(...keys), every);
    expect(await world.kindOf(by(ec, 'ES256'))).toBe('unauthorized');
    expect(await world.kindOf(by(ecToo, 'ES256'))).toBe('unauthorized');
    expect(rejectionsOf(world.authorizer)).toEqual(['unknown-key']);
    expect(await world.kindOf(by(rsa, 'RS256'))).toBe('allowed');
    expect(eventsOf(world.authorizer, 'key-set-refreshed')).toMatchObject([{ keys: 1, dropped: 2 }]);
  });

  it('a point and its mirror image, which share their x, are two keys', async () => {
    const mirrored = { ...plain(ec), y: mirrorImage(plain(ec).y) };
    await using world = await keyWorld(keySet(key.publicJwk, plain(ec), mirrored));
    expect(await world.kindOf(by(ec, 'ES256'))).toBe('unauthorized');
  });

  it('a modulus with two exponents is two keys', async () => {
    await using world = await keyWorld(keySet(key.publicJwk, plain(rsa), { ...plain(rsa), e: 'Aw' }));
    expect(await world.kindOf(by(rsa, 'RS256'))).toBe('unauthorized');
  });

  it('a key that is published twice is dropped when its private part is shown once', async () => {
    for (const leak of [shown(rsa), { ...shown(rsa), kid: 'other' }, { ...shown(ec), kid: 'k' }]) {
      await using world = await keyWorld(keySet(plain(rsa), plain(rsa), leak, next.publicJwk));
      expect(await world.kindOf(by(rsa, 'RS256'))).toBe('unauthorized');
    }
  });

  it('a held key is dropped when a later response shows its private part', async () => {
    await using world = await keyWorld(keySet(plain(rsa), plain(edwards), key.publicJwk));
    expect(await world.kindOf(by(rsa, 'RS256'))).toBe('allowed');
    world.server.answerWith(keySet({ ...shown(edwards), kid: 'other' }));
    world.clock.advance(601);
    expect(await world.kindOf(by(edwards, 'EdDSA'))).not.toBe('allowed');
    expect(await world.kindOf(by(rsa, 'RS256'))).toBe('allowed');
    expect(await world.kindOf(good)).toBe('allowed');
  });
});

const signers = [rsa, rsaToo, ec, ecToo, ecLarge, edwards];
const KEY_IDS = ['k', 'l'] as const;

/** A member of a key set: a key, its algorithm, its id, and whether it shows its private part. */
const member = fc.record({
  signer: fc.constantFrom(...signers),
  alg: fc.option(fc.constantFrom('RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ESP256', 'EdDSA', 'Ed25519'), {
    nil: undefined,
  }),
  kid: fc.constantFrom(...KEY_IDS),
  isShown: fc.constantFrom(false, false, false, false, false, true),
  isForEncryption: fc.constantFrom(false, false, false, true),
});

const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  'P-384': ['ES384'],
  Ed25519: ['EdDSA', 'Ed25519'],
};

/** RFC 9864 section 2: the names that say the curve too are names of the same algorithms. */
const olderName = (name: string) => ({ ESP256: 'ES256', Ed25519: 'EdDSA' })[name] ?? name;

it('for every key set, a header finds the one undisclosed key that it fits, and none where it fits two', () => {
  let found = 0;
  const property = fc.property(fc.array(member, { maxLength: 8 }), (members) => {
    const documents = members.map(({ signer, alg, kid, isShown, isForEncryption }) => ({
      ...(isShown ? shown(signer) : plain(signer)),
      kid,
      ...(alg !== undefined && { alg }),
      ...(isForEncryption && { use: 'enc' }),
    }));
    const { usable } = publishedKeys(documents, trustedIssuer({ algorithms: SIGNATURE_ALGORITHMS }));
    // The rule in other words than the code's: RFC 7517 section 4.5 and what a leak means.
    const isLeaked = (signer: SigningKey, kid: string) =>
      members.some((each) => each.isShown && (each.signer === signer || each.kid === kid));
    for (const kid of KEY_IDS) {
      for (const algorithm of SIGNATURE_ALGORITHMS) {
        const fitting = members.filter(
          ({ signer, ...each }) =>
            each.kid === kid &&
            FAMILIES[String(plain(signer).crv ?? plain(signer).kty)]?.includes(algorithm) &&
            olderName(each.alg ?? algorithm) === olderName(algorithm) &&
            !each.isForEncryption &&
            !isLeaked(signer, kid),
        );
        const keys = new Set(fitting.map(({ signer }) => signer));
        const [only] = keys.size === 1 ? keys : [];
        const key = usable.get(kid)?.get(algorithm)?.publicKey;
        expect(only === undefined ? key === undefined : key?.equals(only.publicKey)).toBe(true);
        found += only === undefined ? 0 : 1;
      }
      expect(usable.get(kid)?.size).not.toBe(0);
    }
  });
  fc.assert(property, { numRuns: 300 });
  expect(found).toBeGreaterThan(100);
});

function zerosBefore(number: unknown): string {
  return Buffer.concat([Buffer.alloc(2), Buffer.from(String(number), 'base64url')]).toString('base64url');
}

/** The other y of the same x on P-256: p - y. */
function mirrorImage(y: unknown): string {
  const p = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
  const other = p - BigInt(`0x${Buffer.from(String(y), 'base64url').toString('hex')}`);
  return Buffer.from(other.toString(16).padStart(64, '0'), 'hex').toString('base64url');
}
