import { describe, expect, it } from 'vitest';
import { compileRoutes } from '../../../infra/routes/route-compiler.ts';
import { decisionFor } from '../../../lambda/policy/decision.ts';
import { Grants } from '../../../lambda/policy/grants.ts';
import type { AccessToken } from '../../../lambda/token/access-token.ts';
import { API_KINDS, allowedBy, STAGE_ARN } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { expectRejected } from '../../support/tokens/rejection.ts';
import { goodClaims, NOW } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';

const issuer = loopbackIssuer();
const { fresh, header, key, tokenOf } = issuer;
const good = tokenOf();

describe('C2 a policy', () => {
  const benign = fresh;
  it.each(['*', '?', 'a*?', `$${'{aws:username}'}`, '%2A', 'arn:aws:execute-api:*', '","Effect":"Allow'])(
    'is the same for a subject, client, session and token id of %j',
    async (value) => {
      const claims = { sub: value, client_id: value, sid: value, jti: value, scope: `read ${value}` };
      const policyOf = async (token: string) => {
        const outcome = await benign().decide(`Bearer ${token}`);
        return outcome.kind === 'allowed' ? outcome.result.policyDocument : outcome;
      };
      expect(await policyOf(tokenOf(claims))).toEqual(await policyOf(good));
    },
  );
});

describe('C4 a claim for the backend', () => {
  const contextOf = async (claim: unknown) => {
    const authorizer = fresh({ contextClaims: { extra: 'extra' } });
    const outcome = await authorizer.decide(`Bearer ${tokenOf({ extra: claim })}`);
    return outcome.kind === 'allowed' ? outcome.result.context : outcome;
  };
  const dropped: readonly unknown[] = [
    {},
    { a: 1 },
    [],
    ['a'],
    null,
    undefined,
    '',
    '😀',
    'a😀b',
    'é',
    '\ud83d',
    'a\nb',
    'a\u007f',
    'x'.repeat(256),
    'x'.repeat(4_000),
  ];
  it.each(dropped.map((claim) => [claim]))('is left out if it is %j, and the rest stays', async (claim) => {
    expect(await contextOf(claim)).toEqual({
      subject: 'alice',
      issuer: 'main',
      scope: 'read',
      clientId: 'client-1',
      jwtId: 'token-1',
      expiresAt: NOW + 600,
    });
  });

  it.each(['a', ' ', '~', 'x'.repeat(255), '{"a":1}', 0, -1.5, 1e21, true, false])(
    'is handed on if it is %j',
    async (claim) => {
      expect(await contextOf(claim)).toHaveProperty('extra', claim);
    },
  );

  it('of 64 kB makes the token too long', async () => {
    const authorizationToken = `Bearer ${tokenOf({ extra: 'x'.repeat(64_000) })}`;
    await expectRejected({ id: 'C4', what: '64 kB', reason: 'oversized', authorizationToken }, fresh(), issuer);
  });

  it('cannot replace what the authorizer itself says', async () => {
    const contextClaims = { subject: 'extra', issuer: 'extra', scope: 'extra', clientId: 'extra', jwtId: 'extra' };
    const authorizer = fresh({ contextClaims });
    const outcome = await authorizer.decide(`Bearer ${tokenOf({ extra: 'mallory' })}`);
    expect(outcome.kind).toBe('allowed');
    expect(JSON.stringify(outcome)).not.toContain('mallory');
  });

  it('that is an infinite number is left out', async () => {
    const text = JSON.stringify(goodClaims({ extra: '@' })).replace('"@"', '1e999');
    const authorizer = fresh({ contextClaims: { extra: 'extra' } });
    const outcome = await authorizer.decide(`Bearer ${signedToken(key, header, text)}`);
    expect(outcome).not.toHaveProperty('result.context.extra');
    expect(outcome.kind).toBe('allowed');
  });

  it.each(['__proto__', 'constructor', 'toString'])(
    'named %s is what the token itself says, or nothing',
    async (name) => {
      const authorizer = fresh({ contextClaims: { extra: name } });
      const outcome = await authorizer.decide(`Bearer ${good}`);
      expect(outcome).not.toHaveProperty('result.context.extra');
      expect(outcome.kind).toBe('allowed');
    },
  );
});

