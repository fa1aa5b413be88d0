import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { oidc } from '../../../infra/issuers/oidc.ts';
import { issuerProblem } from '../../../infra/settings/issuer-check.ts';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { type AuthorizerOptions, allowedBy, authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { OTHER_PROVIDERS } from '../../support/tokens/other-providers.ts';
import { PROVIDERS, type ProviderTokens, type TokenShape } from '../../support/tokens/provider-tokens.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const keys = (['RS256', 'ES256'] as const).map((algorithm) => createSigningKey(algorithm, `2026-${algorithm}`));

let server: LoopbackServer;
beforeAll(async () => {
  server = await startLoopbackServer(keySet(...keys.map(({ publicJwk }) => publicJwk)));
});
afterAll(() => server.close());

/** A token as the provider signs it. */
function bearer({ header, claims }: TokenShape, { settings }: ProviderTokens): string {
  const key = keys.find(({ algorithm }) => settings.algorithms.includes(algorithm));
  if (key === undefined) throw new Error(`The test has no key for ${settings.algorithms.join()}.`);
  return `Bearer ${signedToken(key, { ...header, alg: key.algorithm, kid: key.keyId }, claims)}`;
}

/** The preset's own settings, except for the address of the key set, which is the test's. */
function authorizerFor({ settings }: ProviderTokens, options: Partial<AuthorizerOptions> = {}) {
  const issuers = [{ alias: 'main', ...settings, jwksUri: `${server.address}/keys` }];
  return authorizerUnderTest({ issuers, ...options });
}

const EVERY_PROVIDER: readonly ProviderTokens[] = [...Object.values(PROVIDERS).flat(), ...OTHER_PROVIDERS];

describe.each(EVERY_PROVIDER)('a token of $name', (provider) => {
  it('is accepted, with the scopes it carries', async () => {
    const outcome = await authorizerFor(provider).decide(bearer(provider.accepted, provider));
    expect(outcome.kind).toBe('allowed');
    expect(allowedBy(outcome)).toEqual(provider.opens);
  });

  it('can be revoked by its own id, session, subject and client', async () => {
    const authorizer = authorizerFor(provider);
    await authorizer.decide(bearer(provider.accepted, provider));
    const asked = authorizer.reads.flat().filter((target) => !/^(kid|iss)#/.test(target));
    expect(asked.map((target) => target.replace(/^th#main#[0-9a-f]{64}$/, 'th#main#…'))).toEqual(provider.targets);
  });

  it('is rejected once an entry names the user as the provider’s console does', async () => {
    const target = `sub#main#${provider.user}`;
    const readEntries = async (targets: readonly string[]) =>
      targets.includes(target) ? [{ target, before: undefined }] : [];
    const authorizer = authorizerFor(provider, { readEntries });
    expect((await authorizer.decide(bearer(provider.accepted, provider))).kind).toBe('unauthorized');
    expect(rejectionsOf(authorizer)).toEqual(['revoked']);
  });

  it('B17 is accepted for its own audience or client only', async () => {
    const { claims } = provider.accepted;
    const changed = { ...claims, aud: 'another', ...(claims.aud === undefined && { client_id: 'another' }) };
    const authorizer = authorizerFor(provider);
    expect((await authorizer.decide(bearer({ ...provider.accepted, claims: changed }, provider))).kind).toBe(
      'unauthorized',
    );
    expect(rejectionsOf(authorizer)[0]).toMatch(/^(audience|client)$/);
  });

  it('is rejected when its issuer has a slash more', async () => {
    const claims = { ...provider.accepted.claims, iss: `${provider.accepted.claims.iss}/` };
    const outcome = await authorizerFor(provider).decide(bearer({ ...provider.accepted, claims }, provider));
    expect(outcome.kind).toBe('unauthorized');
  });

  it.each(Object.entries(provider.rejected))('A17 is accepted, and the %s is rejected', async (_name, token) => {
    const authorizer = authorizerFor(provider);
    expect((await authorizer.decide(bearer(token, provider))).kind).toBe('unauthorized');
    expect(authorizer.log().at(-1)).toMatchObject({ event: 'rejected', reason: token.reason });
    expect(authorizer.reads).toEqual([]);
  });
});

describe('the table of other providers', () => {
  const document = readFileSync('docs/adding-to-your-api.md', 'utf8');
  const baseline = oidc({ issuer: 'https://issuer.example/', audience: 'api' });

  it.each(OTHER_PROVIDERS)(
    'names the settings of $name that differ from those of oidc, which synth accepts',
    (provider) => {
      const { settings, name, source } = provider;
      expect(issuerProblem('issuers.main', settings)).toBeUndefined();
      const [row = ''] = document.match(new RegExp(`^\\| \\[${name}\\].*$`, 'm')) ?? [];
      expect(row).toContain(`(${source})`);
      const differing = Object.entries(settings).flatMap(([setting, value]) => {
        const isOfIssuer = ['issuer', 'jwksUri', 'audiences'].includes(setting) && !isEmptyList(value);
        return isOfIssuer || JSON.stringify(value) === JSON.stringify(baseline[setting as never]) ? [] : [setting];
      });
      const named = row.match(
        /(?<=`)(tokenTypes|algorithms|claimNames|requiredClaims|scopePrefix|tokensWithoutId|audiences|clients|ignoredHeaderParameters)(?=:)/g,
      );
      expect(new Set(named)).toEqual(new Set(differing));
    },
  );

  it('has at least twenty providers, those with a preset included', () => {
    const names = new Set(EVERY_PROVIDER.map(({ name }) => name.split(',')[0]));
    expect(names.size).toBeGreaterThanOrEqual(20);
  });
});

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
