import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeySet } from '../../lambda/key-set/key-set.ts';
import { DownloadError } from '../../lambda/key-set/key-set-download.ts';
import type { AccessToken } from '../../lambda/token/access-token.ts';
import type { TrustedIssuer } from '../../lambda/token/trusted-issuer.ts';
import { createTokenVerifier } from '../../lambda/token-verifier.ts';
import { MAX_REMEMBERED_CHARACTERS, MAX_REMEMBERED_TOKENS } from '../../lambda/verified-token-cache.ts';
import { keySet, startLoopbackServer } from '../support/network/loopback-server.ts';
import { authorizerUnderTest, createClock } from '../support/tokens/authorizer-under-test.ts';
import { goodClaims, NOW, trustedIssuer } from '../support/tokens/sample-issuer.ts';
import { signedToken, twinOf } from '../support/tokens/signed-token.ts';
import { createSigningKey, type SigningKey } from '../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'one');

const tokenWith = (claims: Readonly<Record<string, unknown>> = {}, signer: SigningKey = key): string =>
  signedToken(signer, { alg: 'ES256', typ: 'at+jwt', kid: 'one' }, goodClaims(claims));

/** A verifier whose issuer publishes what the test says; undefined: its key set is not available. */
function verifierUnderTest(settings: Partial<TrustedIssuer> = {}) {
  const clock = createClock();
  const issuer = trustedIssuer(settings);
  let published: readonly SigningKey[] | undefined = [key];
  let downloads = 0;
  const download = async () => {
    downloads += 1;
    if (published === undefined) throw new DownloadError('timeout', 'busy');
    return published.map(({ publicJwk }) => publicJwk);
  };
  let keyReads = 0;
  const keySetOf = (one: TrustedIssuer) => {
    const keys = new KeySet(one, { now: clock.now, report: () => undefined, download });
    const keyFor: KeySet['keyFor'] = (...header) => {
      keyReads += 1;
      return keys.keyFor(...header);
    };
    return { keyFor };
  };
  return {
    clock,
    verify: createTokenVerifier({ issuers: [issuer], keySetOf, contextClaims: {}, now: clock.now }),
    publish: (...keys: readonly SigningKey[]) => {
      published = keys;
    },
    failDownloads: () => {
      published = undefined;
    },
    downloads: () => downloads,
    keyReads: () => keyReads,
  };
}

type Judgement = AccessToken | string;

/** The access token, or why there is none. A remembered access token is the same object as before. */
const judgement = (answer: Promise<AccessToken>): Promise<Judgement> =>
  answer.catch((error: { readonly reason?: string; readonly message: string }) => error.reason ?? error.message);

async function inTurn(tokens: readonly string[], verify: (token: string) => Promise<AccessToken>) {
  const judged: AccessToken[] = [];
  for (const token of tokens) judged.push(await verify(token));
  return judged;
}

