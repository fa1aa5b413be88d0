import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cognito } from '../../../infra/issuers/cognito.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';

const { fresh, header, key, trusted } = loopbackIssuer();

const name = fc.constantFrom('api', 'orders', 'payroll', 'API', 'api ', '');
const audience = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: name },
  { weight: 6, arbitrary: fc.array(name, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom(null, 1, true, {}, [['api']], ['api', null], [1, 'api'], [{}]) },
);
const accepted = fc.uniqueArray(fc.constantFrom(null, 'api', 'orders'), { maxLength: 3 });

/** Whether `aud` names a configured audience (RFC 7519 section 4.1.3). It may be absent only if nothing or null is configured. */
function isForUs(aud: unknown, audiences: readonly (string | null)[]): boolean {
  if (aud === undefined) return audiences.length === 0 || audiences.includes(null);
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const ours = audiences.filter((one) => one !== null);
  return named.every((one) => typeof one === 'string') && ours.some((one) => named.includes(one));
}

it('a token is accepted if it names a configured audience, or none where the issuer is allowed to name none', async () => {
  const counts = { accepted: 0, rejected: 0 };
  const property = fc.asyncProperty(audience, accepted, async (aud, audiences) => {
    const authorizer = fresh({ issuers: [trusted({ audiences, clients: ['client-1'] })] });
    const outcome = await authorizer.decide(`Bearer ${signedToken(key, header, goodClaims({ aud }))}`);
    const expected = isForUs(aud, audiences);
    counts[expected ? 'accepted' : 'rejected'] += 1;
    expect(outcome.kind).toBe(expected ? 'allowed' : 'unauthorized');
  });
  await fc.assert(property, { numRuns: 500 });
  expect(counts.accepted).toBeGreaterThan(50);
  expect(counts.rejected).toBeGreaterThan(50);
});

describe('a token of Cognito', () => {
  const userPoolId = 'eu-central-1_AbCdEfGhI';
  const payroll = 'https://payroll.acme.example';
  const orders = 'https://orders.acme.example';

  const reasonFor = async (aud: unknown, options: { readonly audience?: string | readonly string[] } = {}) => {
    const settings = cognito({ userPoolId, clients: ['client-1'], ...options });
    const { jwksUri } = trusted();
    const authorizer = fresh({ issuers: [{ alias: 'main', ...settings, jwksUri, algorithms: ['ES256'] }] });
    const claims = goodClaims({ iss: settings.issuer, token_use: 'access', aud });
    const token = signedToken(key, { alg: 'ES256', kid: key.keyId }, claims);
    await authorizer.decide(`Bearer ${token}`);
    return rejectionsOf(authorizer)[0] ?? 'accepted';
  };

  it.each([
    [undefined, 'accepted'],
    [payroll, 'audience'],
    [[payroll, orders], 'audience'],
    [[], 'audience'],
    ['', 'audience'],
    [1, 'claim'],
    [null, 'claim'],
    [[1], 'claim'],
    [{}, 'claim'],
  ])('is accepted only without an audience if the option `audience` is not set: %j is %s', async (aud, reason) => {
    expect(await reasonFor(aud)).toBe(reason);
  });

  it.each([
    [undefined, 'accepted'],
    [orders, 'accepted'],
    [[payroll, orders], 'accepted'],
    [payroll, 'audience'],
    [[payroll], 'audience'],
    [[], 'audience'],
    [[orders, 1], 'claim'],
  ])('is accepted only if it names the audience of the option, or none: %j is %s', async (aud, reason) => {
    expect(await reasonFor(aud, { audience: orders })).toBe(reason);
    expect(await reasonFor(aud, { audience: [orders, 'another'] })).toBe(reason);
  });
});
