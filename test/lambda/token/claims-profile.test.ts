import { describe, expect, it } from 'vitest';
import { InvalidTokenError } from '../../../lambda/errors.ts';
import { accessTokenOf } from '../../../lambda/token/claims-profile.ts';
import { keySet, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { allowedBy, authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { type Case, expectRejected, rejectedRows, rejectionsOf } from '../../support/tokens/rejection.ts';
import { goodClaims, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { type Content, signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const issuer = loopbackIssuer();
const { fresh, header, key } = issuer;
const bearer = (payload: Content) => `Bearer ${signedToken(key, header, payload)}`;
const withClaims = (changes: Readonly<Record<string, unknown>>) => bearer(goodClaims(changes));

const written = (name: string, values: readonly unknown[]): readonly Case[] =>
  values.map((value) => [`${name} ${JSON.stringify(value)}`, withClaims({ [name]: value })]);

const names = [
  ...rejectedRows(
    'B6',
    'unknown-issuer',
    ...written('iss', [
      'https://issuer.example',
      'https://issuer.example//',
      'https://ISSUER.example/',
      'HTTPS://issuer.example/',
      ' https://issuer.example/',
      'https://issuer.example/ ',
      'https://issuer.example/\u0000',
      'https://issuer.exampl',
      'https://issuer.example/tenant',
      ['https://issuer.example/'],
      {},
      null,
      1,
      '',
      '__proto__',
    ]),
    ['iss removed', withClaims({ iss: undefined })],
  ),
  ...rejectedRows(
    'B7',
    'audience',
    ...written('aud', ['API', 'ap', 'apis', ' api', '', [], ['API'], [['api']], {}, 1, null, true, [null]]),
  ),
  ...rejectedRows(
    'B7',
    'claim',
    ['aud removed', withClaims({ aud: undefined })],
    ...written('aud', [
      [1, null, 'api'],
      ['api', {}],
    ]),
  ),
  ...rejectedRows(
    'B9',
    'claim',
    ...['sub', 'jti', 'sid', 'client_id'].flatMap((name) =>
      written(name, [
        1,
        null,
        '',
        {},
        [],
        true,
        'a\nb',
        'a\u0000',
        '\u007f',
        '\u009f',
        '\ud800',
        'a\udc00',
        'x'.repeat(256),
      ]),
    ),
  ),
];

describe('a token is rejected for its names', () => {
  it.each(names)('$id $what: 401, $reason', (row) => expectRejected(row, fresh(), issuer));
});

it('B8 a token that names a key of another issuer is rejected, and that issuer is not asked', async () => {
  const others = createSigningKey('ES256', 'ec-2');
  const otherServer = await startLoopbackServer(keySet(others.publicJwk));
  const other = trustedIssuer({ alias: 'other', issuer: 'https://other.example/', jwksUri: otherServer.address });
  const issuers = [issuer.trusted(), other];
  const authorizationToken = `Bearer ${signedToken(others, { ...header, kid: 'ec-2' }, goodClaims())}`;
  const row = { id: 'B8', what: 'other key', reason: 'unknown-key' as const, authorizationToken };
  await expectRejected(row, authorizerUnderTest({ issuers }), issuer);
  expect(otherServer.requests).toEqual([]);
  const own = signedToken(others, { ...header, kid: 'ec-2' }, goodClaims({ iss: other.issuer }));
  expect((await authorizerUnderTest({ issuers }).decide(`Bearer ${own}`)).kind).toBe('allowed');
  await otherServer.close();
});

it('B8 two issuers may use one key id for different keys', async () => {
  const others = createSigningKey('ES256', 'ec-1');
  const otherServer = await startLoopbackServer(keySet(others.publicJwk));
  const other = trustedIssuer({ alias: 'other', issuer: 'https://other.example/', jwksUri: otherServer.address });
  const authorizer = authorizerUnderTest({ issuers: [issuer.trusted(), other] });
  const crossed = signedToken(others, header, goodClaims());
  const own = signedToken(others, header, goodClaims({ iss: other.issuer }));
  expect(await authorizer.decide(`Bearer ${crossed}`)).toEqual({ kind: 'unauthorized' });
  expect(rejectionsOf(authorizer)).toEqual(['signature']);
  expect(await authorizer.decide(`Bearer ${own}`)).toHaveProperty('result.principalId', 'other#alice');
  await otherServer.close();
});

it('B10 a jti that is there only through __proto__ does not count', async () => {
  const text = JSON.stringify(goodClaims({ jti: undefined })).replace('{', '{"__proto__":{"jti":"token-1"},');
  const row = { id: 'B10', what: '__proto__', reason: 'no-token-id' as const, authorizationToken: bearer(text) };
  await expectRejected(row, fresh(), issuer);
});

describe('B11 a claim that stands twice', () => {
  const twice = (name: string, first: unknown) =>
    bearer(JSON.stringify(goodClaims()).replace('{', `{${JSON.stringify(name)}:${JSON.stringify(first)},`));

  it('counts by its last value, for the policy, the revocation read and the backend', async () => {
    const authorizer = fresh({ contextClaims: { who: 'sub' } });
    const outcome = await authorizer.decide(twice('sub', 'mallory'));
    expect(outcome).toMatchObject({
      result: { principalId: 'main#alice', context: { who: 'alice', subject: 'alice' } },
    });
    expect(authorizer.reads.flat()).toContain('sub#main#alice');
    expect(JSON.stringify(outcome)).not.toContain('mallory');
  });

  it.each([
    ['scope', 'write'],
    ['exp', 1],
    ['iss', 'https://other.example/'],
    ['aud', 'other'],
    ['jti', null],
  ])('counts by its last value: %s', async (name, first) => {
    expect(allowedBy(await fresh().decide(twice(name, first)))).toEqual(['GET/open', 'GET/a']);
  });

  it('counts by its last value also if that is an unknown iss', async () => {
    const text = JSON.stringify(goodClaims()).replace('}', ',"iss":"https://other.example/"}');
    const row = { id: 'B11', what: 'iss', reason: 'unknown-issuer' as const, authorizationToken: bearer(text) };
    await expectRejected(row, fresh(), issuer);
  });
});

const ungranted: readonly unknown[] = [
  'readwrite',
  'READ',
  'write:read',
  'read\u00a0write',
  'read\twrite',
  'read\nwrite',
  'read,write',
  ['read'],
  { read: true },
  null,
  1,
  undefined,
  '',
];

it.each(ungranted)('B12 scope %j does not grant read: 403', async (scope) => {
  expect(allowedBy(await fresh().decide(withClaims({ scope })))).toEqual(['GET/open']);
});

it.each(['read write', 'write  read', ' read write ', 'write read read'])('B12 scope %j grants both', async (scope) => {
  expect(allowedBy(await fresh().decide(withClaims({ scope })))).toEqual(['GET/open', 'GET/a', 'GET/b']);
});

it('B12 the backend sees no malformed scope (RFC 6749 section 3.3)', async () => {
  const outcome = await fresh().decide(withClaims({ scope: 'read\u00a0write read ad"min wri\\te \ud800 é' }));
  expect(outcome).toHaveProperty('result.context.scope', 'read');
});

describe('scopes of an issuer that writes them otherwise', () => {
  const scopesOf = async (claim: unknown, settings: Parameters<typeof trustedIssuer>[0]) => {
    const issuers = [issuer.trusted({ ...settings })];
    const outcome = await authorizerUnderTest({ issuers }).decide(
      withClaims({ scope: undefined, scp: claim, realm: { roles: claim } }),
    );
    return outcome.kind === 'allowed' ? outcome.result.context?.scope : outcome;
  };
  const { claimNames } = trustedIssuer();
  const array = { claimNames: { ...claimNames, scopes: [{ path: ['scp'], form: 'array' as const }] } };
  const nested = { claimNames: { ...claimNames, scopes: [{ path: ['realm', 'roles'], form: 'array' as const }] } };

  it('are read from an array', async () => {
    expect(await scopesOf(['read', 'write'], array)).toBe('read write');
    expect(await scopesOf('read write', array)).toBe('');
    expect(await scopesOf(['read', 1, null, ['write'], {}], array)).toBe('read');
  });

  it('are read from an object within', async () => {
    expect(await scopesOf(['read'], nested)).toBe('read');
  });

  it('are not split at a space in an array element', async () => {
    expect(await scopesOf(['reader write', 'read'], array)).toBe('read');
  });

  it('lose their prefix, and count only with it', async () => {
    const prefixed = { ...array, scopePrefix: 'orders/' };
    expect(await scopesOf(['orders/read', 'write', 'orders/', 'other/read'], prefixed)).toBe('read');
  });
});

describe('an issuer without audience (Cognito)', () => {
  const cognito = () =>
    issuer.trusted({
      audiences: [],
      clients: ['client-0', 'client-1'],
      tokenTypes: [null],
      requiredClaims: { token_use: 'access' },
      claimNames: { ...trustedIssuer().claimNames, session: 'origin_jti', client: ['client_id'] },
      scopePrefix: 'orders/',
    });
  const decide = async (claims: Readonly<Record<string, unknown>>, more: object = {}) => {
    const authorizer = authorizerUnderTest({ issuers: [cognito()] });
    const payload = goodClaims({ aud: undefined, token_use: 'access', scope: 'orders/read read', ...claims });
    const token = signedToken(key, { alg: 'ES256', kid: 'ec-1', ...more }, payload);
    return { outcome: await authorizer.decide(`Bearer ${token}`), authorizer };
  };
  const reasonFor = async (claims: Readonly<Record<string, unknown>>, more: object = {}) =>
    rejectionsOf((await decide(claims, more)).authorizer)[0];

  it('has its access tokens accepted by client and token use', async () => {
    const { outcome, authorizer } = await decide({ origin_jti: 'sign-in-1' });
    expect(allowedBy(outcome)).toEqual(['GET/open', 'GET/a']);
    expect(authorizer.reads.flat()).toContain('sid#main#sign-in-1');
  });

  it('A17 has its ID tokens rejected', async () => {
    expect(await reasonFor({ token_use: 'id', aud: 'client-1', client_id: undefined })).toBe('claim');
  });

  it.each([
    [{ token_use: undefined }, 'claim'],
    [{ token_use: ['access'] }, 'claim'],
    [{ client_id: 'client-2' }, 'client'],
    [{ client_id: undefined }, 'client'],
    [{ client_id: ['client-1'] }, 'claim'],
    [{ aud: 1 }, 'claim'],
  ])('has a token with %j rejected: %s', async (claims, reason) => {
    expect(await reasonFor(claims)).toBe(reason);
  });

  it('has a token of another type rejected', async () => {
    expect(await reasonFor({}, { typ: 'JWT' })).toBe('token-type');
  });
});

const bindings: readonly unknown[] = [
  { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' },
  { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' },
  { jwk: {} },
  {},
  [],
  null,
  false,
  0,
  '',
  'jkt',
];

describe('B14 a token that is bound to a key or a certificate', () => {
  it.each(rejectedRows('B14', 'bound-token', ...written('cnf', bindings)))('is rejected: $what', (row) =>
    expectRejected(row, fresh(), issuer),
  );

  it.each(bindings)('is accepted as any other where the issuer’s binding is ignored: cnf %j', async (cnf) => {
    const authorizer = authorizerUnderTest({ issuers: [issuer.trusted({ boundTokens: 'ignore' })] });
    expect(allowedBy(await authorizer.decide(withClaims({ cnf })))).toEqual(['GET/open', 'GET/a']);
  });

  it('is rejected too by a function whose environment is older than the setting', async () => {
    const { boundTokens: _, ...older } = issuer.trusted();
    const authorizer = authorizerUnderTest({ issuers: [older as ReturnType<typeof issuer.trusted>] });
    expect(await authorizer.decide(withClaims({ cnf: {} }))).toEqual({ kind: 'unauthorized' });
    expect(allowedBy(await authorizer.decide(withClaims({})))).toEqual(['GET/open', 'GET/a']);
  });

  it('is none because of a cnf that is there only through __proto__', async () => {
    const text = JSON.stringify(goodClaims()).replace('{', '{"__proto__":{"cnf":{}},');
    expect(allowedBy(await fresh().decide(bearer(text)))).toEqual(['GET/open', 'GET/a']);
  });
});

describe('the profile by itself, whatever was checked before', () => {
  const reasonFor = (claims: Readonly<Record<string, unknown>>, settings: Parameters<typeof trustedIssuer>[0] = {}) => {
    try {
      accessTokenOf(
        goodClaims(claims),
        trustedIssuer(settings),
        { keyId: 'k', signedPartDigest: 'd' },
        { contextClaims: {} },
      );
      return undefined;
    } catch (error) {
      return error instanceof InvalidTokenError ? error.reason : error;
    }
  };

  it('requires an audience where the issuer has one', () => {
    expect(reasonFor({ aud: undefined })).toBe('claim');
    expect(reasonFor({ aud: undefined }, { audiences: [] })).toBeUndefined();
    expect(reasonFor({ aud: 1 }, { audiences: [] })).toBe('claim');
  });

  it.each([[['api']], [['api', null]], [[]]])('rejects an audience that is not among %j', (audiences) => {
    expect(reasonFor({ aud: 'other' }, { audiences })).toBe('audience');
    expect(reasonFor({ aud: ['other', 'another'] }, { audiences })).toBe('audience');
  });

  it.each(['exp', 'iat'])('requires %s as a number of seconds', (name) => {
    for (const value of [undefined, null, '1', -1, 1e11, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect([value, reasonFor({ [name]: value })]).toEqual([value, 'claim']);
    }
    for (const value of [0, 0.5, 1e11 - 1]) expect(reasonFor({ [name]: value })).toBeUndefined();
  });
});
