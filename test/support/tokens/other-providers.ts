import { oidc } from '../../../infra/issuers/oidc.ts';
import type { IssuerSettings } from '../../../infra/settings/deployment-schema.ts';
import type { ProviderTokens } from './provider-tokens.ts';
import { NOW } from './sample-issuer.ts';

/** Tokens of a provider without a preset, and what a team writes: `oidc`, with what the provider does differently spread over it. */
export interface OtherProvider extends ProviderTokens {
  /** Where the provider documents its tokens. */
  readonly source: string;
}

const times = { iat: NOW - 10, exp: NOW + 3590 };
const audience = 'https://api.acme.example';
const jwt = { typ: 'JWT' };
const noScopes: IssuerSettings['claimNames'] = {
  scopes: [],
  jwtId: 'jti',
  session: 'sid',
  client: ['client_id', 'azp'],
};
const withScopes = (name: string, form: 'string' | 'array') => ({ ...noScopes, scopes: [{ path: [name], form }] });

const github = {
  ...times,
  jti: 'f4c1d6c0-2d8f-4c59-a7d5-6d1b3c1f0a11',
  iss: 'https://token.actions.githubusercontent.com',
  aud: audience,
  sub: 'repo:acme/orders:ref:refs/heads/main',
  nbf: NOW - 610,
  repository: 'acme/orders',
  repository_owner: 'acme',
  run_id: '9876543210',
  actor: 'alice',
  job_workflow_ref: 'acme/orders/.github/workflows/deploy.yml@refs/heads/main',
  ref: 'refs/heads/main',
};

const gitlab = {
  ...times,
  jti: '235b3a54-b797-45c7-ae9a-f72d7bc6ef5b',
  iss: 'https://gitlab.com',
  aud: audience,
  sub: 'project_path:acme/orders:ref_type:branch:ref:main',
  nbf: NOW - 15,
  namespace_id: '72',
  project_id: '20',
  project_path: 'acme/orders',
  user_id: '1',
  user_login: 'alice',
  pipeline_id: '574',
  job_id: '302',
  runner_id: 1,
};

const cluster = 'https://oidc.eks.eu-central-1.amazonaws.com/id/D539D4633E53DE1B71EXAMPLED539D46';
const kubernetes = {
  ...times,
  aud: ['orders-api'],
  iss: cluster,
  jti: '0b1f7a2e-6a40-4d0e-8a33-3d8c0e7d1c11',
  'kubernetes.io': {
    namespace: 'shop',
    pod: { name: 'web-7d9', uid: '900f80ed-bafe-49f0-9ae2-c5f0a3ac2cbe' },
    serviceaccount: { name: 'web', uid: 'a709ef71-30e2-489a-bd19-ade97031b9db' },
  },
  nbf: NOW - 10,
  sub: 'system:serviceaccount:shop:web',
};

const apple = {
  ...times,
  iss: 'https://appleid.apple.com',
  aud: 'com.acme.app',
  sub: '000544.5e201aec537347aeb79d23cbc345170a.1321',
  c_hash: 'x',
  email: 'alice@privaterelay.appleid.com',
  email_verified: true,
  auth_time: NOW - 10,
  nonce_supported: true,
};

const workosIssuer = 'https://api.workos.com/user_management/client_01HXYZ';
const workos = {
  ...times,
  iss: workosIssuer,
  sub: 'user_01HBEQKA6K4QJAS93VPE39W1JT',
  act: { sub: 'admin@acme.example' },
  org_id: 'org_01HRDMC6CM357W30QMHMQ96Q0S',
  role: 'member',
  permissions: ['read', 'write'],
  sid: 'session_01HQSXZGF8FHF7A9ZZFCW4387R',
  jti: '01HQSXZXPPFPKMDD32RKTFY6PV',
};

const zitadel = {
  ...times,
  iss: 'https://acme.zitadel.cloud',
  sub: '165460784409546777',
  aud: ['170086824411201793@shop', '170086774599581953'],
  azp: '170086824411201793@shop',
  nbf: NOW - 10,
  jti: 'V2_170086824411201793-at_170086824411267329',
};

