import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { KeySet } from '../../lambda/key-set/key-set.ts';
import { createTokenVerifier } from '../../lambda/token-verifier.ts';
import { key } from '../support/tokens/key-world.ts';
import { goodClaims, NOW, trustedIssuer } from '../support/tokens/sample-issuer.ts';
import { signedToken } from '../support/tokens/signed-token.ts';

const keySetOf = (): Pick<KeySet, 'keyFor'> => ({
  keyFor: async () =>
    (await crypto.subtle.importKey('jwk', key.publicJwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
      'verify',
    ])) as never,
});

describe('an access token', () => {
  const token = signedToken(
    key,
    { typ: 'at+jwt', alg: 'ES256', kid: 'ec-1' },
    goodClaims({ tenant: 'acme', azp: 'other' }),
  );
  const contextClaims = { company: 'tenant', absent: 'absent' };

  it('holds what was verified, and nothing more', async () => {
    const verify = createTokenVerifier({ issuers: [trustedIssuer()], keySetOf, contextClaims, now: () => NOW * 1000 });
    expect(await verify(token)).toEqual({
      issuerAlias: 'main',
      formerAliases: [],
      subject: 'alice',
      subjects: ['alice'],
      revocationClaims: [],
      clientId: 'client-1',
      sessionId: 'session-1',
      jwtId: 'token-1',
      keyId: 'ec-1',
      signedPartDigest: undefined,
      scopes: new Set(['read']),
      issuedAt: NOW - 10,
      expiresAt: NOW + 600,
      contextClaims: { company: 'acme' },
    });
  });

  it('holds the digest of its signed part where tokens may lack an id', async () => {
    const issuers = [trustedIssuer({ tokensWithoutId: 'digest' })];
    const verify = createTokenVerifier({ issuers, keySetOf, contextClaims, now: () => NOW * 1000 });
    const signedPart = token.slice(0, token.lastIndexOf('.'));
    expect(await verify(token)).toMatchObject({
      jwtId: 'token-1',
      signedPartDigest: createHash('sha256').update(signedPart).digest('hex'),
    });
  });

  it('is verified under one key set for each issuer, made once', async () => {
    const made: string[] = [];
    const issuers = [trustedIssuer(), trustedIssuer({ alias: 'other', issuer: 'https://other.example/' })];
    const verify = createTokenVerifier({
      issuers,
      keySetOf: ({ alias }) => {
        made.push(alias);
        return keySetOf();
      },
      contextClaims,
      now: () => NOW * 1000,
    });
    await verify(token);
    await verify(token);
    expect(made).toEqual(['main', 'other']);
  });

  it('names its client by the first claim that is present', async () => {
    const verify = createTokenVerifier({ issuers: [trustedIssuer()], keySetOf, contextClaims, now: () => NOW * 1000 });
    const clientOf = async (claims: Readonly<Record<string, unknown>>) =>
      (await verify(signedToken(key, { typ: 'at+jwt', alg: 'ES256', kid: 'ec-1' }, goodClaims(claims)))).clientId;
    expect(await clientOf({ client_id: undefined, azp: 'app' })).toBe('app');
    expect(await clientOf({ client_id: undefined })).toBeUndefined();
  });

  it.each<[scope: unknown, form: 'string' | 'array', prefix: string, scopes: readonly string[]]>([
    ['read  write ', 'string', '', ['read', 'write']],
    [undefined, 'string', '', []],
    [['read'], 'string', '', []],
    [['read', '', 1, 'read'], 'array', '', ['read']],
    [undefined, 'array', '', []],
    ['read', 'array', '', []],
    ['orders/read orders/ read elsewhere/read', 'string', 'orders/', ['read']],
  ])(
    'with the scope claim %j, read as %s with the prefix %j, has the scopes %j',
    async (scope, form, scopePrefix, scopes) => {
      const claimNames = { ...trustedIssuer().claimNames, scopes: [{ path: ['scope'], form }] };
      const issuers = [trustedIssuer({ claimNames, scopePrefix })];
      const verify = createTokenVerifier({ issuers, keySetOf, contextClaims, now: () => NOW * 1000 });
      const verified = await verify(
        signedToken(key, { typ: 'at+jwt', alg: 'ES256', kid: 'ec-1' }, goodClaims({ scope })),
      );
      expect([...verified.scopes]).toEqual(scopes);
    },
  );

  it('needs no id where its issuer writes none', async () => {
    const issuers = [trustedIssuer({ tokensWithoutId: 'digest' })];
    const verify = createTokenVerifier({ issuers, keySetOf, contextClaims, now: () => NOW * 1000 });
    const verified = await verify(
      signedToken(key, { typ: 'at+jwt', alg: 'ES256', kid: 'ec-1' }, goodClaims({ jti: undefined })),
    );
    expect(verified.jwtId).toBeUndefined();
  });
});
