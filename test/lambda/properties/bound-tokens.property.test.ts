import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_KINDS } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { rejectionsOf } from '../../support/tokens/rejection.ts';
import { goodClaims } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';

const { fresh, header, key, trusted } = loopbackIssuer();

const confirmation = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.record({ jkt: fc.string() }),
  fc.record({ 'x5t#S256': fc.jsonValue({ maxDepth: 1 }) }),
);

/** Members of which only one is `cnf` itself. */
const memberName = fc.oneof(
  { weight: 3, arbitrary: fc.constant('cnf') },
  { weight: 2, arbitrary: fc.constantFrom('CNF', 'cnf ', ' cnf', 'conf', 'jkt', 'c\u200bnf') },
);

it('F11 a token with a cnf of any value is rejected by its name alone, and accepted only where bound tokens are ignored', async () => {
  const property = fc.asyncProperty(
    memberName,
    confirmation,
    fc.constantFrom(...API_KINDS),
    async (name, value, api) => {
      const isBound = name === 'cnf';
      for (const boundTokens of ['reject', 'ignore'] as const) {
        const authorizer = fresh({ api, issuers: [trusted({ boundTokens })] });
        const token = signedToken(key, header, goodClaims({ [name]: value }));
        const outcome = await authorizer.decide(`Bearer ${token}`);
        const isRejected = isBound && boundTokens === 'reject';
        expect(outcome.kind).toBe(isRejected ? 'unauthorized' : 'allowed');
        expect(rejectionsOf(authorizer)).toEqual(isRejected ? ['bound-token'] : []);
        expect(authorizer.reads).toHaveLength(isRejected ? 0 : 1);
      }
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
