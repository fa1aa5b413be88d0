import { globSync, readdirSync, readFileSync } from 'node:fs';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { auth0 } from '../../../infra/issuers/auth0.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { entraId } from '../../../infra/issuers/entra-id.ts';
import { google } from '../../../infra/issuers/google.ts';
import { keycloak } from '../../../infra/issuers/keycloak.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { okta } from '../../../infra/issuers/okta.ts';
import type { IssuerSettings } from '../../../infra/settings/deployment-schema.ts';
import { issuerProblem } from '../../../infra/settings/issuer-check.ts';
import { PRESET_NAMES, type PresetName } from '../../support/tokens/issuer-presets.ts';

const tenantId = '8a2d3c4e-1111-2222-3333-444455556666';
const audience = 'https://api.acme.example';
const scopeString = (name: string) => ({ path: [name], form: 'string' });
const scopeArray = (...path: string[]) => ({ path, form: 'array' });

const presets = {
  auth0: auth0({ domain: 'acme.eu.auth0.com', audience }),
  'auth0, its own profile': auth0({ domain: 'acme.eu.auth0.com', audience, profile: 'auth0', permissions: true }),
  cognito: cognito({ userPoolId: 'eu-central-1_AbCdEfGhI', clients: ['c1'], resourceServer: 'orders' }),
  'cognito in China': cognito({ userPoolId: 'cn-north-1_AbCdEfGhI', clients: ['c1'] }),
  'cognito in GovCloud': cognito({ userPoolId: 'us-gov-west-1_AbCdEfGhI', clients: ['c1'] }),
  'cognito, updated issuer': cognito({ userPoolId: 'eu-west-1_A', clients: ['c1'], issuerType: 'updated' }),
  entraId: entraId({ tenantId, audience: 'a-guid' }),
  'entraId, v1.0': entraId({ tenantId, audience: ['api://orders', 'a-guid'], version: '1.0' }),
  'entraId, v1.0, in China': entraId({ tenantId, audience: 'a-guid', cloud: 'china', version: '1.0' }),
  'entraId, v1.0, for the government': entraId({ tenantId, audience: 'a', cloud: 'usGovernment', version: '1.0' }),
  'entraId in China': entraId({ tenantId, audience: 'a-guid', cloud: 'china' }),
  keycloak: keycloak({ url: 'https://sso.acme.example/auth', realm: 'shop', audience, realmRoles: true }),
  okta: okta({ domain: 'acme.okta.com', audience: 'api://default' }),
  google: google({ clientIds: ['123.apps.googleusercontent.com'], acceptIdTokens: true, hostedDomain: 'acme.example' }),
  'google, without a scheme': google({ clientIds: [audience], acceptIdTokens: true, issuerWithoutScheme: true }),
  oidc: oidc({ issuer: 'https://login.acme.example', audience }),
} satisfies Readonly<Record<PresetName, IssuerSettings>> & Readonly<Record<string, IssuerSettings>>;

const auth0Keys = 'https://acme.eu.auth0.com/.well-known/jwks.json';
const entraKeys = `${tenantId}/discovery/v2.0/keys`;
const withKeys = (issuer: string) => [issuer, `${issuer}/.well-known/jwks.json`] as const;

const ADDRESSES: Readonly<Record<keyof typeof presets, readonly [issuer: string, jwksUri: string | null]>> = {
  auth0: ['https://acme.eu.auth0.com/', auth0Keys],
  'auth0, its own profile': ['https://acme.eu.auth0.com/', auth0Keys],
  cognito: withKeys('https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI'),
  'cognito in China': withKeys('https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbCdEfGhI'),
  'cognito in GovCloud': withKeys('https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_AbCdEfGhI'),
  'cognito, updated issuer': withKeys('https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_A'),
  'entraId, v1.0': [
    `https://sts.windows.net/${tenantId}/`,
    `https://login.microsoftonline.com/${tenantId}/discovery/keys`,
  ],
  'entraId, v1.0, in China': [
    `https://sts.chinacloudapi.cn/${tenantId}/`,
    `https://login.partner.microsoftonline.cn/${tenantId}/discovery/keys`,
  ],
  'entraId, v1.0, for the government': [
    `https://sts.windows.net/${tenantId}/`,
    `https://login.microsoftonline.us/${tenantId}/discovery/keys`,
  ],
  entraId: [`https://login.microsoftonline.com/${tenantId}/v2.0`, `https://login.microsoftonline.com/${entraKeys}`],
  'entraId in China': [
    `https://login.partner.microsoftonline.cn/${tenantId}/v2.0`,
    `https://login.partner.microsoftonline.cn/${entraKeys}`,
  ],
  keycloak: [
    'https://sso.acme.example/auth/realms/shop',
    'https://sso.acme.example/auth/realms/shop/protocol/openid-connect/certs',
  ],
  okta: ['https://acme.okta.com/oauth2/default', 'https://acme.okta.com/oauth2/default/v1/keys'],
  google: ['https://accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'],
  'google, without a scheme': ['accounts.google.com', 'https://www.googleapis.com/oauth2/v3/certs'],
  oidc: ['https://login.acme.example', null],
};

