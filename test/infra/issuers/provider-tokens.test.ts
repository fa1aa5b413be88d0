import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { type AuthorizerOptions, allowedBy, authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { PROVIDERS, type ProviderTokens, type TokenShape } from '../../support/tokens/provider-tokens.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('RS256', '2026-01');

let server: LoopbackServer;
beforeAll(async () => {
  server = await startLoopbackServer(keySet(key.publicJwk));
});
afterAll(() => server.close());

function bearer({ header, claims }: TokenShape): string {
  return `Bearer ${signedToken(key, { ...header, alg: 'RS256', kid: key.keyId }, claims)}`;
}

/** The preset's own settings, except for the address of the key set, which is the test's. */
function authorizerFor({ settings }: ProviderTokens, options: Partial<AuthorizerOptions> = {}) {
  const issuers = [{ alias: 'main', ...settings, jwksUri: `${server.address}/keys` }];
  return authorizerUnderTest({ issuers, ...options });
}

describe.each(Object.values(PROVIDERS).flat())('an access token of $name', (provider) => {
  it('is accepted, with the scopes it carries', async () => {
    const outcome = await authorizerFor(provider).decide(bearer(provider.accepted));
    expect(outcome.kind).toBe('allowed');
    expect(allowedBy(outcome)).toEqual(provider.opens);
  });

  it('can be revoked by its own id, session, subject and client', async () => {
    const authorizer = authorizerFor(provider);
    await authorizer.decide(bearer(provider.accepted));
    const asked = authorizer.reads.flat().filter((target) => !/^(kid|iss)#/.test(target));
    expect(asked.map((target) => target.replace(/^th#main#[0-9a-f]{64}$/, 'th#main#…'))).toEqual(provider.targets);
  });

  it('is rejected once an entry names the user as the provider’s console does', async () => {
    const target = `sub#main#${provider.user}`;
    const readEntries = async (targets: readonly string[]) =>
      targets.includes(target) ? [{ target, before: undefined }] : [];
    const authorizer = authorizerFor(provider, { readEntries });
    expect((await authorizer.decide(bearer(provider.accepted))).kind).toBe('unauthorized');
    expect(rejectionsOf(authorizer)).toEqual(['revoked']);
  });

  it('is accepted for its own audience or client only', async () => {
    const { claims } = provider.accepted;
    const changed = { ...claims, ...(claims.aud === undefined ? { client_id: 'another' } : { aud: 'another' }) };
    const authorizer = authorizerFor(provider);
    expect((await authorizer.decide(bearer({ ...provider.accepted, claims: changed }))).kind).toBe('unauthorized');
    expect(rejectionsOf(authorizer)[0]).toMatch(/^(audience|client)$/);
  });

  it('is rejected when its issuer has a slash more', async () => {
    const claims = { ...provider.accepted.claims, iss: `${provider.accepted.claims.iss}/` };
    const outcome = await authorizerFor(provider).decide(bearer({ ...provider.accepted, claims }));
    expect(outcome.kind).toBe('unauthorized');
  });

  it.each(Object.entries(provider.rejected))('A17 is accepted, and the %s is rejected', async (_name, token) => {
    const authorizer = authorizerFor(provider);
    expect((await authorizer.decide(bearer(token))).kind).toBe('unauthorized');
    expect(authorizer.log().at(-1)).toMatchObject({ event: 'rejected', reason: token.reason });
    expect(authorizer.reads).toEqual([]);
  });
});