it.each(API_KINDS)('B13 the answer to one token is the same whatever was asked for, of a %s API', async (api) => {
  const authorizer = fresh({ api });
  const token = `Bearer ${good}`;
  const arn = 'arn:aws:execute-api:eu-west-1:123456789012:abc1234567/v1';
  const paths = [
    'GET/a',
    'GET/b',
    'POST/a',
    'GET/',
    'DELETE/a/b/c',
    'GET/*',
    'GET/a?x',
    'GET/%2A',
    `GET/${'$'}{aws:username}`,
    'GET/a:b',
  ];
  const outcomes = [];
  for (const path of paths) outcomes.push(await authorizer.decide(token, `${arn}/${path}`));
  expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
  expect(outcomes.map(allowedBy)[0]).toEqual(['GET/open', 'GET/a']);
});

describe('the answer for a good token', () => {
  const accessToken = {
    issuerAlias: 'main',
    formerAliases: [],
    subject: 'alice',
    subjects: ['alice'],
    revocationClaims: [],
    clientId: 'client-1',
    sessionId: 'session-1',
    jwtId: 'token-1',
    keyId: 'ec-1',
    signedPartDigest: undefined,
    scopes: new Set(['write', 'read', 'openid']),
    issuedAt: NOW,
    expiresAt: NOW + 600,
    contextClaims: { tenant: 'acme' },
  };
  const grants = new Grants(
    compileRoutes(
      [
        { method: 'GET', path: '/a', scopes: ['read', 'write'] },
        { method: 'GET', path: '/open', scopes: [] },
      ],
      'rest',
    ),
    'rest',
  );
  const contextOf = (token: AccessToken) => decisionFor(token, grants.routesGrantedBy(token.scopes), STAGE_ARN).context;
  const always = { subject: 'alice', issuer: 'main', expiresAt: NOW + 600, tenant: 'acme' };

  it('hands on no more than 1,024 characters of scopes, and no half of one', () => {
    const names = Array.from({ length: 200 }, (_, index) => `scope-${index + 100}`);
    const many = new Grants(compileRoutes([{ method: 'GET', path: '/a', scopes: names }], 'rest'), 'rest');
    const token = { ...accessToken, scopes: new Set(names) };
    const { context } = decisionFor(token, many.routesGrantedBy(token.scopes), STAGE_ARN);
    const handedOn = String(context?.scope).split(' ');
    expect(handedOn).toEqual(names.slice(0, 102));
    expect(String(context?.scope).length).toBeLessThanOrEqual(1024);
  });

  it.each([
    [512, ['a'.repeat(511), 'b'.repeat(512)]],
    [513, ['a'.repeat(511)]],
  ])('hands on 1,024 characters of scopes to the last: the second has %d', (length, expected) => {
    const names = ['a'.repeat(511), 'b'.repeat(length)];
    const long = new Grants(compileRoutes([{ method: 'GET', path: '/a', scopes: names }], 'rest'), 'rest');
    const { context } = decisionFor(accessToken, long.routesGrantedBy(new Set(names)), STAGE_ARN);
    expect(context?.scope).toBe(expected.join(' '));
  });

  it('names the subject, the client and the token id, and the scopes that open a route', () => {
    expect(contextOf(accessToken)).toStrictEqual({
      ...always,
      scope: 'write read',
      clientId: 'client-1',
      jwtId: 'token-1',
    });
  });

  it('leaves out a client and a token id that the token does not name', () => {
    expect(
      contextOf({ ...accessToken, clientId: undefined, jwtId: undefined, scopes: new Set(['openid']) }),
    ).toStrictEqual({ ...always, scope: '' });
  });

  it('names the principal by issuer and subject', () => {
    expect(decisionFor(accessToken, grants.routesGrantedBy(new Set()), STAGE_ARN).principalId).toBe('main#alice');
  });
});
