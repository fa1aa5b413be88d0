import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auth0 } from '../../../infra/issuers/auth0.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { entraId } from '../../../infra/issuers/entra-id.ts';
import { google } from '../../../infra/issuers/google.ts';
import { keycloak } from '../../../infra/issuers/keycloak.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { okta } from '../../../infra/issuers/okta.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('RS256', 'rsa-1');
let server: LoopbackServer;
beforeAll(async () => {
  const { alg: _, ...jwk } = key.publicJwk;
  server = await startLoopbackServer(keySet(jwk));
});
afterAll(() => server.close());

const tenantId = '8a2d3c4e-1111-2222-3333-444455556666';
const api = 'https://api.acme.example';
const times = { iat: NOW - 10, exp: NOW + 3_600 };
type Claims = Readonly<Record<string, unknown>>;

/** A provider as its preset has it, and an access token as its documentation shows one. */
interface Provider {
  readonly preset: ReturnType<typeof oidc>;
  readonly typ?: string;
  readonly claims: Claims;
  /** The targets that an operator can revoke it by: token, session, client. */
  readonly targets: readonly (string | RegExp)[];
}

const auth0Claims: Claims = {
  ...times,
  iss: 'https://acme.eu.auth0.com/',
  sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
  aud: [api, 'https://acme.eu.auth0.com/userinfo'],
  scope: 'openid profile read',
};

