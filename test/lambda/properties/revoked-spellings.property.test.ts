import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API_KINDS } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { signedToken, twinOf } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const keys = (['ES256', 'RS256', 'EdDSA'] as const).map((algorithm) => createSigningKey(algorithm, `key-${algorithm}`));
const issuer = loopbackIssuer(...keys);

const apis = fc.constantFrom(...API_KINDS);

/** The ways in which an issuer or a bearer can spell a token of these claims. */
const spellings = fc.record({
  key: fc.constantFrom(...keys),
  scheme: fc.constantFrom('Bearer ', 'bearer ', 'BEARER ', 'bEARER   ', 'Bearer          '),
  typ: fc.constantFrom('at+jwt', 'AT+JWT', 'At+Jwt', 'application/at+jwt', 'APPLICATION/AT+JWT'),
  isTwin: fc.boolean(),
  headerOrder: fc.shuffledSubarray(['typ', 'alg', 'kid', 'x'], { minLength: 4 }),
  space: fc.constantFrom('', ' ', '\n\t  '),
  duplicates: fc.subarray(['jti', 'sub', 'sid', 'client_id', 'exp', 'scope']),
  claimOrder: fc.shuffledSubarray(Object.keys(goodClaims()), { minLength: Object.keys(goodClaims()).length }),
  escaped: fc.boolean(),
  lastCharacter: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=', ''),
  keepsLastCharacter: fc.boolean(),
});
type SpellingOf<T> = T extends fc.Arbitrary<infer Value> ? Value : never;

function write({
  key,
  scheme,
  typ,
  isTwin,
  headerOrder,
  space,
  duplicates,
  claimOrder,
  escaped,
  ...spelling
}: SpellingOf<typeof spellings>): string {
  const header: Readonly<Record<string, unknown>> = { typ, alg: key.algorithm, kid: key.keyId, x: 1 };
  const claims = goodClaims();
  const nameOf = (name: string) =>
    escaped ? `"\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}"` : `"${name}"`;
  const write = (name: string, value: unknown) => `${nameOf(name)}${space}:${space}${JSON.stringify(value)}`;
  const payload = [
    ...duplicates.map((name) => write(name, 'other')),
    ...claimOrder.map((name) => write(name, claims[name])),
  ];
  const headerText = `{${space}${headerOrder.map((name) => write(name, header[name])).join(`,${space}`)}}`;
  const token = signedToken(key, headerText, `${space}{${payload.join(`${space},`)}}`);
  const twin = isTwin && key.algorithm === 'ES256' ? twinOf(token) : token;
  return scheme + (spelling.keepsLastCharacter ? twin : twin.slice(0, -1) + spelling.lastCharacter);
}

const targets = ['jti#main#token-1', 'sid#main#session-1', 'sub#main#alice', 'cid#main#client-1', 'iss#main'] as const;

describe('F3 every spelling of a token that is accepted', () => {
  it('is rejected as revoked once an entry names a value of the token', async () => {
    let accepted = 0;
    const property = fc.asyncProperty(spellings, fc.constantFrom(...targets), apis, async (spelling, target, api) => {
      const authorizationToken = write(spelling);
      const outcome = await issuer.fresh({ api }).decide(authorizationToken);
      fc.pre(outcome.kind === 'allowed');
      accepted += 1;
      const readEntries = async (asked: readonly string[]) =>
        asked.includes(target) ? [{ target, before: undefined }] : [];
      const authorizer = issuer.fresh({ api, readEntries });
      expect(await authorizer.decide(authorizationToken)).toEqual({ kind: 'unauthorized' });
      expect(rejectionsOf(authorizer)).toEqual(['revoked']);
    });
    await fc.assert(property, { numRuns: 150 });
    expect(accepted).toBe(150);
  });

  it('has only the digest of its signed part if it has no token id', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom('Bearer ', 'bearer  '),
      fc.string({ maxLength: 20 }),
      apis,
      async (scheme, extra, api) => {
        const claims = goodClaims({ jti: undefined, extra });
        const token = signedToken(
          keys[0] as (typeof keys)[number],
          { typ: 'at+jwt', alg: 'ES256', kid: 'key-ES256' },
          claims,
        );
        const asked = [];
        for (const spelling of [`Bearer ${token}`, scheme + twinOf(token)]) {
          const authorizer = issuer.fresh({ api, issuers: [issuer.trusted({ tokensWithoutId: 'digest' })] });
          expect((await authorizer.decide(spelling)).kind).toBe('allowed');
          asked.push(authorizer.reads[0]?.[0]);
        }
        expect(asked[0]).toMatch(/^th#main#[0-9a-f]{64}$/);
        expect(asked[1]).toBe(asked[0]);
      },
    );
    await fc.assert(property, { numRuns: 30 });
  });
});
