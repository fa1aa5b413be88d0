import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, scopesOf, takeablesOf, tokenPartsOf } from '../../../../local/page/model/token-parts.ts';
import type { PageFacts, PageIssuer } from '../../../../local/page-server/page-messages.ts';

function claimNames(jwtId: string, session: string, scope: string): PageIssuer['claimNames'] {
  return { jwtId, session, client: ['client_id', 'azp'], scopes: [{ path: [scope], form: 'string' }] };
}

const FACTS: PageFacts = {
  ...{ run: 'r1', api: 'http://127.0.0.1:3000/v1', apiKind: 'rest', signIn: undefined, machineClients: [], routes: [] },
  ...{ resultTtlSeconds: 60, guaranteedLagSeconds: 67 },
  issuers: [
    { alias: 'local', issuer: 'http://127.0.0.1:3001', claimNames: claimNames('jti', 'sid', 'scope') },
    { alias: 'entra', issuer: 'https://login.example', claimNames: claimNames('uti', 'sid', 'scp') },
  ],
  levels: ['token', 'session', 'subject', 'client', 'claim', 'key', 'issuer'],
  revocationClaims: { tenant: ['org', 'id'] },
};

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (claims: object) =>
  `${base64url({ alg: 'RS256', kid: 'k1' })}.${base64url({ iss: 'http://127.0.0.1:3001', ...claims })}.signature`;

describe('a token taken apart', () => {
  it('has its header, its claims and its scopes, whatever letters they hold', () => {
    const parts = tokenPartsOf(tokenOf({ sub: 'Zoë 🦊', scope: 'orders:read  orders:write' }));
    expect(parts.header).toEqual({ alg: 'RS256', kid: 'k1' });
    expect(parts.claims.sub).toBe('Zoë 🦊');
    expect(scopesOf(parts, FACTS)).toEqual(['orders:read', 'orders:write']);
  });

  it('is read by the names that its issuer gives to claims', () => {
    const parts = tokenPartsOf(tokenOf({ iss: 'https://login.example', uti: 'u1', jti: 'j1', scp: 'orders:read' }));
    expect(scopesOf(parts, FACTS)).toEqual(['orders:read']);
    expect(takeablesOf(parts, FACTS)[0]).toMatchObject({ level: 'token', value: 'u1', issuer: 'entra' });
  });

  it.each(['', 'opaque', 'opaque-token.of.another-kind', 'bnVsbA.bnVsbA.x', `${base64url({})}.W10.x`, 'secret!.x.y'])(
    'is none if it is %j, which the error does not quote',
    (text) => {
      expect(() => tokenPartsOf(text)).toThrow(/^The text is not a JWT: /);
      expect(() => tokenPartsOf(text)).not.toThrow(/opaque|secret|null/);
    },
  );

  it('cannot be taken back where no issuer of the API has issued it', () => {
    expect(takeablesOf(tokenPartsOf(tokenOf({ iss: 'https://elsewhere.example', jti: 'j1' })), FACTS)).toEqual([]);
  });

  it('can be taken back at each level that it has a value for, from the narrowest to the widest', () => {
    const claims = { jti: 'j1', sid: 's1', sub: 'alice', client_id: 'web-app', org: { id: 'acme' } };
    const takeables = takeablesOf(tokenPartsOf(tokenOf(claims)), FACTS);
    expect(takeables.map(({ level, value }) => `${level} ${value}`)).toEqual([
      ...['token j1', 'session s1', 'subject alice', 'client web-app', 'claim tenant=acme', 'key k1', 'issuer local'],
    ]);
  });

  it('cannot be taken back at a level that it has no value for, or that the authorizer does not read', () => {
    const facts: PageFacts = { ...FACTS, levels: ['token', 'subject', 'claim'] };
    const takeables = takeablesOf(tokenPartsOf(tokenOf({ jti: 'j1', org: 'acme' })), facts);
    expect(takeables.map(({ level }) => level)).toEqual(['token']);
  });

  it('has the fingerprint that the gateway logs: of the whole header value', async () => {
    const token = tokenOf({ sub: 'alice' });
    const expected = createHash('sha256').update(`Bearer ${token}`).digest('hex').slice(0, 16);
    expect(await fingerprintOf(token)).toBe(expected);
  });
});
