import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type AppAtWork,
  answerOf,
  appAt,
  REDIRECT_URI,
  type Tokens,
  verified,
} from '../../support/network/app-at-work.ts';
import {
  AUDIENCE,
  type StartedAuthorizationServer,
  startAuthorizationServer,
} from '../../support/network/local-authorization-server.ts';

const server = await startAuthorizationServer();
afterAll(() => server.stop());

let app: AppAtWork;
const printed: string[] = [];
beforeEach(() => {
  app = appAt(server);
  for (const level of ['info', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void printed.push(String(line)));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  // `npm start -- --json` prints one line.
  expect(printed.splice(0)).toEqual([]);
});

const accessClaims = async (token: string) => verified(server.issuer, token, AUDIENCE);
const idClaims = async (token: string) => verified(server.issuer, token, server.app.clientId);

describe('a user who signs in', () => {
  it('has an access token of RFC 9068 with the session, and an ID token of the same session', async () => {
    const tokens = await app.signIn('alice', { scope: 'openid orders:read orders:write', max_age: '600' });
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 600, scope: 'orders:read orders:write' });
    const claims = await accessClaims(tokens.access_token);
    expect(claims).toEqual({
      ...{ iss: server.issuer, aud: AUDIENCE, sub: 'alice', client_id: 'web-app', scope: 'orders:read orders:write' },
      ...{ sid: expect.any(String), jti: expect.any(String), iat: expect.any(Number), exp: Number(claims.iat) + 600 },
    });
    const header = Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString();
    expect(JSON.parse(header)).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: server.signingKey.kid });
    expect(await idClaims(tokens.id_token)).toMatchObject({
      ...{ iss: server.issuer, sub: 'alice', sid: claims.sid, auth_time: expect.any(Number) },
    });
  });

  it.each([
    ['alice', 'orders:read orders:write'],
    ['bob', 'orders:read'],
  ])('is granted what the user may have: %s %s', async (user, scope) => {
    const tokens = await app.signIn(user, { scope: 'openid orders:read orders:write unknown' });
    expect((await accessClaims(tokens.access_token)).scope).toBe(scope);
  });

  it('has an access token without openid, and no ID token then', async () => {
    const tokens = await app.signIn('alice', { scope: 'orders:read' });
    expect(tokens.id_token).toBeUndefined();
    expect(await accessClaims(tokens.access_token)).toMatchObject({ sub: 'alice', scope: 'orders:read' });
  });

  it('has the session again after a refresh, and a used refresh token ends all of them', async () => {
    const first = await app.signIn('alice');
    const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token };
    const second = (await (await app.token(refresh)).json()) as Tokens;
    const [before, after] = await Promise.all([first, second].map((each) => accessClaims(each.access_token)));
    expect(after).toMatchObject({ sid: before?.sid, sub: 'alice', scope: 'orders:read' });
    expect(after?.jti).not.toBe(before?.jti);
    expect(await (await app.token(refresh)).json()).toMatchObject({ error: 'invalid_grant' });
    const rotated = { ...refresh, refresh_token: second.refresh_token };
    expect(await (await app.token(rotated)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('has another session in another browser', async () => {
    const sessions = await Promise.all(
      [app, appAt(server)].map(async (each) => (await accessClaims((await each.signIn('alice')).access_token)).sid),
    );
    expect(new Set(sessions).size).toBe(2);
  });

  it('is not asked again in the same browser, unless the app wants that', async () => {
    const { access_token: first } = await app.signIn('alice');
    const { access_token: second } = await app.signIn('nobody', { prompt: 'none' });
    expect((await accessClaims(second)).sid).toBe((await accessClaims(first)).sid);
    expect(answerOf(await app.authorize('nobody', { prompt: 'login' })).get('error')).toBe('access_denied');
    expect((await app.signIn('alice', { prompt: 'consent' })).access_token).toBeTypeOf('string');
  });

  it('is sent back with the answer in the mode that the app asks for', async () => {
    await app.signIn('alice');
    const fragment = await app.authorize('alice', { response_mode: 'fragment' });
    expect(fragment.headers.get('location')).toMatch(/^http:\/\/localhost:5173\/callback#code=/);
    const form = await (await app.authorize('alice', { response_mode: 'form_post' })).text();
    expect(form).toContain(`action="${REDIRECT_URI}"`);
    expect(form).toMatch(/name="code" value="/);
    expect(answerOf(await app.authorize('alice', { state: 's' })).get('state')).toBe('s');
    expect(answerOf(await app.authorize('alice')).get('iss')).toBe(server.issuer);
  });
});

describe('no code or token comes of', () => {
  it.each([
    ['a request without PKCE', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['another response type', { response_type: 'none' }, 'unsupported_response_type'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['no session, where the app forbids to ask', { prompt: 'none' }, 'login_required'],
  ])('%s', async (_, parameters, error) => {
    expect(answerOf(await app.authorize('alice', parameters)).get('error')).toBe(error);
  });

  it('a redirect URI that is not of this machine', async () => {
    const response = await app.authorize('alice', { redirect_uri: 'https://evil.example/callback' });
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
    expect(await response.text()).toContain('redirect_uri');
  });

  it('a code without its verifier', async () => {
    const code = answerOf(await app.authorize('alice')).get('code') ?? '';
    const form = { grant_type: 'authorization_code', redirect_uri: REDIRECT_URI, code, code_verifier: 'x'.repeat(43) };
    expect(await (await app.token(form)).json()).toMatchObject({ error: 'invalid_grant' });
  });
});

describe('signing out', () => {
  it('asks, ends the session and its refresh tokens, and leads back to the app', async () => {
    const { id_token: hint, refresh_token: refreshToken } = await app.signIn('alice');
    const goodbye = { post_logout_redirect_uri: 'http://localhost:5173/', state: 'bye' };
    const confirmed = await app.signOut({ id_token_hint: hint, ...goodbye });
    expect(confirmed.headers.get('location')).toBe('http://localhost:5173/?state=bye');
    expect(answerOf(await app.authorize('alice', { prompt: 'none' })).get('error')).toBe('login_required');
    const refresh = { grant_type: 'refresh_token', refresh_token: refreshToken };
    expect(await (await app.token(refresh)).json()).toMatchObject({ error: 'invalid_grant' });
  });

  it('says that it is done where the app named no address', async () => {
    expect(await (await app.browser(`${server.issuer}/session/end/success`)).text()).toContain(
      'Your session has ended.',
    );
  });
});

describe('the page of another origin', () => {
  it('may read tokens on this machine, and nowhere else', async () => {
    const allowed = async (origin: string) => {
      const form = new URLSearchParams({ client_id: 'web-app', grant_type: 'refresh_token', refresh_token: 'x' });
      const response = await fetch(`${server.issuer}/token`, { method: 'POST', headers: { origin }, body: form });
      return response.headers.get('access-control-allow-origin');
    };
    expect(await allowed('http://localhost:5173')).toBe('http://localhost:5173');
    expect(await allowed('http://127.0.0.1:3004')).toBe('http://127.0.0.1:3004');
    expect(await allowed('https://evil.example')).toBeNull();
    expect(await allowed('http://localhost.evil.example')).toBeNull();
  });
});

describe('of several audiences', () => {
  let other: StartedAuthorizationServer;
  beforeAll(async () => {
    other = await startAuthorizationServer({ audiences: ['orders api', 'http://127.0.0.1:3000/v1'] });
  });
  afterAll(() => other.stop());

  it('a token has the one that the app asks for as a resource', async () => {
    const resource = 'http://127.0.0.1:3000/v1';
    const { access_token: token } = await appAt(other).signIn('alice', { resource });
    expect(await verified(other.issuer, token, resource)).toMatchObject({ aud: resource, scope: 'orders:read' });
  });

  it('the first, even if it is no URI, is in all other tokens of users and clients', async () => {
    const { access_token: users } = await appAt(other).signIn('alice');
    expect(await verified(other.issuer, users, 'orders api')).toMatchObject({ sub: 'alice', scope: 'orders:read' });
    const response = await fetch(other.tokenEndpoint, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from('reader:reader-secret').toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: clients } = (await response.json()) as { access_token: string };
    const claims = await verified(other.issuer, clients, 'orders api');
    expect(claims).toMatchObject({ sub: 'reader', client_id: 'reader', scope: 'orders:read' });
    expect(claims).not.toHaveProperty('sid');
  });
});
