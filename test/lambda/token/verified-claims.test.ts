import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { InvalidTokenError } from '../../../lambda/errors.ts';
import { verifiedClaims } from '../../../lambda/token/verified-claims.ts';
import { allowedBy, createClock } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { type Case, expectRejected, rejectedRows, rejectionsOf } from '../../support/tokens/rejection.ts';
import { goodClaims, NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { type Content, signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const issuer = loopbackIssuer();
const { fresh, header, key } = issuer;
const bearer = (payload: Content) => `Bearer ${signedToken(key, header, payload)}`;
const withClaims = (changes: Readonly<Record<string, unknown>>) => bearer(goodClaims(changes));
/** One claim in a given spelling, such as a number as no JavaScript value would be written. */
const withRawClaim = (name: string, text: string) =>
  bearer(JSON.stringify(goodClaims({ [name]: '@' })).replace('"@"', text));

const notNumbers: readonly unknown[] = [String(NOW + 600), null, true, [], {}, [NOW + 600]];
const written = (name: string, values: readonly unknown[]): readonly Case[] =>
  values.map((value) => [`${name} ${JSON.stringify(value)}`, withClaims({ [name]: value })]);

const times = [
  ...rejectedRows(
    'B1',
    'claim',
    ...written('exp', notNumbers),
    ['exp 1e999', withRawClaim('exp', '1e999')],
    ['exp 1e15', withRawClaim('exp', '1e15')],
    ['exp in milliseconds', withClaims({ exp: (NOW + 600) * 1000 })],
    ['exp missing', withClaims({ exp: undefined })],
  ),
  ...rejectedRows('B1', 'expired', ...written('exp', [-1, 0]), ['exp -1e999', withRawClaim('exp', '-1e999')]),
  ...rejectedRows('B2', 'expired', ['exp = now - tolerance', withClaims({ exp: NOW - 5 })]),
  ...rejectedRows(
    'B3',
    'claim',
    ...['exp', 'iat', 'sub'].map((name): Case => [`${name} removed`, withClaims({ [name]: undefined })]),
  ),
  ...rejectedRows('B3', 'no-token-id', ['jti removed', withClaims({ jti: undefined })]),
  ...rejectedRows(
    'B4',
    'issued-at',
    ['iat = now + tolerance + 1', withClaims({ iat: NOW + 6 })],
    ['iat 1e999', withRawClaim('iat', '1e999')],
    ['iat in milliseconds', withClaims({ iat: NOW * 1000 })],
  ),
  ...rejectedRows('B4', 'claim', ...written('iat', notNumbers)),
  ...rejectedRows(
    'B4',
    'too-old',
    ['iat older than maxTokenAge, exp far away', withClaims({ iat: NOW - 86_400 - 6, exp: NOW + 86_400 })],
    ['iat 0', withClaims({ iat: 0 })],
    ['iat -1', withClaims({ iat: -1 })],
  ),
  ...rejectedRows(
    'B5',
    'not-before',
    ['nbf = now + tolerance + 1', withClaims({ nbf: NOW + 6 })],
    ['nbf 1e999', withRawClaim('nbf', '1e999')],
  ),
  ...rejectedRows('B5', 'claim', ...written('nbf', ['x', ...notNumbers, -1])),
];

describe('a token is rejected for its times', () => {
  it.each(times)('$id $what: 401, $reason', (row) => expectRejected(row, fresh(), issuer));
});

const accepted: readonly Case[] = [
  ['B1 exp fractional', withClaims({ exp: NOW + 600.5 })],
  ['B1 exp with an exponent', withRawClaim('exp', '18e8')],
  ['B2 exp = now - tolerance + 1', withClaims({ exp: NOW - 4 })],
  ['B4 iat = now + tolerance', withClaims({ iat: NOW + 5 })],
  ['B4 iat fractional', withClaims({ iat: NOW - 0.5 })],
  ['B4 iat as old as maxTokenAge and tolerance', withClaims({ iat: NOW - 86_400 - 5 })],
  ['B5 nbf = now + tolerance', withClaims({ nbf: NOW + 5 })],
  ['B5 nbf 0', withClaims({ nbf: 0 })],
  ['B7 aud among others', withClaims({ aud: ['other', 'api'] })],
  [
    'B9 sub, jti, sid and client_id of 255 characters',
    withClaims({ sub: 'x'.repeat(255), jti: 'y'.repeat(255), sid: 'z'.repeat(255), client_id: 'c'.repeat(255) }),
  ],
  ['B9 sub with #, quotes and stars', withClaims({ sub: 'a#b"\'*?$' })],
  ['B9 sid and client_id absent', withClaims({ sid: undefined, client_id: undefined })],
  ['B10 __proto__ as a claim', bearer(JSON.stringify(goodClaims()).replace('{', '{"__proto__":{"exp":1},'))],
  ['B10 constructor as a claim', withClaims({ constructor: 1, hasOwnProperty: 2, toString: 'x' })],
];

it.each(accepted)('%s: accepted', async (_, authorizationToken) => {
  const outcome = await fresh().decide(authorizationToken);
  expect(allowedBy(outcome)).toEqual(['GET/open', 'GET/a']);
});

it('B1 no number that JSON can write ends later than maxTokenAge after iat', async () => {
  const outcome = await fresh().decide(withClaims({ iat: NOW, exp: NOW + 10 * 86_400 }));
  expect(outcome).toHaveProperty('result.context.expiresAt', NOW + 86_400);
});

it('a token that was good is rejected once its time is over, by the clock alone', async () => {
  const clock = createClock();
  const authorizer = fresh({ clock });
  const token = withClaims({ exp: NOW + 60 });
  expect((await authorizer.decide(token)).kind).toBe('allowed');
  clock.advance(64);
  expect((await authorizer.decide(token)).kind).toBe('allowed');
  clock.advance(1);
  expect((await authorizer.decide(token)).kind).toBe('unauthorized');
  expect(rejectionsOf(authorizer)).toEqual(['expired']);
});

describe('the registered claims by themselves', () => {
  const failureOf = async (token: string, settings: Parameters<typeof trustedIssuer>[0] = {}, given?: unknown) => {
    const publicKey = given === undefined ? key.publicKey : (given as KeyObject);
    try {
      await verifiedClaims(token, publicKey, 'ES256', trustedIssuer(settings), NOW * 1000);
      return undefined;
    } catch (error) {
      return error instanceof InvalidTokenError ? error.reason : error;
    }
  };
  const good = signedToken(key, header, goodClaims());

  it('must be those of this issuer', async () => {
    expect(await failureOf(good)).toBeUndefined();
    expect(await failureOf(good, { issuer: 'https://other.example/' })).toBe('unknown-issuer');
    expect(await failureOf(good, { audiences: ['other'] })).toBe('audience');
    expect(await failureOf(good, { audiences: [] })).toBeUndefined();
  });

  it('of anything but a JWS are rejected as malformed', async () => {
    for (const token of ['a.b', '../..', `${good}.x`, good.replace('.', '../..')])
      expect(await failureOf(token)).toBe('malformed');
  });

  it('of a token of another algorithm are rejected as malformed', async () => {
    const other = createSigningKey('EdDSA', 'ec-1');
    expect(await failureOf(signedToken(other, { ...header, alg: 'EdDSA' }, goodClaims()))).toBe('malformed');
  });

  it('that cannot be verified through a fault of ours throw its error', async () => {
    expect(await failureOf(good, {}, 'no key')).toBeInstanceOf(TypeError);
  });
});