const providers: Readonly<Record<string, Provider>> = {
  'Auth0, RFC 9068 profile': {
    preset: auth0({ domain: 'acme.eu.auth0.com', audience: api }),
    typ: 'at+jwt',
    claims: { ...auth0Claims, jti: 'LjVCcq', client_id: 'my_client_id' },
    targets: ['jti#main#LjVCcq', 'cid#main#my_client_id'],
  },
  'Auth0, its own profile with permissions': {
    preset: auth0({ domain: 'acme.eu.auth0.com', audience: api, profile: 'auth0', permissions: true }),
    typ: 'JWT',
    claims: { ...auth0Claims, scope: 'openid', azp: 'my_client_id', permissions: ['read', 'delete:all'] },
    targets: [/^th#main#[0-9a-f]{64}$/, 'cid#main#my_client_id'],
  },
  Cognito: {
    preset: cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', clients: ['c1'], resourceServer: 'orders' }),
    claims: {
      ...times,
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
      sub: 'aaaaaaaa-bbbb',
      client_id: 'c1',
      origin_jti: 'sign-in',
      event_id: 'e',
      token_use: 'access',
      scope: 'openid orders/read',
      auth_time: NOW - 10,
      jti: 'j',
      username: 'u',
      'cognito:groups': ['g'],
    },
    targets: ['jti#main#j', 'sid#main#sign-in', 'cid#main#c1'],
  },
  'Entra ID': {
    preset: entraId({ tenantId, audience: 'a-guid' }),
    typ: 'JWT',
    claims: {
      ...times,
      nbf: NOW - 10,
      iss: `https://login.microsoftonline.com/${tenantId}/v2.0`,
      aud: 'a-guid',
      aio: 'A',
      azp: 'app',
      azpacr: '0',
      oid: 'o',
      rh: 'r',
      roles: ['read'],
      scp: 'user_impersonation',
      sid: 's',
      sub: 'AAAAAAAA',
      tid: tenantId,
      uti: 'fqiBqXLPj0eQa82S-IYFAA',
      ver: '2.0',
    },
    targets: ['jti#main#fqiBqXLPj0eQa82S-IYFAA', 'sid#main#s', 'cid#main#app'],
  },
  'Keycloak with realm roles': {
    preset: keycloak({ url: 'https://sso.acme.example', realm: 'shop', audience: api, realmRoles: true }),
    typ: 'JWT',
    claims: {
      ...times,
      iss: 'https://sso.acme.example/realms/shop',
      aud: [api, 'account'],
      jti: 'onrtac:8f2b',
      sub: 'f:1:alice',
      typ: 'Bearer',
      azp: 'web',
      sid: 's',
      acr: '1',
      realm_access: { roles: ['offline_access', 'read'] },
      resource_access: { account: { roles: ['view-profile'] } },
      scope: 'email profile',
    },
    targets: ['jti#main#onrtac:8f2b', 'sid#main#s', 'cid#main#web'],
  },
  Okta: {
    preset: okta({ domain: 'acme.okta.com', audience: 'api://default' }),
    claims: {
      ...times,
      ver: 1,
      jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
      iss: 'https://acme.okta.com/oauth2/default',
      aud: 'api://default',
      cid: '0oa3',
      uid: '00u6',
      scp: ['openid', 'read'],
      sub: 'alice@acme.example',
    },
    targets: ['jti#main#AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE', 'cid#main#0oa3'],
  },
  'any issuer of RFC 9068 tokens': {
    preset: oidc({ issuer: 'https://login.acme.example', audience: api }),
    typ: 'at+jwt',
    claims: {
      ...times,
      iss: 'https://login.acme.example',
      aud: api,
      sub: 's',
      jti: 'j',
      client_id: 'c',
      scope: 'read',
    },
    targets: ['jti#main#j', 'cid#main#c'],
  },
};

async function decide({ preset, typ }: Provider, claims: Claims) {
  const issuers = [{ ...preset, alias: 'main', jwksUri: server.address }];
  const authorizer = authorizerUnderTest({ issuers });
  const token = signedToken(key, { alg: 'RS256', kid: 'rsa-1', x5t: 'x', ...(typ !== undefined && { typ }) }, claims);
  const outcome = await authorizer.decide(`Bearer ${token}`);
  const scope = outcome.kind === 'allowed' ? outcome.result.context?.scope : undefined;
  return { scope, reason: rejectionsOf(authorizer)[0], targets: authorizer.reads.flat() };
}

describe.each(Object.entries(providers))('an access token of %s', (_, provider) => {
  it('opens what its scopes say, and can be revoked by what it names', async () => {
    const { scope, reason, targets } = await decide(provider, provider.claims);
    expect(reason).toBeUndefined();
    expect(scope).toBe('read');
    for (const target of provider.targets)
      expect(targets).toContainEqual(typeof target === 'string' ? target : expect.stringMatching(target));
  });

  it('is of use to its own audience or client only', async () => {
    const changes = provider.claims.aud === undefined ? { client_id: 'c2' } : { aud: 'another' };
    expect((await decide(provider, { ...provider.claims, ...changes })).reason).toMatch(/^(audience|client)$/);
  });
});

const otherTokens: readonly (readonly [
  what: string,
  provider: keyof typeof providers,
  typ: string | undefined,
  claims: Claims,
  reason: string,
])[] = [
  ['an ID token of Auth0', 'Auth0, RFC 9068 profile', 'JWT', { aud: 'my_client_id' }, 'token-type'],
  [
    'an ID token of Auth0 where its own profile is asked',
    'Auth0, its own profile with permissions',
    'JWT',
    { aud: 'my_client_id' },
    'audience',
  ],
  ['an ID token of Cognito', 'Cognito', undefined, { token_use: 'id', aud: 'c1', client_id: undefined }, 'claim'],
  ['an ID token of Entra ID', 'Entra ID', 'JWT', { aud: 'app' }, 'audience'],
  ['a v1.0 token of Entra ID', 'Entra ID', 'JWT', { ver: '1.0' }, 'claim'],
  ['an ID token of Keycloak', 'Keycloak with realm roles', 'JWT', { typ: 'ID' }, 'claim'],
  ['a refresh token of Keycloak', 'Keycloak with realm roles', 'JWT', { typ: 'Refresh' }, 'claim'],
  ['an ID token of Okta', 'Okta', undefined, { aud: '0oa3' }, 'audience'],
  ['a logout token', 'any issuer of RFC 9068 tokens', 'logout+jwt', { events: {} }, 'token-type'],
];

it.each(otherTokens)('A17 %s is rejected', async (_, name, typ, changes, reason) => {
  const provider = providers[name];
  if (provider === undefined) throw new Error(`No provider is called ${name}.`);
  const { typ: _typ, ...rest } = provider;
  const found = await decide({ ...rest, ...(typ !== undefined && { typ }) }, { ...provider.claims, ...changes });
  expect(found.reason).toBe(reason);
});

it('an ID token of Google opens what needs no scope, when Google was asked for by name', async () => {
  const preset = google({
    clientIds: ['123.apps.googleusercontent.com'],
    acceptIdTokens: true,
    hostedDomain: 'acme.example',
  });
  const claims = {
    ...times,
    iss: 'https://accounts.google.com',
    azp: 'web',
    aud: '123.apps.googleusercontent.com',
    sub: '1076',
    hd: 'acme.example',
  };
  const provider = { preset, typ: 'JWT', claims, targets: [] };
  expect(await decide(provider, claims)).toMatchObject({ scope: '', reason: undefined });
  expect((await decide(provider, { ...claims, hd: 'other.example' })).reason).toBe('claim');
});
