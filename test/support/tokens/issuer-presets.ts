import { Duration } from 'aws-cdk-lib';
import { auth0 } from '../../../infra/issuers/auth0.ts';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { entraId } from '../../../infra/issuers/entra-id.ts';
import { google } from '../../../infra/issuers/google.ts';
import { keycloak } from '../../../infra/issuers/keycloak.ts';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { okta } from '../../../infra/issuers/okta.ts';
import type { IssuerSettings } from '../../../infra/settings/deployment-schema.ts';

/** Every preset. `issuer-presets.test.ts` compares the names with the files of `infra/issuers/`. */
export const PRESETS = { auth0, cognito, entraId, google, keycloak, oidc, okta } as const;

export type PresetName = keyof typeof PRESETS;

const audience = 'https://api.acme.example';
const tenantId = '8a2d3c4e-1111-2222-3333-444455556666';
const besidesClients = {
  clockTolerance: Duration.seconds(1),
  maxTokenAge: Duration.hours(1),
  formerAliases: [],
  ignoredHeaderParameters: ['zip'],
  boundTokens: 'ignore',
  subjectAliases: ['email'],
} as const;
const common = { clients: ['spa'], ...besidesClients };

/** Every preset with all of its options. A preset or an option without a line here does not compile. */
export const EVERY_OPTION: { readonly [Name in PresetName]: Required<Parameters<(typeof PRESETS)[Name]>[0]> } = {
  auth0: { domain: 'acme.eu.auth0.com', audience, profile: 'auth0', permissions: true, ...common },
  cognito: {
    userPoolId: 'eu-central-1_AbCdEfGhI',
    issuerType: 'updated',
    clients: ['c1'],
    audience: [audience, 'another'],
    resourceServer: 'orders',
    ...besidesClients,
  },
  entraId: { tenantId, audience: tenantId, version: '1.0', cloud: 'china', ...common },
  google: {
    clientIds: ['123.apps.googleusercontent.com'],
    acceptIdTokens: true,
    issuerWithoutScheme: true,
    hostedDomain: 'acme.example',
    ...besidesClients,
  },
  keycloak: {
    url: 'https://sso.acme.example/auth',
    realm: 'shop',
    audience,
    realmRoles: true,
    algorithms: ['ES256'],
    ...common,
  },
  oidc: {
    issuer: 'https://login.acme.example/',
    audience,
    jwksUri: 'https://login.acme.example/keys',
    algorithms: ['ES256'],
    ...common,
  },
  okta: { domain: 'acme.okta.com', authorizationServerId: 'aus1', audience, ...common },
};

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/** The settings that a preset returns for options that the compiler does not check. */
export function settingsBy(preset: PresetName, options: object): IssuerSettings {
  const make: (options: never) => IssuerSettings = PRESETS[preset];
  return make(options as never);
}

/** Options of text that synth itself reads: their values must be written out. */
const READ_BY_SYNTH = [
  'profile',
  'version',
  'issuerType',
  'cloud',
  'algorithms',
  'formerAliases',
  'ignoredHeaderParameters',
  'boundTokens',
  'subjectAliases',
];

/** The names of a preset's options whose text, or list of texts, may be known later than synth. */
export function textOptionsOf(preset: PresetName): readonly string[] {
  return Object.entries(EVERY_OPTION[preset])
    .filter(([, value]) => typeof value === 'string' || Array.isArray(value))
    .flatMap(([name]) => (READ_BY_SYNTH.includes(name) ? [] : name));
}