const authentikIssuer = 'https://sso.acme.example/application/o/orders/';
const authentik = {
  ...times,
  iss: authentikIssuer,
  sub: '5f1c0f6d0b6f3c6d',
  aud: 'orders-client',
  auth_time: NOW - 10,
  acr: 'goauthentik.io/providers/oauth2/default',
  amr: ['pwd', 'mfa'],
  sid: '0c4a81d2f6',
  azp: 'orders-client',
  uid: 'zLm3Qm0pS7aXn5JqCk9v',
};

const pingAm = {
  ...times,
  sub: '(usr!alice)',
  cts: 'OAUTH2_STATELESS_GRANT',
  auditTrackingId: '5f1b1a6e-33f4-4f7e-9cf5-1f2f7d0a1b2c-4321',
  subname: 'alice',
  iss: 'https://am.acme.example/am/oauth2/realms/root/realms/alpha',
  tokenName: 'access_token',
  token_type: 'Bearer',
  authGrantId: 'gz2mWyxJ',
  aud: 'orders-client',
  nbf: NOW - 10,
  grant_type: 'authorization_code',
  scope: ['read', 'openid'],
  realm: '/alpha',
  expires_in: 3600,
  jti: 'S2bQ0rTjEJ4',
};

const xsuaaHost = 'https://acme.authentication.eu10.hana.ondemand.com';
const xsuaa = {
  ...times,
  jti: '8f5a3c6b9d1e4f7a8b0c1d2e3f4a5b6c',
  ext_attr: { enhancer: 'XSUAA', subaccountid: 'b2f0c6a1' },
  'xs.system.attributes': { 'xs.rolecollections': ['Orders'] },
  sub: '3b6f0a3e-9a0b-4a59-9b0e-0f9b8c7d6e5f',
  scope: ['openid', 'orders!t123.read', 'uaa.user'],
  client_id: 'sb-orders!t123',
  cid: 'sb-orders!t123',
  azp: 'sb-orders!t123',
  grant_type: 'authorization_code',
  user_id: '3b6f0a3e-9a0b-4a59-9b0e-0f9b8c7d6e5f',
  origin: 'sap.default',
  user_name: 'alice@acme.example',
  email: 'alice@acme.example',
  iss: `${xsuaaHost}/oauth/token`,
  zid: 'b2f0c6a1',
  aud: ['sb-orders!t123', 'orders!t123', 'openid'],
};

const fusionAuth = {
  ...times,
  aud: 'e9fdb985-9173-4e01-9d73-ac2d60d1dc8e',
  iss: 'acme.com',
  sub: '858a4b01-62c8-4c2f-bfa7-6d018833bea7',
  jti: '3dd6434d-79a9-4d15-98b5-7b51dbb2cd31',
  authenticationType: 'PASSWORD',
  email: 'alice@acme.example',
  applicationId: 'e9fdb985-9173-4e01-9d73-ac2d60d1dc8e',
  roles: ['read'],
  auth_time: NOW - 10,
  tid: '30663132-6464-6665-3032-326466613934',
  gty: ['authorization_code'],
};

const ory = {
  ...times,
  aud: [audience],
  client_id: '57b5a0b7-3d3c-4b0e-9f28-8d0f5b1c0a11',
  ext: {},
  iss: 'https://acme.projects.oryapis.com',
  jti: 'a1b3f8c0-7c3c-4a43-9e0a-6d0c2e1f5a7b',
  nbf: NOW - 10,
  scp: ['read', 'write'],
  sub: '7d3f1c8e-41a4-4a20-a0a1-4a7b8a0d0b1c',
};

const descopeProject = 'P2abcdefghijklmnopqrstuvwxyz';
const descope = {
  ...times,
  amr: ['email'],
  drn: 'DS',
  iss: descopeProject,
  permissions: ['read'],
  roles: ['member'],
  rexp: '2027-02-15T08:00:00Z',
  sub: 'U2abcdefghijklmnopqrstuvwxyz',
  tenants: { acme: {} },
};