describe('a repeated token', () => {
  it('is not verified twice', async () => {
    const { verify } = verifierUnderTest();
    const token = tokenWith();
    expect(await verify(token)).toBe(await verify(Buffer.from(token).toString()));
  });

  it('is verified again from `expiresAt` on, and rejected when the clock tolerance is over too', async () => {
    const { verify, clock } = verifierUnderTest({ clockTolerance: 5 });
    const token = tokenWith({ exp: NOW + 600 });
    const first = await verify(token);
    clock.set(NOW + 599.999);
    expect(await verify(token)).toBe(first);
    clock.set(NOW + 600);
    expect(await verify(token)).not.toBe(first);
    clock.set(NOW + 605);
    expect(await judgement(verify(token))).toBe('expired');
  });

  it('is rejected past the maximum age of the tokens of its issuer', async () => {
    const { verify, clock } = verifierUnderTest({ maxTokenAge: 60, clockTolerance: 0 });
    const token = tokenWith({ iat: NOW, exp: NOW + 86_400 });
    await verify(token);
    clock.set(NOW + 61);
    expect(await judgement(verify(token))).toBe('too-old');
  });

  it.each([
    ['nbf', 'not-before'],
    ['iat', 'issued-at'],
  ])('is rejected before its %s when the clock is set back', async (claim, reason) => {
    const { verify, clock } = verifierUnderTest({ clockTolerance: 0 });
    const token = tokenWith({ [claim]: NOW });
    await verify(token);
    clock.set(NOW - 1);
    expect(await judgement(verify(token))).toBe(reason);
  });

  it('is rejected as soon as a refreshed key set lacks its key', async () => {
    const { verify, clock, publish, downloads } = verifierUnderTest({ maxTokenAge: 86_400 });
    const token = tokenWith({ exp: NOW + 86_000 });
    await verify(token);
    publish(createSigningKey('ES256', 'other'));
    clock.advance(600);
    expect(await judgement(verify(token))).toBeTypeOf('object');
    expect(downloads()).toBe(1);
    clock.advance(1);
    expect(await judgement(verify(token))).toBe('unknown-key');
    expect(downloads()).toBe(2);
  });

  it('is rejected when another key has taken the place of the one that signed it', async () => {
    const { verify, clock, publish } = verifierUnderTest();
    const token = tokenWith({ exp: NOW + 86_000 });
    await verify(token);
    publish(createSigningKey('ES256', 'one'));
    clock.advance(601);
    expect(await judgement(verify(token))).toBe('signature');
  });

  it('is still accepted after a refresh that brings its key again', async () => {
    const { verify, clock } = verifierUnderTest();
    const token = tokenWith({ exp: NOW + 86_000 });
    const first = await verify(token);
    clock.advance(601);
    const second = await verify(token);
    expect(second).toEqual(first);
    expect(await verify(token)).toBe(second);
  });

  it('cannot be decided once the key set is an hour old and not available', async () => {
    const { verify, clock, failDownloads } = verifierUnderTest();
    const token = tokenWith({ exp: NOW + 86_000 });
    await verify(token);
    failDownloads();
    clock.advance(3600);
    expect(await judgement(verify(token))).toBeTypeOf('object');
    clock.advance(1);
    expect(await judgement(verify(token))).toMatch(/no current key set/);
  });

  it('is looked up in the revocation table every time', async () => {
    const server = await startLoopbackServer(keySet(key.publicJwk));
    const revoked = new Set<string>();
    const { decide, reads } = authorizerUnderTest({
      issuers: [trustedIssuer({ jwksUri: server.address })],
      readEntries: async (targets) =>
        targets.filter((target) => revoked.has(target)).map((target) => ({ target, before: undefined })),
    });
    const authorizationToken = `Bearer ${tokenWith()}`;
    expect((await decide(authorizationToken)).kind).toBe('allowed');
    expect((await decide(authorizationToken)).kind).toBe('allowed');
    expect(reads).toHaveLength(2);
    revoked.add('jti#main#token-1');
    expect((await decide(authorizationToken)).kind).toBe('unauthorized');
    revoked.clear();
    await server.close();
  });
});

describe('a token that resembles a remembered one', () => {
  const padding = 'x'.repeat(1200);

  it('in its first 1,000 characters has claims of its own', async () => {
    const { verify } = verifierUnderTest();
    const tokenOf = (sub: string) => {
      const { sub: _, ...claims } = goodClaims();
      return signedToken(key, { alg: 'ES256', typ: 'at+jwt', kid: 'one' }, { padding, ...claims, sub });
    };
    expect(tokenOf('alice').slice(0, 1000)).toBe(tokenOf('bob').slice(0, 1000));
    expect((await verify(tokenOf('alice'))).subject).toBe('alice');
    expect((await verify(tokenOf('bob'))).subject).toBe('bob');
  });

  it('in all but its signature is rejected', async () => {
    const { verify } = verifierUnderTest();
    const good = tokenWith({ padding });
    await verify(good);
    const forged = tokenWith({ padding }, createSigningKey('ES256', 'thief'));
    expect(forged.slice(0, 1000)).toBe(good.slice(0, 1000));
    expect(await judgement(verify(forged))).toBe('signature');
  });

  it('in its last 1,000 characters is rejected', async () => {
    const { verify } = verifierUnderTest();
    const good = tokenWith({ padding });
    await verify(good);
    const [header, , signature] = good.split('.');
    const payload = tokenWith({ padding, sub: 'mallo' }).split('.')[1];
    const swapped = [header, payload, signature].join('.');
    expect(swapped).not.toBe(good);
    expect(swapped.slice(-1000)).toBe(good.slice(-1000));
    expect(await judgement(verify(swapped))).toBe('signature');
  });

  it('in everything but the spelling of its signature is verified by itself', async () => {
    const { verify } = verifierUnderTest();
    const good = tokenWith();
    const first = await verify(good);
    const twin = await verify(twinOf(good));
    expect(twin).not.toBe(first);
    expect(twin).toEqual(first);
  });
});