/** The files of `infra/issuers/` without a preset. */
const OTHER_FILES = ['cognito-user-pool.ts', 'common-options.ts', 'redirect-urls.ts'];

const pascalCase = (file: string) =>
  file.replace(/\.ts$/, '').replace(/(^|-)(\w)/g, (_, _dash, letter) => letter.toUpperCase());

describe('every file of infra/issuers/ that holds a preset', () => {
  const types = readdirSync('infra/issuers')
    .filter((file) => !OTHER_FILES.includes(file))
    .map(pascalCase);
  const names = types.map((type) => `${type.charAt(0).toLowerCase()}${type.slice(1)}`);

  it('stands in the tables of these tests', () => {
    expect(names.toSorted()).toEqual([...PRESET_NAMES].toSorted());
  });

  it('is exported by the package, with the type of its options', () => {
    const library = readFileSync('infra/library.ts', 'utf8');
    for (const [index, name] of names.entries()) {
      expect(library).toMatch(new RegExp(`\\b${name}\\b.* from './issuers/`));
      expect(library).toContain(`type ${types[index]}Options`);
    }
  });

  it('is named in a document', () => {
    const documents = ['README.md', ...globSync('docs/**/*.md')].map((file) => readFileSync(file, 'utf8')).join('\n');
    for (const name of names) expect(documents).toMatch(new RegExp(`\`${name}\\b`));
  });
});

