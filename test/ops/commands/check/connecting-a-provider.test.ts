import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../../support/network/loopback-server.ts';
import { describedAuthorizer, operatorAtWork } from '../../../support/operator/operator-at-work.ts';
import type { PresetName } from '../../../support/tokens/issuer-presets.ts';
import { PROVIDERS } from '../../../support/tokens/provider-tokens.ts';
import { NOW } from '../../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../../support/tokens/signing-keys.ts';

const key = createSigningKey('RS256', 'key-1');

let issuer: LoopbackServer;
beforeAll(async () => {
  issuer = await startLoopbackServer(keySet(key.publicJwk));
});
afterAll(() => issuer.close());

interface Mismatch {
  readonly name: string;
  readonly found: string;
  readonly expected: string;
  readonly change: string;
}

/** What `check` finds in a provider's good token with some changes, as text at 80 columns and as JSON. */
async function checked(
  preset: PresetName,
  {
    header = {},
    claims = {},
  }: { header?: Readonly<Record<string, unknown>>; claims?: Readonly<Record<string, unknown>> },
) {
  const [{ settings, accepted }] = PROVIDERS[preset];
  const trusted = { ...settings, alias: 'main', jwksUri: `${issuer.address}/jwks` };
  const operator = await operatorAtWork(describedAuthorizer([trusted]));
  const head = { alg: 'RS256', kid: 'key-1', ...accepted.header, ...header };
  const token = signedToken(key, head, { ...accepted.claims, ...claims });
  const { out } = await operator.run('check -', token, { isTTY: true, columns: 80 });
  const document = (await operator.document('check -', token)) as unknown as { mismatches: readonly Mismatch[] };
  await operator.leave();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are left out
  return { out: out.replace(/\u001b\[[\d;]*m/g, ''), mismatches: document.mismatches, token };
}

const tenant = '8a2d3c4e-1111-2222-3333-444455556666';
const otherTenant = '00000000-1111-2222-3333-444455556666';
const idToken = /this is an ID token, which is for the client alone: send the access token/;

/** What people get wrong when they connect a provider, with what `check` must say about it. */
const TROUBLES: readonly (readonly [
  what: string,
  preset: PresetName,
  token: Parameters<typeof checked>[1],
  name: string,
  change: RegExp,
])[] = [
  [
    'a wrong tenant',
    'entraId',
    { claims: { iss: `https://login.microsoftonline.com/${otherTenant}/v2.0`, tid: otherTenant } },
    'iss',
    /change `tenantId` in entraId\(…\) of issuers\.main or add an issuer/,
  ],
  [
    'a v1.0 token',
    'entraId',
    { claims: { iss: `https://sts.windows.net/${tenant}/`, ver: '1.0', aud: 'api://orders' } },
    'iss',
    /v1\.0 token of Entra ID: in App registrations > the API > Manifest, set requestedAccessTokenVersion to 2/,
  ],
  [
    'the wrong audience',
    'entraId',
    { claims: { aud: 'graph' } },
    'aud',
    /ask for a scope of the API itself \(api:\/\//,
  ],
  [
    'the prefix api://',
    'entraId',
    { claims: { aud: 'api://6e74172b-be56-4843-9ff4-e66a39bb12e3' } },
    'aud',
    /differ only in the prefix api:\/\//,
  ],
  [
    "Auth0's own token profile",
    'auth0',
    { header: { typ: 'JWT' } },
    'typ',
    /JSON Web Token \(JWT\) Profile, or change `profile` in auth0/,
  ],
  [
    'a shared secret',
    'auth0',
    { header: { alg: 'HS256' } },
    'alg',
    /choose RS256 at the provider \(.* Signing Algorithm\)/,
  ],
  ['no signature', 'oidc', { header: { alg: 'none' } }, 'alg', /the token is not signed: choose RS256/],
  [
    'another algorithm',
    'keycloak',
    { header: { alg: 'ES256' } },
    'alg',
    /or change `algorithms` in keycloak\(…\) of issuers\.main/,
  ],
  [
    'an issuer without its slash',
    'auth0',
    { claims: { iss: 'https://acme.eu.auth0.com' } },
    'iss',
    /only in a slash at its end/,
  ],
  [
    'an issuer by http',
    'oidc',
    { claims: { iss: 'http://login.acme.example' } },
    'iss',
    /only in http in place of https/,
  ],
  [
    'an issuer in upper case',
    'oidc',
    { claims: { iss: 'https://Login.acme.example/' } },
    'iss',
    /only in upper and lower case and a slash/,
  ],
  [
    "Okta's org server",
    'okta',
    { claims: { iss: 'https://acme.okta.com' } },
    'iss',
    /ask for it at https:\/\/acme\.okta\.com\/oauth2\/default\/v1\/token/,
  ],
  ['no audience mapper', 'keycloak', { claims: { aud: 'account' } }, 'aud', /add an Audience mapper to a client scope/],
  ['an ID token', 'cognito', { claims: { token_use: 'id', client_id: undefined } }, 'token_use', idToken],
  ['an ID token', 'oidc', { header: { typ: 'JWT' }, claims: { nonce: 'n' } }, 'typ', idToken],
  ['an ID token', 'okta', { claims: { aud: 'p4Xh8Qx1cQ0nY2mZ', azp: 'p4Xh8Qx1cQ0nY2mZ' } }, 'aud', idToken],
  [
    'a refresh token',
    'keycloak',
    { header: { alg: 'HS512' }, claims: { typ: 'Refresh' } },
    'alg',
    /this is a refresh token/,
  ],
  [
    'another client',
    'cognito',
    { claims: { client_id: 'other' } },
    'client_id',
    /add the client to `clients` in cognito/,
  ],
  [
    'an audience',
    'cognito',
    { claims: { aud: 'https://b.example' } },
    'aud',
    /ask for the token without the parameter `resource`, or change `audience`/,
  ],
  [
    'another Workspace domain',
    'google',
    { claims: { hd: 'evil.example' } },
    'hd',
    /or change `hostedDomain` in google/,
  ],
  [
    'an array of scopes',
    'oidc',
    { claims: { scope: ['orders:read'] } },
    'scope',
    /set form: 'array' in claimNames\.scopes/,
  ],
  [
    'scopes elsewhere',
    'oidc',
    { claims: { scope: undefined, scp: ['orders:read'] } },
    'scope',
    /the token has scp: have the provider write scope/,
  ],
  [
    'a prefix',
    'cognito',
    { claims: { scope: 'orders/api/orders:read' } },
    'scope',
    /writes "orders\/api\/" before "orders:read": set `resourceServer`/,
  ],
  ['no key id', 'oidc', { header: { kid: undefined } }, 'kid', /have the provider write the id of the key/],
  [
    'a key of another environment',
    'oidc',
    { header: { kid: 'key-2' } },
    'kid',
    /another environment than the key set http:\/\/127/,
  ],
  [
    'a token id that is missing',
    'oidc',
    { claims: { jti: undefined } },
    'jti',
    /tokensWithoutId: 'digest' } as issuers\.main/,
  ],
  [
    'a clock that is wrong',
    'oidc',
    { claims: { iat: NOW + 60 } },
    'iat',
    /or raise `clockTolerance` of issuers\.main \(5 s\)/,
  ],
  [
    'an old token',
    'oidc',
    { claims: { iat: NOW - 90_000 } },
    'iat',
    /or raise `maxTokenAge` of issuers\.main \(86400 s\)/,
  ],
];

describe('check names the part, what is found and expected, and what to change', () => {
  it.each(TROUBLES)('%s: %s', async (_, preset, changes, name, change) => {
    const { out, mismatches, token } = await checked(preset, changes);
    const [first] = mismatches;
    expect(first).toMatchObject({ name, change: expect.stringMatching(change) });
    expect(out).toContain(`\n${name}\n  found     `);
    expect(out.replace(/\s+/g, ' ')).toContain(`expected ${first?.expected} change ${first?.change}`);
    // The verdict is a sentence, which a terminal wraps. A value without spaces stays whole, to be copied.
    const [, ...below] = out.split('\n');
    expect(below.filter((line) => line.length > 80 && /\S \S/.test(line))).toEqual([]);
    for (const part of token.split('.')) expect(out).not.toContain(part.slice(0, 20));
  });
});

describe('check of a token that is no signed JWT', () => {
  it.each([
    ['an encrypted one', 'eyJhbGciOiJkaXIifQ.AA.AA.AA.AA', '5 parts', /encrypted \(JWE\)/],
    [
      'one with a character too many',
      'e30.e30.AAAAx',
      '3 parts, of which number 3 is no base64url',
      /copy the token again/,
    ],
    ['one without a signature', 'e30.e30.', '3 parts, of which number 3 is no base64url', /copy the token again/],
    ['an opaque one', 'ya29-a0AfH6SMBx', '1 part', /the provider's access tokens are no JWTs/],
  ])('says so: %s', async (_, token, found, change) => {
    const operator = await operatorAtWork();
    const document: unknown = await operator.document('check -', token);
    await operator.leave();
    expect(document).toMatchObject({ mismatches: [{ name: 'form', found, change: expect.stringMatching(change) }] });
  });
});

describe('check of a provider whose key set cannot be had', () => {
  it('names the address and what it answers', async () => {
    const [{ settings, accepted }] = PROVIDERS.oidc;
    const gone = await startLoopbackServer((response) => response.writeHead(404).end());
    const trusted = { ...settings, alias: 'main', jwksUri: `${gone.address}/jwks` };
    const operator = await operatorAtWork(describedAuthorizer([trusted]));
    const token = signedToken(key, { alg: 'RS256', kid: 'key-1', ...accepted.header }, accepted.claims);
    const { out } = await operator.run('check -', token);
    await operator.leave();
    await gone.close();
    expect(out).toContain(`key-set: no current key set, because of status 404 at ${gone.address}/jwks.`);
  });
});
