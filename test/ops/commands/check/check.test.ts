import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizerDescription, lossesText } from '../../../../lambda/configuration/authorizer-description.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import {
  describedAuthorizer,
  describedTable,
  type OperatorAtWork,
  operatorAtWork,
  type PrintedDocument,
} from '../../../support/operator/operator-at-work.ts';
import { route } from '../../../support/routes/compiled-policy.ts';
import { goodClaims, NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'key-1');
const stranger = createSigningKey('ES256', 'key-1');

const tokenWith = (claims: Readonly<Record<string, unknown>> = {}, by = key) =>
  signedToken(by, { alg: 'ES256', typ: 'at+jwt', kid: by.keyId }, goodClaims({ scope: 'orders:read', ...claims }));

let issuer: LoopbackServer;
let operator: OperatorAtWork;
beforeAll(async () => {
  issuer = await startLoopbackServer(keySet(key.publicJwk));
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]));
});
afterAll(async () => {
  await operator.leave();
  await issuer.close();
});

const outcomesOf = ({ steps }: PrintedDocument) =>
  Object.fromEntries(steps.map(({ step, outcome }) => [step, outcome]));
const outcomes = async (token: string) => outcomesOf(await operator.document('check -', token));

describe('check', () => {
  it('says that a good token is accepted, and which routes it opens', async () => {
    const { exitCode, out } = await operator.run('check -', tokenWith());
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Verdict: accepted; it opens 3 routes\./);
    expect(out).toMatch(/routes +passed +GET \/whoami, GET \/orders, GET \/orders\/\{id\}/);
    expect(out).toMatch(/claims +passed +subject alice, client client-1, session session-1, id token-1/);
  });

  it('finds the token below the lines that `npm run token` prints first', async () => {
    const standardInput = `\n> bearer-authorizer@0.1.0 token\n> node ops/token.ts\n\n${tokenWith()}\n`;
    expect((await operator.run('check -', standardInput)).out).toMatch(/^Verdict: accepted/);
  });

  it('names the entry that revokes a token, its author and reason, and those that spare it', async () => {
    await operator.run('revoke session revoked-1 --by ann --reason laptop');
    await operator.run('revoke client client-9 --before 1799999000');
    const token = tokenWith({ sid: 'revoked-1', client_id: 'client-9' });
    const { exitCode, out } = await operator.run('check -', token);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^Verdict: rejected \(401\): It has been revoked\./);
    expect(out).toMatch(/REVOKED BY session revoked-1 of main: .*; written by ann on 2027-01-15T08:00:00Z: "laptop"/);
    expect(out).toMatch(/Spared by client client-9 of main/);
    expect(await operator.document('check -', token)).toMatchObject({ status: 401, reason: 'revoked' });
  });

  it('verifies an expired token as of its own time, and says that it is revoked as well', async () => {
    await operator.run('revoke subject long-gone --block --by ann');
    const token = tokenWith({ iat: NOW - 7200, exp: NOW - 3600, sub: 'long-gone' });
    const { out } = await operator.run('check -', token);
    expect(out).toMatch(/^Verdict: rejected \(401\): It has expired \(exp\)\. It is revoked as well\./);
    expect(await outcomes(token)).toMatchObject({
      signature: 'passed',
      times: 'failed',
      claims: 'passed',
      revocation: 'failed',
    });
  });

  it('shows no claims of an expired token with a bad signature', async () => {
    const token = tokenWith({ iat: NOW - 7200, exp: NOW - 3600 }, stranger);
    expect(await operator.document('check -', token)).toMatchObject({ reason: 'signature', token: null });
    expect(await outcomes(token)).toMatchObject({
      key: 'passed',
      signature: 'failed',
      times: 'not reached',
      routes: 'not reached',
    });
  });

  it.each([
    ['a foreign token', tokenWith({ iss: 'https://elsewhere.example/' }), 'unknown-issuer', 'issuer'],
    ['a token under a key that is gone', tokenWith({}, createSigningKey('ES256', 'gone')), 'unknown-key', 'key'],
    ['a token for another API', tokenWith({ aud: 'other' }), 'audience', 'claims'],
    ['a token without an id', tokenWith({ jti: undefined }), 'no-token-id', 'claims'],
    ['a token that is bound to a key', tokenWith({ cnf: { jkt: 'x' } }), 'bound-token', 'claims'],
    ['an ID token', signedToken(key, { alg: 'ES256', typ: 'JWT', kid: 'key-1' }, goodClaims()), 'token-type', 'header'],
    ['half a token', tokenWith().slice(0, 80), 'malformed', 'form'],
  ])('names the step at which %s fails', async (_, token, reason, step) => {
    expect(await operator.document('check -', token)).toMatchObject({ status: 401, reason });
    expect(await outcomes(token)).toMatchObject({ [step]: 'failed' });
  });

  it('says of a bound token what a deployment that is older than the setting boundTokens does with it', async () => {
    const { boundTokens: _, ...older } = trustedIssuer({ jwksUri: `${issuer.address}/jwks` });
    const other = await operatorAtWork(describedAuthorizer([older as ReturnType<typeof trustedIssuer>]));
    const { out } = await other.run('check -', tokenWith({ cnf: { jkt: 'x' } }));
    await other.leave();
    expect(out).toMatch(/^Verdict: accepted/);
  });

  it('says 403 for a good token whose scopes open no route', async () => {
    const narrow = { ...describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]), routes: [] };
    const other = await operatorAtWork(narrow);
    const { out } = await other.run('check -', tokenWith());
    await other.leave();
    expect(out).toMatch(/^Verdict: accepted, but its scopes open no route \(403\)/);
  });

  it('lists the requests that a good token loses: in text the first five, and the command that lists all', async () => {
    const table = [1, 2, 3, 4, 5, 6].flatMap((number) => [
      route(`GET /users${number}/{id}`, 'orders:read'),
      route(`GET /users${number}/{id}/roles`, 'admin'),
      route(`GET /users${number}/{id}/photos/{photo}`, 'orders:read'),
    ]);
    const described = describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]);
    const other = await operatorAtWork({ ...described, ...describedTable(table) });
    const { out } = await other.run('check -', tokenWith());
    const { losses, lossesLeftOut } = await other.document('check -', tokenWith());
    await other.leave();
    expect(out).toContain(
      '\nIt gets 403 for these requests of them:\n  GET /users1/{id}/photos/{photo} when photo is "roles" (literal): its policy allows ',
    );
    expect(out).toContain('\n  … and 1 more: npm run routes -- --scope orders:read --local\n');
    expect(out.match(/\(literal\)/g)).toHaveLength(5);
    expect({ number: losses?.length, lossesLeftOut }).toEqual({ number: 6, lossesLeftOut: 0 });
  });

  it('lists the losses on HTTP APIs apart where their route selection differs', async () => {
    const named = ['GET /users/{id}', 'GET /users/{id}/photos/{photo}'].map((name) => route(name, 'orders:read'));
    const described = describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]);
    const http = describedTable([...named, route('GET /users/{id}/roles', 'admin')]);
    const both: AuthorizerDescription = {
      ...{ ...described, apis: ['rest', 'http'], routes: http.routes, losses: lossesText([]) },
      ...{ httpRoutes: http.routes, httpLosses: http.losses },
    };
    const other = await operatorAtWork(both);
    const { out } = await other.run('check -', tokenWith());
    const document = await other.document('check -', tokenWith());
    await other.leave();
    expect(out).toMatch(/\nHTTP APIs: It gets 403 for these requests of them:\n {2}GET \/users\/\{id\}\/photos/);
    expect(out).not.toContain('REST APIs');
    expect(document).toMatchObject({ losses: [], http: { losses: [{ kind: 'literal' }] } });
  });

  it('lists no losses for a token that has none or is rejected', async () => {
    for (const token of [tokenWith(), tokenWith({}, stranger)]) {
      expect((await operator.run('check -', token)).out).not.toContain('It gets 403');
      expect(await operator.document('check -', token)).toMatchObject({ losses: [], lossesLeftOut: 0 });
    }
  });

  it('says that nobody can know and exits with 1 while the key set is out of reach', async () => {
    const cut = await operatorAtWork(describedAuthorizer([trustedIssuer({ jwksUri: 'http://127.0.0.1:9/jwks' })]));
    const { exitCode, out } = await cut.run('check -', tokenWith());
    await cut.leave();
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/^Verdict: nobody can know \(500, or 503 with our gateway responses\): key-set/),
    });
  });

  it('says the same, and which steps were passed, while the table cannot be read', async () => {
    const authorizer = describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]);
    const cut = await operatorAtWork(authorizer, { table: 'gone' });
    const { exitCode, out } = await cut.run('check -', tokenWith());
    const document = await cut.document('check -', tokenWith());
    await cut.leave();
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /^Verdict: nobody can know \(500, or 503 with our gateway responses\): revocation-table: ResourceNotFoundException/,
    );
    expect(document).toMatchObject({ status: 500, entries: [] });
    expect(outcomesOf(document)).toMatchObject({ times: 'passed', revocation: 'failed', routes: 'not reached' });
  });

  it('still explains an expired token while the table cannot be read', async () => {
    const authorizer = describedAuthorizer([trustedIssuer({ jwksUri: `${issuer.address}/jwks` })]);
    const cut = await operatorAtWork(authorizer, { table: 'gone' });
    const expired = tokenWith({ iat: NOW - 7200, exp: NOW - 3600 });
    const { exitCode, out } = await cut.run('check -', expired);
    const document = await cut.document('check -', expired);
    await cut.leave();
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/^Verdict: rejected \(401\): It has expired/),
    });
    expect(out).toMatch(/revocation +not reached +The table gone in eu-west-1 cannot be read: ResourceNotFound/);
    expect(outcomesOf(document)).toMatchObject({ times: 'failed', claims: 'passed', revocation: 'not reached' });
  });

  describe('names what it found and what is expected', () => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'key-1' };
    const withHeader = (changes: Readonly<Record<string, unknown>>) =>
      signedToken(key, { ...header, ...changes }, goodClaims());

    it.each([
      [
        'iss',
        tokenWith({ iss: 'https://issuer.example' }),
        '"https://issuer.example"',
        '"https://issuer.example/" (main)',
      ],
      ['iss', tokenWith({ iss: undefined }), 'absent', '"https://issuer.example/" (main)'],
      ['aud', tokenWith({ aud: 'other' }), '"other"', '"api"'],
      ['aud', tokenWith({ aud: ['a', 'b'] }), 'an array ["a","b"]', '"api"'],
      ['aud', tokenWith({ aud: undefined }), 'absent', '"api"'],
      ['aud', tokenWith({ aud: ['api', 7] }), 'an array ["api",7]', '"api"'],
      ['sub', tokenWith({ sub: undefined }), 'absent', 'a text of 1 to 255 characters'],
      ['sub', tokenWith({ sub: 7 }), 'the number 7', 'a text of 1 to 255 characters'],
      ['sub', tokenWith({ sub: '' }), '""', 'a text of 1 to 255 characters'],
      ['exp', tokenWith({ exp: undefined }), 'absent', 'a number of seconds since 1970'],
      ['exp', tokenWith({ exp: '1800000600' }), '"1800000600"', 'a number of seconds since 1970'],
      ['iat', tokenWith({ iat: undefined }), 'absent', 'a number of seconds since 1970'],
      ['nbf', tokenWith({ nbf: true }), 'the boolean true', 'a number of seconds since 1970, or absent'],
      ['jti', tokenWith({ jti: undefined }), 'absent', 'a text of 1 to 255 characters'],
      ['jti', tokenWith({ jti: { id: 1 } }), 'an object {"id":1}', 'a text of 1 to 255 characters, or absent'],
      ['sid', tokenWith({ sid: 1 }), 'the number 1', 'a text of 1 to 255 characters, or absent'],
      ['typ', withHeader({ typ: 'JWT' }), '"JWT"', '"at+jwt"'],
      ['typ', withHeader({ typ: undefined }), 'absent', '"at+jwt"'],
      ['alg', withHeader({ alg: 'PS256' }), '"PS256"', 'one of "RS256", "ES256", "EdDSA"'],
      ['kid', withHeader({ kid: undefined }), 'absent', 'a text of 1 to 255 characters'],
      ['kid', withHeader({ kid: 'gone' }), '"gone"', '"key-1", which main publishes for "ES256"'],
      ['the header', withHeader({ jku: 'https://x' }), 'with "jku"', 'alg, typ and kid only'],
      ['exp', tokenWith({ exp: NOW - 60 }), '2027-01-15T07:59:00Z (60 s ago)', 'later than now, 2027-01-15T08:00:00Z'],
    ])('%s %#', async (name, token, found, expected) => {
      const { out } = await operator.run('check -', token);
      expect(out).toContain(`\n${name}\n  found     ${found}\n  expected  ${expected}\n  change    `);
      const document: unknown = await operator.document('check -', token);
      expect(document).toMatchObject({ mismatches: [{ name, found, expected }] });
    });

    it('for the client, and for a claim that the preset requires', async () => {
      const settings = {
        jwksUri: `${issuer.address}/jwks`,
        clients: ['spa', 'app'],
        requiredClaims: { token_use: 'access' },
      };
      const strict = await operatorAtWork(describedAuthorizer([trustedIssuer(settings)]));
      const client = await strict.run('check -', tokenWith({ token_use: 'access' }));
      const use = await strict.run('check -', tokenWith({ token_use: 'id', sub: undefined }));
      await strict.leave();
      expect(client.out).toContain('client_id\n  found     "client-1"\n  expected  one of "spa", "app"\n');
      expect(use.out).toContain('token_use\n  found     "id"\n  expected  "access"\n');
      expect(use.out).toContain('sub\n  found     absent\n  expected  a text of 1 to 255 characters\n');
    });

    it.each([
      [['orders:read'], 'an array ["orders:read"]'],
      [undefined, 'absent'],
      [{ a: 1 }, 'an object {"a":1}'],
    ])('for scopes in a form that the issuer does not use: %j', async (scope, found) => {
      const { out } = await operator.run('check -', tokenWith({ scope }));
      expect(out).toContain(
        `\nscope\n  found     ${found}\n  expected  a string of scopes with spaces between, such as "orders:read"\n`,
      );
    });
  });

  it('never prints a piece of the token', async () => {
    const token = tokenWith();
    for (const command of ['check -', 'check - --json']) {
      const { out, err } = await operator.run(command, token);
      for (const part of token.split('.')) expect(out + err).not.toContain(part.slice(0, 20));
    }
  });
});
