import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keySet, type LoopbackServer, startLoopbackServer } from '../../support/network/loopback-server.ts';
import { allowedBy, authorizerUnderTest } from '../../support/tokens/authorizer-under-test.ts';
import { PROVIDERS, type ProviderTokens, type TokenShape } from '../../support/tokens/provider-tokens.ts';
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

/** The preset's own settings, but for where the keys are: nobody else's key set can be asked here. */
function authorizerFor({ settings }: ProviderTokens) {
  return authorizerUnderTest({ issuers: [{ alias: 'main', ...settings, jwksUri: `${server.address}/keys` }] });
}

describe.each(Object.values(PROVIDERS).flat())('a token as issued by $name', (provider) => {
  it('is accepted, with the scopes it carries', async () => {
    const outcome = await authorizerFor(provider).decide(bearer(provider.accepted));
    expect(outcome.kind).toBe('allowed');
    expect(allowedBy(outcome)).toEqual(provider.opens);
  });

  it('can be taken back by its own id, session, subject and client', async () => {
    const authorizer = authorizerFor(provider);
    await authorizer.decide(bearer(provider.accepted));
    const asked = authorizer.reads.flat().filter((target) => !/^(th|kid|iss)#/.test(target));
    expect(asked).toEqual(provider.targets);
  });

  it('is no good under another issuer with a slash more', async () => {
    const claims = { ...provider.accepted.claims, iss: `${provider.accepted.claims.iss}/` };
    const outcome = await authorizerFor(provider).decide(bearer({ ...provider.accepted, claims }));
    expect(outcome.kind).toBe('unauthorized');
  });

  it.each(Object.entries(provider.rejected))('is told from the %s', async (_name, token) => {
    const authorizer = authorizerFor(provider);
    expect((await authorizer.decide(bearer(token))).kind).toBe('unauthorized');
    expect(authorizer.log().at(-1)).toMatchObject({ event: 'rejected', reason: token.reason });
    expect(authorizer.reads).toEqual([]);
  });
});
