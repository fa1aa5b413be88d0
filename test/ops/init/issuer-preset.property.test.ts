import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAcceptableAddress } from '../../../lambda/token/trusted-issuer.ts';
import { examplePreset, type PresetCall, presetFor } from '../../../ops/init/issuer-preset.ts';
import { PRESET_NAMES, settingsBy } from '../../support/tokens/issuer-presets.ts';

const TENANT = '8a2d3c4e-1111-2222-3333-444455556666';

/** The issuer that a call of a preset makes the authorizer trust. */
function trusted({ preset, options }: PresetCall): string {
  return settingsBy(preset, Object.fromEntries(options.map(({ name, value }) => [name, value]))).issuer;
}

/** Issuers of every provider. */
const ISSUERS = [
  ['https://acme.eu.auth0.com/', 'auth0'],
  ['https://acme.okta.com/oauth2/default', 'okta'],
  ['https://acme.oktapreview.com/oauth2/aus1', 'okta'],
  [`https://login.microsoftonline.com/${TENANT}/v2.0`, 'entraId'],
  [`https://login.microsoftonline.us/${TENANT}/v2.0`, 'entraId'],
  [`https://login.partner.microsoftonline.cn/${TENANT}/v2.0`, 'entraId'],
  [`https://sts.windows.net/${TENANT}/`, 'entraId'],
  ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC', 'cognito'],
  ['https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC', 'cognito'],
  ['https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC', 'cognito'],
  ['https://accounts.google.com', 'google'],
  ['accounts.google.com', 'google'],
  ['https://sso.acme.example/realms/shop', 'keycloak'],
  ['https://sso.acme.example/auth/realms/shop', 'keycloak'],
  ['https://login.acme.example/', 'oidc'],
] as const;

describe('an issuer has the preset of its provider', () => {
  it('and every preset has one', () => {
    expect([...new Set(ISSUERS.map(([, preset]) => preset))].toSorted()).toEqual(PRESET_NAMES.toSorted());
  });

  it.each(ISSUERS)('%s: %s', (issuer, preset) => {
    const call = presetFor(issuer, []);
    expect(call.preset).toBe(preset);
    expect(trusted(call)).toBe(issuer);
  });

  it.each([
    ['a server of Okta that issues tokens for itself', 'https://acme.okta.com'],
    ["Okta's console", 'https://acme-admin.okta.com/oauth2/default'],
    ['a pool of another Region', 'https://cognito-idp.eu-west-1.amazonaws.com/us-east-1_AbC'],
    ['a host that only ends like one of Auth0', 'https://acme.notauth0.com/'],
    ['two realms', 'https://sso.acme.example/realms/shop/realms/other'],
  ])('but not %s', (_, issuer) => {
    expect(presetFor(issuer, []).preset).toBe('oidc');
  });

  it('Auth0 also without the slash at its end, which its tokens have', () => {
    expect(trusted(presetFor('https://acme.eu.auth0.com', []))).toBe('https://acme.eu.auth0.com/');
  });
});

describe('for whom tokens are', () => {
  it.each([
    ['https://login.acme.example/', ['a'], { name: 'audience', value: 'a' }],
    ['https://login.acme.example/', ['a', 'b'], { name: 'audience', value: ['a', 'b'] }],
    ['https://accounts.google.com', ['a'], { name: 'clientIds', value: ['a'] }],
    ['https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC', ['a'], { name: 'clients', value: ['a'] }],
  ])('%s, %j', (issuer, audiences, option) => {
    expect(presetFor(issuer, audiences).options.at(-1)).toEqual(option);
  });

  it('is an example where nobody says it', () => {
    expect(presetFor('https://login.acme.example/', []).options.at(-1)).toMatchObject({ isExample: true });
  });
});

const part = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
const host = fc.constantFrom(
  'acme.auth0.com',
  'acme.okta.com',
  'login.microsoftonline.com',
  'sts.windows.net',
  'accounts.google.com',
  'cognito-idp.eu-west-1.amazonaws.com',
  'sso.acme.example',
);
const segment = fc.oneof(part, fc.constantFrom('realms', 'oauth2', 'v2.0', 'default', TENANT, 'eu-west-1_AbC', ''));

it('whatever an address looks like, its preset trusts exactly that issuer', () => {
  fc.assert(
    fc.property(host, fc.array(segment, { maxLength: 4 }), (name, segments) => {
      const issuer = [`https://${name}`, ...segments].join('/');
      fc.pre(URL.canParse(issuer) && isAcceptableAddress(new URL(issuer)));
      const call = presetFor(issuer, []);
      const isShortened = call.preset === 'auth0' && !issuer.endsWith('/');
      expect(trusted(call)).toBe(isShortened ? `${issuer}/` : issuer);
    }),
    { numRuns: 2000 },
  );
});

it('the example is an issuer at a reserved domain, so that nobody can sign a token', () => {
  expect(trusted(examplePreset())).toMatch(/^https:\/\/[a-z.]+\.example\.com$/);
});
