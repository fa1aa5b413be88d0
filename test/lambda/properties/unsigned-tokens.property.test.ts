import { constants, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { segment, signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

/** Number of generated tokens; `npm run test:tokens` sets 100,000. */
const TOKENS = Number(process.env.TOKENS ?? 2_000);

const keys = (['RS256', 'ES256', 'EdDSA'] as const).map((algorithm) => createSigningKey(algorithm, `key-${algorithm}`));
const valid = keys.map((key) => signedToken(key, { typ: 'at+jwt', alg: key.algorithm, kid: key.keyId }, goodClaims()));
const [rsa = '', ec = '', ed = ''] = valid;

const issuer = loopbackIssuer(...keys);

/** Whether a trusted key signed the token after the scheme; then the property does not apply. */
function isSigned(authorizationToken: string): boolean {
  const [, header, payload, signature] = /^bearer +([\w-]+)\.([\w-]+)\.([\w-]+)$/i.exec(authorizationToken) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) return false;
  const data = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  const isStrict = [header, payload, signature].every(
    (text) => Buffer.from(text, 'base64url').toString('base64url') === text,
  );
  return (
    isStrict &&
    keys.some(({ algorithm, publicKey }) => {
      if (algorithm === 'EdDSA') return verify(null, data, publicKey, bytes);
      if (algorithm === 'ES256')
        return bytes.length === 64 && verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes);
      return verify('sha256', data, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, bytes);
    })
  );
}

const anyValid = fc.constantFrom(rsa, ec, ed);
const dictionary = fc.constantFrom<unknown>(
  ...[
    'none',
    'RS256',
    'ES256',
    'EdDSA',
    'HS256',
    'PS256',
    'at+jwt',
    'JWT',
    'key-RS256',
    'key-ES256',
    'key-EdDSA',
    'b64',
    'exp',
  ],
  ...[
    'https://issuer.example/',
    'api',
    'alice',
    '',
    '\u0000',
    '\ud800',
    '__proto__',
    null,
    true,
    false,
    0,
    1,
    -1,
    1e300,
    1_800_000_000,
  ],
  ...[[], {}, [[]], ['b64'], { kty: 'RSA' }],
);
const member = (...names: readonly string[]) =>
  fc.tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
    ),
    dictionary,
  );
const objectText = (members: fc.Arbitrary<[string, unknown]>) =>
  fc
    .array(members, { maxLength: 10 })
    .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`);
const headerText = objectText(member('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'cty', 'zip', 'enc'));
const payloadText = objectText(member('iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'client_id', 'scope'));
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const goodHeader = fc.constantFrom(
  ...keys.map(({ algorithm, keyId }) => JSON.stringify({ typ: 'at+jwt', alg: algorithm, kid: keyId })),
);
const goodPayload = fc.constant(JSON.stringify(goodClaims()));

/** Tokens of well-formed parts, some of them good, with a signature that is made up or taken from another token. */
const grammar = fc
  .tuple(
    fc.oneof({ weight: 3, arbitrary: goodHeader }, headerText, bytes(40).map(String)),
    fc.oneof({ weight: 3, arbitrary: goodPayload }, payloadText, bytes(40).map(String)),
    fc.oneof(
      bytes(80).map(segment),
      fc.constantFrom(64, 256, 32, 0).map((size) => segment(Buffer.alloc(size))),
      anyValid.map((token) => token.split('.')[2] ?? ''),
    ),
  )
  .map(([header, payload, signature]) => `Bearer ${segment(header)}.${segment(payload)}.${signature}`);

/** The place of a valid token at which a mutation changes it. */
const place = fc.nat({ max: 2_000 });
const characters = fc.oneof(
  fc.constantFrom('A', '-', '_', '.', '=', '+', '/', ' ', '\n', '\u200d', 'é', '．'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const mutation: fc.Arbitrary<(token: string) => string> = fc.oneof(
  fc.tuple(place, characters).map(([at, text]) => (token: string) => {
    const index = at % token.length;
    return token.slice(0, index) + text + token.slice(index + 1);
  }),
  fc.tuple(place, characters).map(
    ([at, text]) =>
      (token: string) =>
        token.slice(0, at % token.length) + text + token.slice(at % token.length),
  ),
  fc.tuple(place, fc.nat({ max: 30 })).map(
    ([at, length]) =>
      (token: string) =>
        token.slice(0, at % token.length) + token.slice((at % token.length) + length),
  ),
  fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(
    ([at, bit]) =>
      (token: string) =>
        flipped(token, at, bit),
  ),
  fc
    .shuffledSubarray([0, 1, 2], { minLength: 1 })
    .map((order) => (token: string) => order.map((index) => token.split('.')[index]).join('.')),
  fc.tuple(headerText, fc.nat({ max: 1 })).map(
    ([text, at]) =>
      (token: string) =>
        withSegment(token, at, segment(text)),
  ),
  anyValid.map((other) => (token: string) => withSegment(token, 2, other.split('.')[2] ?? '')),
  fc.constant((token: string) => token.toUpperCase()),
  fc.constant((token: string) => token + token),
);

function withSegment(token: string, at: number, text: string): string {
  const segments = token.split('.');
  segments[at] = text;
  return segments.join('.');
}

/** The token with one bit of one segment's bytes flipped. */
function flipped(token: string, at: number, bit: number): string {
  const segments = token.split('.');
  const index = at % segments.length;
  const content = Buffer.from(segments[index] ?? '', 'base64url');
  if (content.length === 0) return token;
  const byte = at % content.length;
  content[byte] = (content[byte] ?? 0) ^ (1 << bit);
  return withSegment(token, index, segment(content));
}

const mutated = fc
  .tuple(
    fc.constantFrom('Bearer ', 'bearer ', 'BEARER  ', 'Bearer', 'Basic '),
    anyValid,
    fc.array(mutation, { minLength: 1, maxLength: 3 }),
  )
  .map(([scheme, token, mutations]) => scheme + mutations.reduce((text, mutate) => mutate(text), token));

const noise = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ maxLength: 300 }).map((text) => `Bearer ${text}`),
  fc.array(bytes(60).map(segment), { maxLength: 6 }).map((segments) => `Bearer ${segments.join('.')}`),
  fc.nat({ max: 9_000 }).map((length) => `Bearer ${'A'.repeat(length)}.AAAA.AAAA`),
);

it(`F1 ${TOKENS} authorization tokens that no trusted key signed are all rejected with 401`, {
  timeout: 600_000,
}, async () => {
  const authorizer = issuer.fresh();
  for (const token of valid) expect((await authorizer.decide(`Bearer ${token}`)).kind).toBe('allowed');
  const tokens = fc.oneof(
    { weight: 3, arbitrary: mutated },
    { weight: 3, arbitrary: grammar },
    { weight: 1, arbitrary: noise },
  );
  const property = fc.asyncProperty(tokens, async (authorizationToken) => {
    fc.pre(!isSigned(authorizationToken));
    expect(await authorizer.decide(authorizationToken)).toEqual({ kind: 'unauthorized' });
  });
  await fc.assert(property, { numRuns: TOKENS });
  expect(new Set(authorizer.log().map(({ event }) => event))).toEqual(
    new Set(['key-set-refreshed', 'allowed', 'rejected']),
  );
  expect(authorizer.reads).toHaveLength(valid.length);
  expect(issuer.requests).toHaveLength(1);
});
