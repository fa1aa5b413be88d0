import { constants, verify } from 'node:crypto';
import fc from 'fast-check';
import { segment } from './signed-token.ts';
import type { SigningKey } from './signing-keys.ts';

/** Whether one of the keys signed a compact JWS, read as strictly as RFC 7515 has it. */
export function isSignedBy(keys: readonly SigningKey[], token: string): boolean {
  const [, header, payload, signature] = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token) ?? [];
  if (header === undefined || payload === undefined || signature === undefined) return false;
  const data = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  const isStrict = [header, payload, signature].every(
    (text) => Buffer.from(text, 'base64url').toString('base64url') === text,
  );
  return isStrict && keys.some((key) => hasSigned(key, data, bytes));
}

function hasSigned({ algorithm, publicKey }: SigningKey, data: Buffer, signature: Buffer): boolean {
  if (algorithm === 'EdDSA') return verify(null, data, publicKey, signature);
  if (algorithm === 'ES256') {
    return signature.length === 64 && verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);
  }
  return verify('sha256', data, { key: publicKey, padding: constants.RSA_PKCS1_PADDING }, signature);
}

/** Values that a header or a claim may be set to, and some that it may not. */
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
const member = (names: readonly string[]) =>
  fc.tuple(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...names) },
      { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
    ),
    dictionary,
  );
const objectText = (...names: readonly string[]) =>
  fc
    .array(member(names), { maxLength: 10 })
    .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`);
const headerText = objectText('alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'cty', 'zip', 'enc');
const payloadText = objectText(
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sid', 'client_id', 'scope', 'events', 'nonce'],
);
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const partOf = (token: string, at: number) => token.split('.')[at] ?? '';

/** Tokens of well-formed parts, some of them of `valid` ones, with a signature that is made up or taken from another token. */
export function composedTokens(valid: readonly string[]): fc.Arbitrary<string> {
  const anyPart = (at: number) => fc.constantFrom(...valid.map((token) => partOf(token, at)));
  return fc
    .tuple(
      fc.oneof({ weight: 3, arbitrary: anyPart(0) }, headerText.map(segment), bytes(40).map(segment)),
      fc.oneof({ weight: 3, arbitrary: anyPart(1) }, payloadText.map(segment), bytes(40).map(segment)),
      fc.oneof(
        bytes(80).map(segment),
        fc.constantFrom(64, 256, 32, 0).map((size) => segment(Buffer.alloc(size))),
        anyPart(2),
      ),
    )
    .map((segments) => segments.join('.'));
}

type Mutation = (token: string) => string;

/** The place of a valid token at which a mutation changes it. */
const place = fc.nat({ max: 2_000 });
const characters = fc.oneof(
  fc.constantFrom('A', '-', '_', '.', '=', '+', '/', ' ', '\n', '\u200d', 'é', '．'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const replaced = fc.tuple(place, characters).map(([at, text]): Mutation => {
  return (token) => token.slice(0, at % token.length) + text + token.slice((at % token.length) + 1);
});
const inserted = fc.tuple(place, characters).map(([at, text]): Mutation => {
  return (token) => token.slice(0, at % token.length) + text + token.slice(at % token.length);
});
const deleted = fc.tuple(place, fc.nat({ max: 30 })).map(([at, length]): Mutation => {
  return (token) => token.slice(0, at % token.length) + token.slice((at % token.length) + length);
});
const flippedBit = fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(([at, bit]): Mutation => {
  return (token) => flipped(token, at, bit);
});
const reordered = fc.shuffledSubarray([0, 1, 2], { minLength: 1 }).map((order): Mutation => {
  return (token) => order.map((index) => token.split('.')[index]).join('.');
});
const otherObject = fc.tuple(headerText, fc.nat({ max: 1 })).map(([text, at]): Mutation => {
  return (token) => withSegment(token, at, segment(text));
});

/** Tokens of `valid`, each changed in one to three ways. A change may leave a token as it is. */
export function mutatedTokens(valid: readonly string[]): fc.Arbitrary<string> {
  const anyValid = fc.constantFrom(...valid);
  const otherSignature = anyValid.map(
    (other): Mutation =>
      (token) =>
        withSegment(token, 2, partOf(other, 2)),
  );
  const mutation = fc.oneof(
    ...[replaced, inserted, deleted, flippedBit, reordered, otherObject, otherSignature],
    fc.constant<Mutation>((token) => token.toUpperCase()),
    fc.constant<Mutation>((token) => token + token),
  );
  return fc
    .tuple(anyValid, fc.array(mutation, { minLength: 1, maxLength: 3 }))
    .map(([token, mutations]) => mutations.reduce((text, mutate) => mutate(text), token));
}

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

/** Texts that are hardly ever tokens. */
export const noise = fc.oneof(
  fc.string({ maxLength: 300 }),
  fc.array(bytes(60).map(segment), { maxLength: 6 }).map((segments) => segments.join('.')),
  fc.nat({ max: 9_000 }).map((length) => `${'A'.repeat(length)}.AAAA.AAAA`),
);