describe('an issuer preset', () => {
  it.each(Object.entries(presets))('is a sound issuer: %s', (_name, settings) => {
    expect(issuerProblem('issuers.main', settings)).toBeUndefined();
  });

  it.each(Object.entries(ADDRESSES))('knows the exact issuer and key set address of %s', (name, [issuer, jwksUri]) => {
    expect(presets[name as keyof typeof presets]).toMatchObject({ issuer, jwksUri, algorithms: ['RS256'] });
  });

  it('lets no issuer send a header parameter that points to a key, unless it is told to', () => {
    for (const preset of Object.values(presets)) expect(preset).toMatchObject({ ignoredHeaderParameters: [] });
    const issuer = { issuer: 'https://login.acme.example', audience: 'api' } as const;
    const ignoredHeaderParameters = ['jku', 'zip'] as const;
    expect(oidc({ ...issuer, ignoredHeaderParameters })).toMatchObject({ ignoredHeaderParameters });
    expect(
      keycloak({ url: 'https://sso.acme.example', realm: 'shop', audience: 'api', ignoredHeaderParameters }),
    ).toMatchObject({
      ignoredHeaderParameters,
    });
  });

  it('lets no issuer send bound tokens, unless it is told to', () => {
    for (const preset of Object.values(presets)) expect(preset).toMatchObject({ boundTokens: 'reject' });
    const told = oidc({ issuer: 'https://login.acme.example', audience, boundTokens: 'ignore' });
    expect(told).toMatchObject({ boundTokens: 'ignore' });
  });

  it('knows which claim besides sub names the user at Okta and Entra ID, and takes others', () => {
    const issuer = { issuer: 'https://login.acme.example', audience } as const;
    expect(presets.okta).toMatchObject({ subjectAliases: [['uid']] });
    expect(presets.entraId).toMatchObject({ subjectAliases: [['oid']] });
    for (const name of ['auth0', 'cognito', 'keycloak', 'google', 'oidc'] as const) {
      expect(presets[name].subjectAliases).toBeUndefined();
    }
    const more = okta({ domain: 'acme.okta.com', audience: 'api://default', subjectAliases: ['email'] });
    expect(more).toMatchObject({ subjectAliases: [['uid'], ['email']] });
    const same = entraId({ tenantId, audience: 'a-guid', subjectAliases: ['oid'] });
    expect(same).toMatchObject({ subjectAliases: [['oid']] });
    const own = ['act.sub', ['https://acme.example/email']] as const;
    expect(oidc({ ...issuer, subjectAliases: own })).toMatchObject({
      subjectAliases: [['act', 'sub'], ['https://acme.example/email']],
    });
  });

  it('accepts RFC 9068 tokens of Auth0, and tokens of its own profile without an id', () => {
    expect(presets.auth0).toMatchObject({
      tokenTypes: ['at+jwt'],
      tokensWithoutId: 'reject',
      claimNames: { scopes: [scopeString('scope')], client: ['client_id'] },
    });
    expect(presets['auth0, its own profile']).toMatchObject({
      tokenTypes: ['JWT'],
      tokensWithoutId: 'digest',
      claimNames: { scopes: [scopeString('scope'), scopeArray('permissions')], client: ['azp'] },
    });
  });

  it('accepts only access tokens of named clients from Cognito, and reads the session from origin_jti', () => {
    expect(presets.cognito).toMatchObject({
      audiences: [],
      clients: ['c1'],
      tokenTypes: [null],
      requiredClaims: { token_use: 'access' },
      scopePrefix: 'orders/',
      claimNames: { session: 'origin_jti', client: ['client_id'] },
    });
  });

  it('reads the token id from uti at Entra ID, and scopes from scp and roles of v2.0 tokens', () => {
    expect(presets.entraId).toMatchObject({
      requiredClaims: { ver: '2.0' },
      claimNames: { jwtId: 'uti', scopes: [scopeString('scp'), scopeArray('roles')], client: ['azp'] },
    });
  });

  it('tells access tokens from ID tokens by the typ claim at Keycloak', () => {
    expect(presets.keycloak).toMatchObject({
      requiredClaims: { typ: 'Bearer' },
      claimNames: { scopes: [scopeString('scope'), scopeArray('realm_access', 'roles')] },
    });
  });

  it('reads scp as an array at Okta', () => {
    expect(presets.okta.claimNames).toMatchObject({ scopes: [scopeArray('scp')], client: ['cid'] });
  });

  it('gives ID tokens of Google no scopes, and requires their Workspace domain', () => {
    expect(presets.google).toMatchObject({ requiredClaims: { hd: 'acme.example' }, claimNames: { scopes: [] } });
  });

  it('accepts tokens for 24 hours and clocks that differ by 5 seconds, unless told otherwise', () => {
    expect(presets.oidc).toMatchObject({ maxTokenAge: 86_400, clockTolerance: 5 });
    const times = { maxTokenAge: Duration.hours(1), clockTolerance: Duration.seconds(0) };
    const told = oidc({ issuer: 'https://login.acme.example', audience, ...times });
    expect(told).toMatchObject({ maxTokenAge: 3600, clockTolerance: 0 });
  });
});