describe('the cache', () => {
  it('holds a limited number of tokens, the newest', async () => {
    const { verify } = verifierUnderTest();
    const tokens = Array.from({ length: MAX_REMEMBERED_TOKENS + 1 }, (_, at) => tokenWith({ jti: `token-${at}` }));
    const judged = await inTurn(tokens, verify);
    const [oldest = '', second = ''] = tokens;
    expect(await verify(second)).toBe(judged[1]);
    expect(await verify(tokens.at(-1) ?? '')).toBe(judged.at(-1));
    expect(await verify(oldest)).not.toBe(judged[0]);
  });

  it('holds a limited number of characters', async () => {
    const { verify } = verifierUnderTest();
    const padding = 'x'.repeat(5000);
    const length = tokenWith({ padding }).length;
    const count = Math.floor(MAX_REMEMBERED_CHARACTERS / length) + 5;
    const tokens = Array.from({ length: count }, (_, at) => tokenWith({ padding, jti: `${1000 + at}678` }));
    const judged = await inTurn(tokens, verify);
    expect(count).toBeLessThan(MAX_REMEMBERED_TOKENS);
    expect(await verify(tokens.at(-1) ?? '')).toBe(judged.at(-1));
    expect(await verify(tokens[0] ?? '')).not.toBe(judged[0]);
  });

  it('counts a token that is verified again once', async () => {
    const { verify, clock } = verifierUnderTest({ clockTolerance: 5 });
    const [repeated, other] = [tokenWith({ padding: 'x'.repeat(5000), exp: NOW + 10 }), tokenWith()];
    await verify(repeated);
    const kept = await verify(other);
    clock.set(NOW + 12);
    await inTurn(new Array(Math.ceil(MAX_REMEMBERED_CHARACTERS / repeated.length)).fill(repeated), verify);
    expect(await verify(other)).toBe(kept);
  });

  it('counts a token once that comes many times at the same moment', async () => {
    const { verify } = verifierUnderTest();
    const repeated = tokenWith({ padding: 'x'.repeat(5000) });
    const other = tokenWith();
    const kept = await verify(other);
    const times = Math.ceil(MAX_REMEMBERED_CHARACTERS / repeated.length);
    await Promise.all(Array.from({ length: times }, () => verify(repeated)));
    expect(await verify(other)).toBe(kept);
  });

  it('forgets a token that is rejected, so that each repeat of it reads the key once', async () => {
    const { verify, clock, keyReads } = verifierUnderTest({ clockTolerance: 0 });
    const token = tokenWith({ exp: NOW + 10 });
    await verify(token);
    clock.set(NOW + 11);
    expect(await judgement(verify(token))).toBe('expired');
    const before = keyReads();
    expect(await judgement(verify(token))).toBe('expired');
    expect(keyReads()).toBe(before + 1);
  });

  it('never changes an answer, however often tokens come and however the clock jumps', async () => {
    const tokens = [
      tokenWith({ exp: NOW + 100 }),
      tokenWith({ nbf: NOW + 50 }),
      tokenWith({ iat: NOW - 0.5, exp: NOW + 300.5 }),
      tokenWith({ iat: NOW - 1000, exp: NOW + 10_000 }),
      tokenWith({}, createSigningKey('ES256', 'thief')),
    ];
    const settings = { maxTokenAge: 1200, clockTolerance: 5 };
    const step = fc.record({
      token: fc.constantFrom(...tokens),
      at: fc.oneof(fc.integer({ min: -20_000, max: 320_000 }), fc.constantFrom(99_999, 100_000, 104_999, 105_000)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const { verify, clock } = verifierUnderTest(settings);
        for (const { token, at } of steps) {
          clock.set(NOW + at / 1000);
          const fresh = verifierUnderTest(settings);
          fresh.clock.set(NOW + at / 1000);
          expect(await judgement(verify(token))).toEqual(await judgement(fresh.verify(token)));
        }
      }),
      { numRuns: 60 },
    );
  });
});
