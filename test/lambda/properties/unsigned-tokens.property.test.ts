import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_KINDS } from '../../support/tokens/authorizer-under-test.ts';
import { composedTokens, isSignedBy, mutatedTokens, noise } from '../../support/tokens/hostile-tokens.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

/** Number of generated tokens; `npm run test:tokens` sets 100,000. */
const TOKENS = Number(process.env.TOKENS ?? 2_000);

const keys = (['RS256', 'ES256', 'EdDSA'] as const).map((algorithm) => createSigningKey(algorithm, `key-${algorithm}`));
const valid = keys.map((key) => signedToken(key, { typ: 'at+jwt', alg: key.algorithm, kid: key.keyId }, goodClaims()));

const issuer = loopbackIssuer(...keys);

/** Whether a trusted key signed the token after the scheme; then the property does not apply. */
function isSigned(authorizationToken: string): boolean {
  const [, token = ''] = /^bearer +(.+)$/i.exec(authorizationToken) ?? [];
  return isSignedBy(keys, token);
}

const scheme = fc.constantFrom('Bearer ', 'bearer ', 'BEARER  ', 'Bearer', 'Basic ');
const authorizationTokens = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(scheme, mutatedTokens(valid)).map((parts) => parts.join('')) },
  { weight: 3, arbitrary: composedTokens(valid).map((token) => `Bearer ${token}`) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      noise.map((text) => `Bearer ${text}`),
      fc.string({ unit: 'binary', maxLength: 300 }),
    ),
  },
);

it(`F1 ${TOKENS} authorization tokens that no trusted key signed are all rejected with 401`, {
  timeout: 600_000,
}, async () => {
  const authorizers = API_KINDS.map((api) => issuer.fresh({ api }));
  for (const { decide } of authorizers) {
    for (const token of valid) expect((await decide(`Bearer ${token}`)).kind).toBe('allowed');
  }
  const property = fc.asyncProperty(authorizationTokens, async (authorizationToken) => {
    fc.pre(!isSigned(authorizationToken));
    for (const { decide } of authorizers) expect(await decide(authorizationToken)).toEqual({ kind: 'unauthorized' });
  });
  await fc.assert(property, { numRuns: TOKENS });
  for (const { log, reads } of authorizers) {
    expect(new Set(log().map(({ event }) => event))).toEqual(new Set(['key-set-refreshed', 'allowed', 'rejected']));
    expect(reads).toHaveLength(valid.length);
  }
  expect(issuer.requests).toHaveLength(authorizers.length);
});
