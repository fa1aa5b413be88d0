import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, takeablesOf, tokenPartsOf } from '../../../local/page/token-parts.ts';
import type { PageFacts } from '../../../local/page-server/page-facts.ts';

const FACTS: PageFacts = {
  ...{ api: 'http://127.0.0.1:3000/v1', apiKind: 'rest', issuer: 'http://127.0.0.1:3001', alias: 'local' },
  ...{ clientId: 'web-app', machineClients: [], routes: [], resultTtlSeconds: 60, guaranteedLagSeconds: 67 },
  levels: ['token', 'session', 'subject', 'client', 'claim', 'key', 'issuer'],
  revocationClaims: { tenant: ['org', 'id'] },
};

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const tokenOf = (claims: object) => `${base64url({ alg: 'RS256', kid: 'k1' })}.${base64url(claims)}.signature`;

describe('a token taken apart', () => {
  it('has its header, its claims and its scopes, whatever letters they hold', () => {
    const parts = tokenPartsOf(tokenOf({ sub: 'Zoë 🦊', scope: 'orders:read  orders:write' }));
    expect(parts.header).toEqual({ alg: 'RS256', kid: 'k1' });
    expect(parts.claims.sub).toBe('Zoë 🦊');
    expect(parts.scopes).toEqual(['orders:read', 'orders:write']);
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
