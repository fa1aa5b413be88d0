import { auth0 } from '../../../infra/issuers/auth0.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { entraId } from '../../../infra/issuers/entra-id.ts';
import { google } from '../../../infra/issuers/google.ts';
import { keycloak } from '../../../infra/issuers/keycloak.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { okta } from '../../../infra/issuers/okta.ts';
import type { IssuerSettings } from '../../../infra/settings/deployment-schema.ts';
import type { PresetName } from './issuer-presets.ts';
import { NOW } from './sample-issuer.ts';

type JsonMembers = Readonly<Record<string, unknown>>;

/** A token's header, without `alg` and `kid`, and its claims. */
export interface TokenShape {
  readonly header: JsonMembers;
  readonly claims: JsonMembers;
}

/** Tokens as one provider issues them, and what its preset must make of them. */
export interface ProviderTokens {
  readonly name: string;
  readonly settings: IssuerSettings;
  readonly accepted: TokenShape;
  /** The routes that the token opens, of `/open`, `/a` (scope read) and `/b` (scope write). */
  readonly opens: readonly string[];
  /** What the provider's console shows as the user's id, or as the service's. */
  readonly user: string;
  /** The targets that revoke it, apart from `kid#` and `iss#`; a digest reads `…`. */
  readonly targets: readonly string[];
  /** Genuine tokens of the same provider that are not for this API, with the reason of the rejection. */
  readonly rejected: Readonly<Record<string, TokenShape & { readonly reason: string }>>;
}

const times = { iat: NOW - 10, exp: NOW + 3590 };
const audience = 'https://api.acme.example';
const client = 'p4Xh8Qx1cQ0nY2mZ';
const at = { typ: 'at+jwt' };
const jwt = { typ: 'JWT' };

/** The audience of an ID token is the client (OpenID Connect Core 1.0 section 2). */
const idToken = (iss: string, sub: string) => ({
  ...times,
  iss,
  sub,
  aud: client,
  nonce: 'n-0S6_WzA2Mj',
  at_hash: 'x',
});

const auth0Issuer = 'https://acme.eu.auth0.com/';
const auth0User = 'auth0|5f7c8ec7c33c6c004bbafe82';
const auth0Claims = {
  ...times,
  iss: auth0Issuer,
  sub: auth0User,
  aud: [audience, `${auth0Issuer}userinfo`],
  scope: 'openid profile read',
};

const pool = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI';
const updatedPool = 'https://issuer-cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI';
const cognitoUser = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
const cognitoClaims = {
  ...times,
  iss: pool,
  sub: cognitoUser,
  'cognito:groups': ['staff'],
  version: 2,
  client_id: client,
  origin_jti: 'session-of-sign-in',
  event_id: '64f513be-32db-42b0-b78e-b02127b4f463',
  token_use: 'access',
  scope: 'openid orders/read refunds/write',
  auth_time: NOW - 10,
  jti: 'access-token-id',
  username: 'alice',
};

const tenantId = '8a2d3c4e-1111-2222-3333-444455556666';
const apiId = '6e74172b-be56-4843-9ff4-e66a39bb12e3';
const entraIssuer = `https://login.microsoftonline.com/${tenantId}/v2.0`;
const entraClaims = {
  ...times,
  nbf: NOW - 10,
  iss: entraIssuer,
  aud: apiId,
  aio: 'AXQAi/8IAAAA',
  azp: client,
  azpacr: '0',
  oid: '690222be-ff1a-4d56-abd1-7e4f7d38e474',
  rh: '0.AAAA',
  sub: 'HKZpfaHyWadeOouYlitjrI-KffTm222X5rrV3xDqfKQ',
  tid: tenantId,
  uti: 'fqiBqXLPj0eQa82S-IYFAA',
  ver: '2.0',
};

const entraV1Claims = {
  ...entraClaims,
  iss: `https://sts.windows.net/${tenantId}/`,
  aud: 'api://orders',
  azp: undefined,
  azpacr: undefined,
  appid: client,
  appidacr: '0',
  idp: `https://sts.windows.net/${tenantId}/`,
  ver: '1.0',
};

const realm = 'https://sso.acme.example/realms/shop';
const keycloakClaims = {
  ...times,
  auth_time: NOW - 10,
  jti: 'onrtac:5d4b1d9a-4d3f-4a53-8d9d-3a9f6f0d6a01',
  iss: realm,
  aud: [audience, 'account'],
  sub: 'f:1:alice',
  typ: 'Bearer',
  azp: client,
  sid: 'b1a2f8ce',
  acr: '1',
  realm_access: { roles: ['offline_access', 'write'] },
  resource_access: { account: { roles: ['view-profile'] } },
  scope: 'openid read email',
  email_verified: true,
};

const oktaIssuer = 'https://acme.okta.com/oauth2/default';
const oktaClaims = {
  ...times,
  ver: 1,
  jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
  iss: oktaIssuer,
  aud: 'api://default',
  cid: client,
  uid: '00uixa271s6x7qt8I0h7',
  scp: ['openid', 'read'],
  auth_time: NOW - 10,
  sub: 'alice@acme.example',
};