describe('a preset rejects', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'the URI of an API whose tokens have its id as audience',
      () => entraId({ tenantId, audience: 'api://orders' }),
      /^entraId: audience is "api:\/\/orders": write the API's application \(client\) id, because v2\.0 tokens/,
    ],
    [
      'a version that Entra ID does not have',
      () => entraId({ tenantId, audience: 'a', version: '3.0' as '1.0' }),
      /^entraId: version is "3\.0": write only '1\.0', '2\.0'/,
    ],
    [
      'an issuer type that Cognito does not have',
      () => cognito({ userPoolId: 'eu-west-1_A', clients: ['c'], issuerType: 'UPDATED' as 'updated' }),
      /^cognito: issuerType is "UPDATED": write only 'original', 'updated'/,
    ],
    [
      'an audience of Google with a space',
      () => google({ clientIds: ['a b'], acceptIdTokens: true }),
      /^google: clientIds is \["a b"\]: write client ids, or the audience/,
    ],
    [
      'more aliases of the subject than a decision reads',
      () => oidc({ issuer: 'https://login.acme.example', audience, subjectAliases: ['a', 'b', 'c'] }),
      /^oidc: subjectAliases is \["a","b","c"\]: name at most 2, /,
    ],
    [
      'two more where the preset has one of its own',
      () => okta({ domain: 'a.okta.com', audience, subjectAliases: ['a', 'b'] }),
      /^okta: subjectAliases is \["a","b"\]: name at most 1, /,
    ],
    [
      'a claim of an address that does not stand in a list',
      () => auth0({ domain: 'a.auth0.com', audience, subjectAliases: ['https://acme.example/email'] }),
      /^auth0: subjectAliases is .*: name claims, with dots between the names of a path/,
    ],
    [
      'sub as an alias of itself',
      () => oidc({ issuer: 'https://login.acme.example', audience, subjectAliases: ['sub'] }),
      /^oidc: subjectAliases is \["sub"\]: leave out sub, which always counts/,
    ],
    [
      'a domain with a scheme',
      () => auth0({ domain: 'https://acme.auth0.com', audience }),
      /^auth0: domain is "https:\/\/acme.auth0.com": write the host name alone/,
    ],
    [
      'a missing domain',
      () => auth0({ domain: undefined as unknown as string, audience }),
      /^auth0: domain is missing: /,
    ],
    [
      'an unknown profile',
      () => auth0({ domain: 'a.auth0.com', audience, profile: 'x' as 'auth0' }),
      /^auth0: profile is "x": write only 'rfc9068', 'auth0'/,
    ],
    ['an empty audience', () => auth0({ domain: 'a.auth0.com', audience: '' }), /^auth0: audience is "": name what/],
    ['no audience at all', () => okta({ domain: 'a.okta.com', audience: [] }), /^okta: audience is \[\]: name what/],
    [
      'a user pool without Region',
      () => cognito({ userPoolId: 'AbCdEfGhI', clients: ['c'] }),
      /^cognito: userPoolId is "AbCdEfGhI": write the whole identifier/,
    ],
    [
      'a user pool open to every client',
      () => cognito({ userPoolId: 'eu-west-1_A', clients: [] }),
      /^cognito: clients is \[\]: /,
    ],
    [
      'the tenant "common"',
      () => entraId({ tenantId: 'common', audience }),
      /^entraId: tenantId is "common": write the identifier itself/,
    ],
    [
      'an unknown cloud',
      () => entraId({ tenantId, audience, cloud: 'moon' as 'china' }),
      /^entraId: cloud is "moon": write only 'global', 'usGovernment', 'china'/,
    ],
    [
      'a Keycloak address with a slash at its end',
      () => keycloak({ url: 'https://sso.acme.example/', realm: 'a', audience }),
      /^keycloak: url is .*without a slash at its end/,
    ],
    [
      'a realm with a slash',
      () => keycloak({ url: 'https://sso.acme.example', realm: 'a/b', audience }),
      /^keycloak: realm is "a\/b": /,
    ],
    [
      'Google without consent to ID tokens',
      () => google({ clientIds: ['c'], acceptIdTokens: false as unknown as true }),
      /^google: acceptIdTokens is false: write true if ID tokens/,
    ],
    [
      'an issuer that is not an address',
      () => oidc({ issuer: 'login.acme.example', audience }),
      /^oidc: issuer is "login.acme.example": write the whole address/,
    ],
    [
      'an audience that tokens for any API of the tenant have too',
      () => auth0({ domain: 'a.eu.auth0.com', audience: [audience, 'https://a.eu.auth0.com/userinfo'] }),
      /^auth0: audience is \["https:\/\/api.acme.example","https:\/\/a.eu.auth0.com\/userinfo"\]: name your own API's/,
    ],
    [
      'a user pool without app clients, in words that fit',
      () => cognito({ userPoolId: 'eu-west-1_A', clients: [] }),
      /^cognito: clients is \[\]: name the app clients that may use the API by their ids\.$/,
    ],
    [
      'a user pool whose clients are forgotten',
      () => cognito({ userPoolId: 'eu-west-1_A' } as never),
      /^cognito: clients is missing: write a list/,
    ],
    [
      'a resource server with the slash that Cognito adds',
      () => cognito({ userPoolId: 'eu-west-1_A', clients: ['c'], resourceServer: 'orders/' }),
      /^cognito: resourceServer is "orders\/": leave out the slash at its end/,
    ],
    [
      'a resource server of no name, whose scopes would all begin with a slash',
      () => cognito({ userPoolId: 'eu-west-1_A', clients: ['c'], resourceServer: '' }),
      /^cognito: resourceServer is "": write the resource server's identifier/,
    ],
    [
      "an API's URI, which no v2.0 token of Entra ID has",
      () => entraId({ tenantId, audience: 'api://8a2d3c4e-1111-2222-3333-444455556666' }),
      /^entraId: audience is "api:\/\/8a2d.*": write the API's application \(client\) id, because v2\.0 tokens/,
    ],
    [
      "an API's URI among others",
      () => entraId({ tenantId, audience: [tenantId, 'https://api.acme.example'] }),
      /^entraId: audience is .*: write the API's application \(client\) id/,
    ],
    [
      'an application id in capitals',
      () => entraId({ tenantId, audience: tenantId.toUpperCase() }),
      /^entraId: audience is .*: write it in lower case, as tokens have it/,
    ],
    [
      'a Keycloak address that names the realm already',
      () => keycloak({ url: 'https://sso.acme.example/realms/acme', realm: 'acme', audience }),
      /^keycloak: url is "https:\/\/sso.acme.example\/realms\/acme": leave out \/realms and what follows/,
    ],
    [
      'a Keycloak address that ends with realms',
      () => keycloak({ url: 'https://sso.acme.example/auth/realms', realm: 'acme', audience }),
      /^keycloak: url is .*: leave out \/realms/,
    ],
    [
      "a Keycloak key set's address",
      () => keycloak({ url: 'https://sso.acme.example/realms/acme/protocol/openid-connect', realm: 'acme', audience }),
      /^keycloak: url is .*: leave out \/realms/,
    ],
    [
      "the host of Okta's console",
      () => okta({ domain: 'acme-admin.okta.com', audience }),
      /^okta: domain is "acme-admin.okta.com": leave out -admin/,
    ],
    [
      'an organisation with the path of its authorization server',
      () => okta({ domain: 'acme.okta.com/oauth2/default', audience }),
      /^okta: domain is .*: write the host name alone/,
    ],
    [
      'an authorization server by its address',
      () => okta({ domain: 'acme.okta.com', authorizationServerId: 'https://acme.okta.com/oauth2/aus1', audience }),
      /^okta: authorizationServerId is .*: write a name without spaces or slashes/,
    ],
    [
      'the domain of personal Google accounts, which carry none',
      () => google({ clientIds: ['c'], acceptIdTokens: true, hostedDomain: 'gmail.com' }),
      /^google: hostedDomain is "gmail.com": name a Workspace domain/,
    ],
    [
      'an issuer by its discovery document',
      () => oidc({ issuer: 'https://a.example/.well-known/openid-configuration', audience }),
      /^oidc: issuer is .*: leave out \/\.well-known\//,
    ],
    [
      'all tenants of Entra ID as one issuer',
      () => oidc({ issuer: 'https://login.microsoftonline.com/common/v2.0', audience }),
      /^oidc: issuer is .*: name your tenant by its GUID/,
    ],
    [
      'a discovery document for a key set',
      () =>
        oidc({ issuer: 'https://a.example', jwksUri: 'https://a.example/.well-known/openid-configuration', audience }),
      /^oidc: jwksUri is .*: write the address of the key set itself/,
    ],
    [
      'an algorithm in small letters',
      () => oidc({ issuer: 'https://a.example', audience, algorithms: ['es256'] as never }),
      /^oidc: algorithms is \["es256"\]: name only RS256, /,
    ],
    [
      'an issuer over http that is not on loopback',
      () => oidc({ issuer: 'http://a.example', audience }),
      /^oidc: issuer is "http:\/\/a.example": write an https address/,
    ],
    [
      'a word for yes',
      () => keycloak({ url: 'https://sso.acme.example', realm: 'a', audience, realmRoles: 'no' as never }),
      /^keycloak: realmRoles is "no": write only true, false/,
    ],
    [
      'a tolerance of half seconds',
      () => oidc({ issuer: 'https://a.example', audience, clockTolerance: Duration.millis(500) }),
      /^oidc: clockTolerance is 500 millis: write whole seconds/,
    ],
    [
      'a bare number for a duration',
      () => oidc({ issuer: 'https://a.example', audience, maxTokenAge: 60 as unknown as Duration }),
      /^oidc: maxTokenAge is 60: write whole seconds, such as Duration/,
    ],
  ])('%s', (_name, preset, sentence) => {
    expect(preset).toThrow(sentence);
    expect(preset).toThrow(expect.objectContaining({ name: 'DeploymentError' }));
  });
});
