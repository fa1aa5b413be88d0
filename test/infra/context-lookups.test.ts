import { type App, CfnWaitConditionHandle, Stack } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../infra/api-stack.ts';
import { auth0 } from '../../infra/issuers/auth0.ts';
import { oidc } from '../../infra/issuers/oidc.ts';
import type { Deployment, IssuerSettings } from '../../infra/settings/deployment-schema.ts';
import { newApp, soundDeployment } from '../support/cdk/test-app.ts';
import { FULL_SUITE } from '../support/full-suite.ts';
import {
  EVERY_OPTION,
  PRESET_NAMES,
  type PresetName,
  settingsBy,
  textOptionsOf,
} from '../support/tokens/issuer-presets.ts';

const env = { account: '123456789012', region: 'eu-west-1' };
const routes: Deployment['routes'] = [{ method: 'GET', path: '/a', scopes: [] }];
const audience = 'https://api.acme.example';

type LookUp = (value: string) => string;

/** A preset's options in which every text is looked up. */
function lookedUp(name: PresetName, look: LookUp): object {
  const options: Readonly<Record<string, unknown>> = { ...EVERY_OPTION[name] };
  const texts = textOptionsOf(name).map((option) => {
    const value = options[option];
    return [option, Array.isArray(value) ? value.map((text) => look(String(text))) : look(String(value))];
  });
  return { ...options, ...Object.fromEntries(texts) };
}

/** Settings that look every text up, by the value that the look-up finds. */
const issuers: Readonly<Record<string, (look: LookUp) => IssuerSettings>> = {
  ...Object.fromEntries(PRESET_NAMES.map((name) => [name, (look: LookUp) => settingsBy(name, lookedUp(name, look))])),
  'oidc, a part of the text': (look) => oidc({ issuer: `https://${look('b.example')}/`, audience }),
};

const options: Readonly<Record<string, (look: LookUp) => Partial<Deployment>>> = {
  alarmEmail: (look) => ({ alarmEmail: look('on-call@acme.example') }),
  realm: (look) => ({ realm: look('orders') }),
  corsOrigins: (look) => ({ corsOrigins: [look('https://a.example'), `https://${look('b.example')}`] }),
  webAcl: (look) => ({ webAcl: look('arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/ours/8a2d') }),
  encryptionKey: (look) => ({
    encryptionKey: look('arn:aws:kms:eu-west-1:123456789012:key/8a2d3c4e-1111-2222-3333-444455556666'),
  }),
  deploymentRoles: (look) => ({ deploymentRoles: [look('deploy')] }),
  contextClaims: (look) => ({ contextClaims: { tenant: look('org') } }),
};

type Case = readonly [name: string, settings: (look: LookUp) => Partial<Deployment>];

const oneByOne: readonly Case[] = [
  ...Object.entries(issuers).map(([name, main]): Case => [name, (look) => ({ issuers: { main: main(look) } })]),
  ...Object.entries(options),
];

const together: readonly Case[] = [
  [
    'every preset',
    (look) => ({
      issuers: Object.fromEntries(Object.values(issuers).map((settings, index) => [`issuer-${index}`, settings(look)])),
    }),
  ],
  ['every option', (look) => Object.assign({}, ...Object.values(options).map((option) => option(look)))],
];

interface Pass {
  readonly missing: Readonly<Record<string, string>>;
  readonly template: unknown;
}

/** One run of the app; `missing` is what the CDK command would look up now, with the values that it would find. */
function synthesize(app: App, settings: (look: LookUp) => Partial<Deployment>): Pass {
  const values = new Map<string, string>();
  const parameters = new Stack(app, 'parameters', { env });
  // CDK rejects a stack without resources.
  new CfnWaitConditionHandle(parameters, 'Nothing');
  const look = (value: string) => {
    const name = `/bearer-authorizer/parameter-${values.size}`;
    values.set(name, value);
    return StringParameter.valueFromLookup(parameters, name);
  };
  const deployment = { ...soundDeployment, routes, ...settings(look) };
  new ApiStack(app, 'bearer-authorizer', { deployment, env });
  const assembly = app.synth();
  const missing = (assembly.manifest.missing ?? []).map(({ key, props }) => {
    const { parameterName } = Object(props) as { readonly parameterName: string };
    return [key, values.get(parameterName) ?? ''];
  });
  return {
    missing: Object.fromEntries(missing),
    template: assembly.getStackByName('bearer-authorizer').template,
  };
}

describe('a value that the CDK command has yet to look up', () => {
  it.each(FULL_SUITE ? oneByOne : together)(
    'is requested in the first synth and used in the second: %s',
    (_name, settings) => {
      const { missing } = synthesize(newApp(), settings);
      expect(Object.keys(missing).length).toBeGreaterThan(0);
      const found = synthesize(newApp(missing), settings);
      expect(found.missing).toEqual({});
      const written = synthesize(newApp(), (() => settings((value) => value)) as typeof settings);
      expect(found.template).toEqual(written.template);
    },
  );

  it('is checked like any other once it has been looked up', () => {
    const settings = (look: LookUp) => ({
      issuers: { main: auth0({ domain: look('https://acme.example'), audience }) },
    });
    const { missing } = synthesize(newApp(), settings);
    expect(() => synthesize(newApp(missing), settings)).toThrow(
      'auth0: domain is "https://acme.example": write the host',
    );
  });
});