const clerk = {
  ...times,
  azp: 'https://app.acme.example',
  fva: [7, -1],
  iss: 'https://clerk.acme.example',
  nbf: NOW - 20,
  sid: 'sess_2hGJ8k9',
  sts: 'active',
  sub: 'user_2hGJ8k9lm',
  v: 2,
};

const supabaseIssuer = 'https://abcdefghijklmnopqrst.supabase.co/auth/v1';
const supabase = {
  ...times,
  iss: supabaseIssuer,
  sub: '123e4567-e89b-12d3-a456-426614174000',
  aud: 'authenticated',
  email: 'alice@acme.example',
  app_metadata: { provider: 'email' },
  role: 'authenticated',
  aal: 'aal1',
  amr: [{ method: 'password', timestamp: NOW - 10 }],
  session_id: 'f6b8a0d2-5a5c-4f2e-9a70-1c5d7d1f6e0a',
  is_anonymous: false,
};

const firebase = {
  ...times,
  iss: 'https://securetoken.google.com/acme-prod',
  aud: 'acme-prod',
  auth_time: NOW - 10,
  user_id: 'q1W2e3R4t5Y6u7I8o9P0',
  sub: 'q1W2e3R4t5Y6u7I8o9P0',
  email: 'alice@acme.example',
  firebase: { identities: {}, sign_in_provider: 'password' },
};

const sts = {
  ...times,
  iss: 'https://abc12345-def4-5678-90ab-cdef12345678.tokens.sts.global.api.aws',
  aud: audience,
  sub: 'arn:aws:iam::123456789012:role/DataProcessing',
  jti: 'xyz123-def456',
  'https://sts.amazonaws.com/': { aws_account: '123456789012', org_id: 'o-abc1234567' },
};

const stytch = {
  ...times,
  iss: 'https://login.acme.example',
  sub: 'user-live-16d9ba61-97a1-4ba4-9720-b03761dc50c6',
  aud: ['project-live-c60c0abe'],
  client_id: 'connected-app-live-d731954d',
  nbf: NOW - 10,
  jti: 'LOe49j3s9d9dmacslUvrb15ZIjPbptMm7fS5UlE52JCF',
  scope: 'openid read',
};

const pingOneIssuer = 'https://auth.pingone.eu/5a1f0c6e-2d3b-4b0e-9f28-8d0f5b1c0a11/as';
const pingOne = {
  ...times,
  client_id: '0f5b1c0a-2d3b-4b0e-9f28-8d0f5b1c0a11',
  iss: pingOneIssuer,
  jti: '6f1a7a3c-8d0f-4b0e-9f28-8d0f5b1c0a11',
  aud: [audience],
  scope: 'read',
  sub: '2d3b4b0e-9f28-4d0f-8b1c-0a115a1f0c6e',
  sid: 'b1c0a115-a1f0-4c6e-9d3b-4b0e9f288d0f',
  env: '5a1f0c6e-2d3b-4b0e-9f28-8d0f5b1c0a11',
  org: 'a115a1f0-c6e2-4d3b-9b0e-9f288d0f5b1c',
};

const reads = ['GET/open', 'GET/a'];
const all = ['GET/open', 'GET/a', 'GET/b'];
const open = ['GET/open'];