const googleIssuer = 'https://accounts.google.com';
const googleClient = '1234987819200.apps.googleusercontent.com';
const googleClaims = {
  ...times,
  iss: googleIssuer,
  azp: googleClient,
  aud: googleClient,
  sub: '10769150350006150715113082367',
  at_hash: 'HK6E_P6Dh8Y93mRNtsDB1Q',
  hd: 'acme.example',
  email: 'alice@acme.example',
  email_verified: true,
};

const serviceAccount = '109876543210987654321';
const serviceClaims = {
  ...times,
  iss: 'accounts.google.com',
  aud: audience,
  azp: serviceAccount,
  sub: serviceAccount,
  email: 'orders@acme-prod.iam.gserviceaccount.com',
  email_verified: true,
};

const oidcIssuer = 'https://login.acme.example';
const rfc9068Claims = { ...times, iss: oidcIssuer, sub: 'alice', aud: audience, client_id: client, jti: 'id-1' };

/** By preset: a preset without a realistic token does not compile. */
export const PROVIDERS: Readonly<Record<PresetName, readonly [ProviderTokens, ...ProviderTokens[]]>> = {
  auth0: [
    {
      name: 'auth0, RFC 9068 profile',
      settings: auth0({ domain: 'acme.eu.auth0.com', audience }),
      accepted: { header: at, claims: { ...auth0Claims, jti: 'LzTDoz3Cft6oDhUEKBEvLS', client_id: client } },
      opens: ['GET/open', 'GET/a'],
      user: auth0User,
      targets: ['jti#main#LzTDoz3Cft6oDhUEKBEvLS', `sub#main#${auth0User}`, `cid#main#${client}`],
      rejected: { 'ID token': { header: jwt, claims: idToken(auth0Issuer, auth0User), reason: 'token-type' } },
    },
    {
      name: 'auth0, its own profile with permissions',
      settings: auth0({ domain: 'acme.eu.auth0.com', audience, profile: 'auth0', permissions: true }),
      accepted: { header: jwt, claims: { ...auth0Claims, azp: client, permissions: ['write'] } },
      opens: ['GET/open', 'GET/a', 'GET/b'],
      user: auth0User,
      targets: ['th#main#…', `sub#main#${auth0User}`, `cid#main#${client}`],
      rejected: { 'ID token': { header: jwt, claims: idToken(auth0Issuer, auth0User), reason: 'audience' } },
    },
  ],
  cognito: [
    {
      name: 'cognito',
      settings: cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', clients: [client], resourceServer: 'orders' }),
      accepted: { header: {}, claims: cognitoClaims },
      opens: ['GET/open', 'GET/a'],
      user: cognitoUser,
      targets: [
        'jti#main#access-token-id',
        'sid#main#session-of-sign-in',
        `sub#main#${cognitoUser}`,
        `cid#main#${client}`,
      ],
      rejected: {
        'ID token': {
          header: {},
          claims: { ...idToken(pool, cognitoUser), jti: 'id-token-id', token_use: 'id', 'cognito:username': 'alice' },
          reason: 'claim',
        },
        'access token of another client': {
          header: {},
          claims: { ...cognitoClaims, client_id: 'other' },
          reason: 'client',
        },
      },
    },
    {
      name: 'cognito, updated issuer',
      settings: cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', issuerType: 'updated', clients: [client] }),
      accepted: { header: {}, claims: { ...cognitoClaims, iss: updatedPool, scope: 'read' } },
      opens: ['GET/open', 'GET/a'],
      user: cognitoUser,
      targets: [
        'jti#main#access-token-id',
        'sid#main#session-of-sign-in',
        `sub#main#${cognitoUser}`,
        `cid#main#${client}`,
      ],
      rejected: { 'token of the original issuer': { header: {}, claims: cognitoClaims, reason: 'unknown-issuer' } },
    },
  ],
  entraId: [
    {
      name: 'entraId, for a user',
      settings: entraId({ tenantId, audience: apiId }),
      accepted: { header: { ...jwt, x5t: 'x' }, claims: { ...entraClaims, scp: 'read', sid: '00e1', name: 'Alice' } },
      opens: ['GET/open', 'GET/a'],
      user: entraClaims.oid,
      targets: [
        `jti#main#${entraClaims.uti}`,
        'sid#main#00e1',
        `sub#main#${entraClaims.sub}`,
        `sub#main#${entraClaims.oid}`,
        `cid#main#${client}`,
      ],
      rejected: {
        'ID token': { header: jwt, claims: { ...entraClaims, aud: client }, reason: 'audience' },
        'v1.0 token': { header: jwt, claims: { ...entraClaims, ver: '1.0', appid: client }, reason: 'claim' },
      },
    },
    {
      name: 'entraId, for a service',
      settings: entraId({ tenantId, audience: apiId }),
      accepted: { header: jwt, claims: { ...entraClaims, sub: entraClaims.oid, roles: ['write'], idtyp: 'app' } },
      opens: ['GET/open', 'GET/b'],
      user: entraClaims.oid,
      targets: [`jti#main#${entraClaims.uti}`, `sub#main#${entraClaims.oid}`, `cid#main#${client}`],
      rejected: {},
    },
    {
      name: 'entraId, v1.0',
      settings: entraId({ tenantId, audience: ['api://orders', apiId], version: '1.0' }),
      accepted: { header: { ...jwt, x5t: 'x' }, claims: { ...entraV1Claims, scp: 'read' } },
      opens: ['GET/open', 'GET/a'],
      user: entraClaims.oid,
      targets: [
        `jti#main#${entraClaims.uti}`,
        `sub#main#${entraClaims.sub}`,
        `sub#main#${entraClaims.oid}`,
        `cid#main#${client}`,
      ],
      rejected: {
        'v2.0 token': { header: jwt, claims: entraClaims, reason: 'unknown-issuer' },
        'token that says another version': { header: jwt, claims: { ...entraV1Claims, ver: '2.0' }, reason: 'claim' },
        'ID token': { header: jwt, claims: { ...entraV1Claims, aud: client, appid: undefined }, reason: 'audience' },
        'token of another tenant': {
          header: jwt,
          claims: { ...entraV1Claims, iss: `https://sts.windows.net/${apiId}/` },
          reason: 'unknown-issuer',
        },
      },
    },
  ],
  keycloak: [
    {
      name: 'keycloak, with realm roles',
      settings: keycloak({ url: 'https://sso.acme.example', realm: 'shop', audience, realmRoles: true }),
      accepted: { header: jwt, claims: keycloakClaims },
      opens: ['GET/open', 'GET/a', 'GET/b'],
      user: keycloakClaims.sub,
      targets: [
        `jti#main#${keycloakClaims.jti}`,
        'sid#main#b1a2f8ce',
        `sub#main#${keycloakClaims.sub}`,
        `cid#main#${client}`,
      ],
      rejected: {
        'ID token': { header: jwt, claims: { ...keycloakClaims, aud: client, typ: 'ID' }, reason: 'audience' },
        'ID token with an audience mapper': { header: jwt, claims: { ...keycloakClaims, typ: 'ID' }, reason: 'claim' },
        'refresh token': { header: jwt, claims: { ...keycloakClaims, typ: 'Refresh' }, reason: 'claim' },
      },
    },
  ],
  okta: [
    {
      name: 'okta',
      settings: okta({ domain: 'acme.okta.com', audience: 'api://default' }),
      accepted: { header: {}, claims: oktaClaims },
      opens: ['GET/open', 'GET/a'],
      user: oktaClaims.uid,
      targets: [
        `jti#main#${oktaClaims.jti}`,
        `sub#main#${oktaClaims.sub}`,
        `sub#main#${oktaClaims.uid}`,
        `cid#main#${client}`,
      ],
      rejected: {
        'ID token': {
          header: {},
          claims: { ...idToken(oktaIssuer, '00uixa'), jti: 'ID.x', ver: 1 },
          reason: 'audience',
        },
      },
    },
  ],
  google: [
    {
      name: 'google',
      settings: google({ clientIds: [googleClient], acceptIdTokens: true, hostedDomain: 'acme.example' }),
      accepted: { header: jwt, claims: googleClaims },
      opens: ['GET/open'],
      user: googleClaims.sub,
      targets: ['th#main#…', `sub#main#${googleClaims.sub}`, `cid#main#${googleClient}`],
      rejected: {
        'ID token for another client': { header: jwt, claims: { ...googleClaims, aud: client }, reason: 'audience' },
        'ID token of another domain': { header: jwt, claims: { ...googleClaims, hd: 'evil.example' }, reason: 'claim' },
      },
    },
    {
      name: 'google, for a service account, without a scheme',
      settings: {
        ...google({ clientIds: [audience], acceptIdTokens: true, issuerWithoutScheme: true }),
        clients: [serviceAccount],
      },
      accepted: { header: jwt, claims: serviceClaims },
      opens: ['GET/open'],
      user: serviceAccount,
      targets: ['th#main#…', `sub#main#${serviceAccount}`, `cid#main#${serviceAccount}`],
      rejected: {
        'token with the other issuer': {
          header: jwt,
          claims: { ...serviceClaims, iss: googleIssuer },
          reason: 'unknown-issuer',
        },
        "token of anybody's service account": {
          header: jwt,
          claims: { ...serviceClaims, azp: '999' },
          reason: 'client',
        },
      },
    },
  ],
  oidc: [
    {
      name: 'oidc',
      settings: oidc({ issuer: oidcIssuer, audience, jwksUri: `${oidcIssuer}/keys` }),
      accepted: { header: at, claims: { ...rfc9068Claims, scope: 'read write' } },
      opens: ['GET/open', 'GET/a', 'GET/b'],
      user: 'alice',
      targets: ['jti#main#id-1', 'sub#main#alice', `cid#main#${client}`],
      rejected: {
        'ID token': { header: jwt, claims: idToken(oidcIssuer, 'alice'), reason: 'token-type' },
        'logout token': {
          header: { typ: 'logout+jwt' },
          claims: { ...rfc9068Claims, events: {} },
          reason: 'token-type',
        },
      },
    },
  ],
};
