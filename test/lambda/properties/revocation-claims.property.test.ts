import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdentifier } from '../../../lambda/token/identifier.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';

const { fresh, tokenOf } = loopbackIssuer();

const revocationClaims = { tenant: ['org_id'], agent: ['act', 'sub'] };

/** Decides about a token with the claims, in a deployment that revokes by two of them, with the entries in its table. */
async function decided(claims: Readonly<Record<string, unknown>>, entries: readonly string[]) {
  const readEntries = async (targets: readonly string[]) =>
    entries.filter((target) => targets.includes(target)).map((target) => ({ target, before: undefined }));
  const authorizer = fresh({ revocationClaims, readEntries });
  const { kind } = await authorizer.decide(`Bearer ${tokenOf(claims)}`);
  return { kind, reason: rejectionsOf(authorizer)[0], keys: authorizer.reads.flat() };
}

const sound = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 10 }),
    fc.constantFrom(
      'acme',
      'acme#1',
      'a=b',
      '#',
      '=',
      'tenant#acme',
      'agent#acme',
      'clm#main#tenant#acme',
      '42',
      'x'.repeat(255),
    ),
  )
  .filter(isIdentifier);
const value = fc.oneof({ weight: 5, arbitrary: sound }, { weight: 1, arbitrary: fc.maxSafeInteger() });

describe('F12 an entry for a claim of the deployment', () => {
  it('rejects the tokens with that value of that claim, and no others', async () => {
    const counts = { revoked: 0, spared: 0 };
    const property = fc.asyncProperty(
      value,
      value,
      fc.constantFrom('tenant', 'agent'),
      fc.option(value, { nil: undefined }),
      async (orgId, actor, name, other) => {
        const own = name === 'tenant' ? orgId : actor;
        const wanted = other ?? own;
        const { kind, reason } = await decided({ org_id: orgId, act: { sub: actor } }, [`clm#main#${name}#${wanted}`]);
        const isRevoked = String(own) === String(wanted);
        counts[isRevoked ? 'revoked' : 'spared'] += 1;
        expect({ kind, reason }).toEqual(
          isRevoked ? { kind: 'unauthorized', reason: 'revoked' } : { kind: 'allowed', reason: undefined },
        );
      },
    );
    await fc.assert(property, { numRuns: 1_000 });
    expect(Math.min(counts.revoked, counts.spared)).toBeGreaterThan(100);
  });

  it('spares tokens of another issuer, of another claim and of no tenant', async () => {
    const entries = ['clm#other#tenant#acme', 'clm#main#agent#acme', 'sub#main#acme', 'clm#main#tenant#Acme'];
    expect(await decided({ org_id: 'acme' }, entries)).toMatchObject({ kind: 'allowed' });
    expect(await decided({}, ['clm#main#tenant#acme', 'clm#main#tenant#undefined'])).toMatchObject({ kind: 'allowed' });
  });
});

describe('a token', () => {
  const base = ['jti#main#token-1', 'sid#main#session-1', 'sub#main#alice', 'cid#main#client-1'];
  const end = ['kid#main#ec-1', 'iss#main'];

  it.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
    [{}, []],
    [{ org_id: null }, []],
    [{ org_id: '' }, []],
    [{ act: {} }, []],
    [{ act: 'bot' }, []],
    [{ act: null }, []],
    [{ org_id: 'acme' }, ['clm#main#tenant#acme']],
    [{ org_id: 42 }, ['clm#main#tenant#42']],
    [{ org_id: -0 }, ['clm#main#tenant#0']],
    [{ act: { sub: 'bot', act: { sub: 'earlier' } } }, ['clm#main#agent#bot']],
    [{ org_id: 'a#b=c', act: { sub: 'a' } }, ['clm#main#tenant#a#b=c', 'clm#main#agent#a']],
  ])('with %j costs a key for each claim that it has', async (claims, keys) => {
    expect(await decided(claims, [])).toMatchObject({ kind: 'allowed', keys: [...base, ...keys, ...end] });
  });

  it('costs no key more in a deployment that revokes by no claim of its own, whatever it carries', async () => {
    const authorizer = fresh();
    await authorizer.decide(`Bearer ${tokenOf({ org_id: 'acme', act: { sub: 'bot' }, uid: '00u1', email: 'a@b.c' })}`);
    expect(authorizer.reads).toEqual([[...base, ...end]]);
  });

  it.each([
    [[]],
    [['acme']],
    [{}],
    [{ id: 'acme' }],
    [true],
    [false],
    [1.5],
    [2 ** 53],
    ['a\nb'],
    ['\ud800'],
    ['x'.repeat(256)],
  ])('B16 whose claim is %j is rejected, because no entry could name it', async (orgId) => {
    expect(await decided({ org_id: orgId }, [])).toEqual({ kind: 'unauthorized', reason: 'claim', keys: [] });
    expect(await decided({ act: { sub: orgId } }, [])).toMatchObject({ kind: 'unauthorized', reason: 'claim' });
  });

  it('is judged by its own claims, not by inherited ones', async () => {
    expect(await decided({ act: JSON.parse('{"__proto__":{"sub":"bot"}}') }, ['clm#main#agent#bot'])).toMatchObject({
      kind: 'allowed',
    });
  });
});