export const OTHER_PROVIDERS: readonly [OtherProvider, ...OtherProvider[]] = [
  {
    name: 'GitHub Actions',
    source: 'https://docs.github.com/en/actions/reference/security/oidc',
    settings: {
      ...oidc({ issuer: github.iss, audience, clients: ['acme/orders'] }),
      tokenTypes: ['JWT'],
      claimNames: { scopes: [], jwtId: 'jti', session: 'run_id', client: ['repository'] },
    },
    accepted: { header: { ...jwt, x5t: 'x' }, claims: github },
    opens: open,
    user: github.sub,
    targets: [`jti#main#${github.jti}`, 'sid#main#9876543210', `sub#main#${github.sub}`, 'cid#main#acme/orders'],
    rejected: {
      "token of somebody else's repository, which may ask for any audience": {
        header: jwt,
        claims: { ...github, repository: 'mallory/orders', sub: 'repo:mallory/orders:ref:refs/heads/main' },
        reason: 'client',
      },
      'token for the default audience': {
        header: jwt,
        claims: { ...github, aud: 'https://github.com/acme' },
        reason: 'audience',
      },
    },
  },
  {
    name: 'GitLab CI/CD',
    source: 'https://docs.gitlab.com/ci/secrets/id_token_authentication',
    settings: {
      ...oidc({ issuer: gitlab.iss, audience, clients: ['acme/orders'] }),
      tokenTypes: ['JWT'],
      claimNames: { scopes: [], jwtId: 'jti', session: 'pipeline_id', client: ['project_path'] },
    },
    accepted: { header: jwt, claims: gitlab },
    opens: open,
    user: gitlab.sub,
    targets: [`jti#main#${gitlab.jti}`, 'sid#main#574', `sub#main#${gitlab.sub}`, 'cid#main#acme/orders'],
    rejected: {
      "token of somebody else's project, which may ask for any audience": {
        header: jwt,
        claims: { ...gitlab, project_path: 'mallory/orders' },
        reason: 'client',
      },
    },
  },
  {
    name: 'Kubernetes service accounts',
    source: 'https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/',
    settings: {
      ...oidc({ issuer: cluster, audience: 'orders-api' }),
      tokenTypes: [null],
      claimNames: noScopes,
    },
    accepted: { header: {}, claims: kubernetes },
    opens: open,
    user: kubernetes.sub,
    targets: [`jti#main#${kubernetes.jti}`, `sub#main#${kubernetes.sub}`],
    rejected: {
      'token for the API server': {
        header: {},
        claims: { ...kubernetes, aud: ['https://kubernetes.default.svc'] },
        reason: 'audience',
      },
      'old token of a secret, which never expires': {
        header: {},
        claims: { iss: 'kubernetes/serviceaccount', sub: kubernetes.sub },
        reason: 'unknown-issuer',
      },
    },
  },
  {
    name: 'Sign in with Apple',
    source: 'https://developer.apple.com/documentation/signinwithapplejs/authorizationi/id_token',
    settings: {
      ...oidc({ issuer: apple.iss, audience: 'com.acme.app', jwksUri: 'https://appleid.apple.com/auth/keys' }),
      tokenTypes: [null],
      claimNames: noScopes,
      tokensWithoutId: 'digest',
    },
    accepted: { header: {}, claims: apple },
    opens: open,
    user: apple.sub,
    targets: ['th#main#…', `sub#main#${apple.sub}`],
    rejected: {
      'identity token for another app': { header: {}, claims: { ...apple, aud: 'com.other.app' }, reason: 'audience' },
    },
  },
  {
    name: 'WorkOS AuthKit',
    source: 'https://workos.com/docs/reference/authkit/session-tokens',
    settings: {
      ...oidc({
        issuer: workosIssuer,
        audience: 'none',
        jwksUri: 'https://api.workos.com/sso/jwks/client_01HXYZ',
        clients: [workosIssuer],
      }),
      audiences: [],
      tokenTypes: [null, 'JWT'],
      claimNames: { ...withScopes('permissions', 'array'), client: ['iss'] },
    },
    accepted: { header: {}, claims: workos },
    opens: all,
    user: workos.sub,
    targets: [`jti#main#${workos.jti}`, `sid#main#${workos.sid}`, `sub#main#${workos.sub}`, `cid#main#${workosIssuer}`],
    rejected: {
      'access token of another client': {
        header: {},
        claims: { ...workos, iss: 'https://api.workos.com/user_management/client_01OTHER' },
        reason: 'unknown-issuer',
      },
      'access token whose issuer names no client': {
        header: {},
        claims: { ...workos, iss: 'https://api.workos.com' },
        reason: 'unknown-issuer',
      },
    },
  },
  {
    name: 'Zitadel',
    source: 'https://zitadel.com/docs/apis/openidoauth/claims',
    settings: { ...oidc({ issuer: zitadel.iss, audience: '170086774599581953' }), tokenTypes: [null, 'JWT'] },
    accepted: { header: {}, claims: zitadel },
    opens: open,
    user: zitadel.sub,
    targets: [`jti#main#${zitadel.jti}`, `sub#main#${zitadel.sub}`, `cid#main#${zitadel.azp}`],
    rejected: {
      'ID token, which has no id': {
        header: {},
        claims: { ...zitadel, jti: undefined, nonce: 'n', at_hash: 'x' },
        reason: 'no-token-id',
      },
    },
  },
  {
    name: 'authentik',
    source: 'https://github.com/goauthentik/authentik/blob/main/authentik/providers/oauth2/id_token.py',
    settings: {
      ...oidc({ issuer: authentikIssuer, audience: 'orders-client', jwksUri: `${authentikIssuer}jwks/` }),
      tokenTypes: ['JWT'],
      claimNames: { ...noScopes, jwtId: 'uid' },
    },
    accepted: { header: jwt, claims: authentik },
    opens: open,
    user: authentik.sub,
    targets: [
      `jti#main#${authentik.uid}`,
      `sid#main#${authentik.sid}`,
      `sub#main#${authentik.sub}`,
      'cid#main#orders-client',
    ],
    rejected: {
      'ID token, which has no id': {
        header: jwt,
        claims: { ...authentik, uid: undefined, azp: undefined, nonce: 'n' },
        reason: 'no-token-id',
      },
    },
  },
  {
    name: 'PingAM',
    source: 'https://docs.pingidentity.com/pingam/8/am-oauth2/oauth2-introspect-endpoint.html',
    settings: {
      ...oidc({
        issuer: pingAm.iss,
        audience: 'orders-client',
        jwksUri: 'https://am.acme.example/am/oauth2/realms/root/realms/alpha/connect/jwk_uri',
        ignoredHeaderParameters: ['zip'],
      }),
      tokenTypes: ['JWT'],
      requiredClaims: { tokenName: 'access_token' },
      claimNames: withScopes('scope', 'array'),
    },
    accepted: { header: { ...jwt, zip: 'NONE' }, claims: pingAm },
    opens: reads,
    user: pingAm.sub,
    targets: [`jti#main#${pingAm.jti}`, `sub#main#${pingAm.sub}`],
    rejected: {
      'refresh token': { header: jwt, claims: { ...pingAm, tokenName: 'refresh_token' }, reason: 'claim' },
      'ID token': { header: jwt, claims: { ...pingAm, tokenName: 'id_token' }, reason: 'claim' },
    },
  },
  {
    name: 'SAP XSUAA',
    source: 'https://www.npmjs.com/package/@sap/xssec',
    settings: {
      ...oidc({
        issuer: xsuaa.iss,
        audience: 'orders!t123',
        jwksUri: `${xsuaaHost}/token_keys`,
        ignoredHeaderParameters: ['jku'],
      }),
      tokenTypes: ['JWT'],
      claimNames: withScopes('scope', 'array'),
      scopePrefix: 'orders!t123.',
    },
    accepted: { header: { ...jwt, jku: `${xsuaaHost}/token_keys` }, claims: xsuaa },
    opens: reads,
    user: xsuaa.sub,
    targets: [`jti#main#${xsuaa.jti}`, `sub#main#${xsuaa.sub}`, 'cid#main#sb-orders!t123'],
    rejected: {
      'token of another application': {
        header: jwt,
        claims: { ...xsuaa, aud: ['sb-billing!t9', 'billing!t9'] },
        reason: 'audience',
      },
      'token whose header names the key address of a thief and its certificate': {
        header: { ...jwt, x5c: ['MIIB'] },
        claims: xsuaa,
        reason: 'header-parameter',
      },
    },
  },
  {
    name: 'FusionAuth',
    source: 'https://fusionauth.io/docs/v1/tech/oauth/tokens',
    settings: {
      ...oidc({
        issuer: 'https://auth.acme.example',
        audience: fusionAuth.aud,
        jwksUri: 'https://auth.acme.example/.well-known/jwks.json',
      }),
      issuer: 'acme.com',
      tokenTypes: ['JWT'],
      claimNames: { ...withScopes('roles', 'array'), client: ['applicationId'] },
    },
    accepted: { header: jwt, claims: fusionAuth },
    opens: reads,
    user: fusionAuth.sub,
    targets: [`jti#main#${fusionAuth.jti}`, `sub#main#${fusionAuth.sub}`, `cid#main#${fusionAuth.applicationId}`],
    rejected: {
      'token of a version before 1.60, whose header has a list': {
        header: { ...jwt, gty: ['authorization_code'] },
        claims: fusionAuth,
        reason: 'header-parameter',
      },
      'token for another application': { header: jwt, claims: { ...fusionAuth, aud: 'other' }, reason: 'audience' },
    },
  },
  {
    name: 'Ory',
    source: 'https://www.ory.com/docs/oauth2-oidc/jwt-access-token',
    settings: {
      ...oidc({ issuer: ory.iss, audience }),
      tokenTypes: ['JWT'],
      claimNames: withScopes('scp', 'array'),
    },
    accepted: { header: jwt, claims: ory },
    opens: all,
    user: ory.sub,
    targets: [`jti#main#${ory.jti}`, `sub#main#${ory.sub}`, `cid#main#${ory.client_id}`],
    rejected: {
      'ID token': { header: jwt, claims: { ...ory, aud: [ory.client_id], nonce: 'n' }, reason: 'audience' },
    },
  },
  {
    name: 'Descope',
    source: 'https://docs.descope.com/session-overview',
    settings: {
      ...oidc({
        issuer: 'https://api.descope.com',
        audience: 'none',
        jwksUri: `https://api.descope.com/${descopeProject}/.well-known/jwks.json`,
        clients: [descopeProject],
      }),
      issuer: descopeProject,
      audiences: [],
      tokenTypes: ['JWT'],
      requiredClaims: { drn: 'DS' },
      claimNames: { ...withScopes('permissions', 'array'), client: ['iss'] },
      tokensWithoutId: 'digest',
    },
    accepted: { header: jwt, claims: descope },
    opens: reads,
    user: descope.sub,
    targets: ['th#main#…', `sub#main#${descope.sub}`, `cid#main#${descopeProject}`],
    rejected: {
      'refresh token': { header: jwt, claims: { ...descope, drn: 'DSR' }, reason: 'claim' },
      'token of another project': { header: jwt, claims: { ...descope, iss: 'P2other' }, reason: 'unknown-issuer' },
    },
  },
  {
    name: 'Clerk',
    source: 'https://clerk.com/docs/guides/sessions/session-tokens',
    settings: {
      ...oidc({ issuer: clerk.iss, audience: 'none', clients: ['https://app.acme.example'] }),
      audiences: [],
      tokenTypes: ['JWT'],
      claimNames: { ...noScopes, client: ['azp'] },
      tokensWithoutId: 'digest',
    },
    accepted: { header: { ...jwt, cat: 'cl_B7d4PD111AAA' }, claims: clerk },
    opens: open,
    user: clerk.sub,
    targets: ['th#main#…', `sid#main#${clerk.sid}`, `sub#main#${clerk.sub}`, 'cid#main#https://app.acme.example'],
    rejected: {
      'session token of another origin': {
        header: jwt,
        claims: { ...clerk, azp: 'https://evil.example' },
        reason: 'client',
      },
      'session token without an origin': { header: jwt, claims: { ...clerk, azp: undefined }, reason: 'client' },
    },
  },
  {
    name: 'Supabase',
    source: 'https://supabase.com/docs/guides/auth/jwt-fields',
    settings: {
      ...oidc({
        issuer: supabaseIssuer,
        audience: 'authenticated',
        jwksUri: `${supabaseIssuer}/.well-known/jwks.json`,
        algorithms: ['ES256'],
      }),
      tokenTypes: ['JWT'],
      requiredClaims: { role: 'authenticated' },
      claimNames: { ...noScopes, session: 'session_id' },
      tokensWithoutId: 'digest',
    },
    accepted: { header: jwt, claims: supabase },
    opens: open,
    user: supabase.sub,
    targets: ['th#main#…', `sid#main#${supabase.session_id}`, `sub#main#${supabase.sub}`],
    rejected: {
      'token of the service role': { header: jwt, claims: { ...supabase, role: 'service_role' }, reason: 'claim' },
      'token of the anonymous role': { header: jwt, claims: { ...supabase, aud: 'anon' }, reason: 'audience' },
    },
  },
  {
    name: 'Firebase Authentication',
    source: 'https://firebase.google.com/docs/auth/admin/verify-id-tokens',
    settings: {
      ...oidc({
        issuer: firebase.iss,
        audience: 'acme-prod',
        jwksUri: 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
      }),
      tokenTypes: ['JWT'],
      claimNames: noScopes,
      tokensWithoutId: 'digest',
    },
    accepted: { header: jwt, claims: firebase },
    opens: open,
    user: firebase.sub,
    targets: ['th#main#…', `sub#main#${firebase.sub}`],
    rejected: {
      'session cookie': {
        header: jwt,
        claims: { ...firebase, iss: 'https://session.firebase.google.com/acme-prod' },
        reason: 'unknown-issuer',
      },
    },
  },
  {
    name: 'AWS STS',
    source: 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound_token_claims.html',
    settings: {
      ...oidc({ issuer: sts.iss, audience, algorithms: ['RS256', 'ES384'] }),
      tokenTypes: ['JWT'],
      claimNames: noScopes,
    },
    accepted: { header: jwt, claims: sts },
    opens: open,
    user: sts.sub,
    targets: [`jti#main#${sts.jti}`, `sub#main#${sts.sub}`],
    rejected: {
      'token of another account, which has an issuer of its own': {
        header: jwt,
        claims: { ...sts, iss: 'https://other.tokens.sts.global.api.aws' },
        reason: 'unknown-issuer',
      },
    },
  },
  {
    name: 'Stytch',
    source: 'https://stytch.com/docs/b2b/api/connected-app-access-token',
    settings: { ...oidc({ issuer: stytch.iss, audience: 'project-live-c60c0abe' }), tokenTypes: ['JWT'] },
    accepted: { header: jwt, claims: stytch },
    opens: reads,
    user: stytch.sub,
    targets: [`jti#main#${stytch.jti}`, `sub#main#${stytch.sub}`, `cid#main#${stytch.client_id}`],
    rejected: {
      'ID token': { header: jwt, claims: { ...stytch, aud: [stytch.client_id], jti: undefined }, reason: 'audience' },
    },
  },
  {
    name: 'PingOne',
    source:
      'https://developer.pingidentity.com/pingone-api/foundations/authentication-concepts/access-tokens-and-id-tokens/token-claims.html',
    settings: { ...oidc({ issuer: pingOneIssuer, audience }), tokenTypes: [null, 'at+jwt'] },
    accepted: { header: {}, claims: pingOne },
    opens: reads,
    user: pingOne.sub,
    targets: [
      `jti#main#${pingOne.jti}`,
      `sid#main#${pingOne.sid}`,
      `sub#main#${pingOne.sub}`,
      `cid#main#${pingOne.client_id}`,
    ],
    rejected: {
      'ID token': { header: {}, claims: { ...pingOne, aud: [pingOne.client_id], nonce: 'n' }, reason: 'audience' },
    },
  },
];
