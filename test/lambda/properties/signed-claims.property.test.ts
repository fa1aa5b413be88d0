import fc from 'fast-check';
import { expect, it } from 'vitest';
import { API_KINDS, createClock } from '../../support/tokens/authorizer-under-test.ts';
import { endOf } from '../../support/tokens/claims-oracle.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { goodClaims, NOW } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';

const { fresh, header, key, trusted } = loopbackIssuer();

/** Odd values as JSON text, which has spellings of numbers that no JavaScript value has. */
const oddText = fc.constantFrom(
  'null',
  'true',
  '"1"',
  '[]',
  '{}',
  '1e999',
  '-1e999',
  '1e15',
  '1e-9',
  '""',
  '100000000000',
  '99999999999',
);
const near = (centres: readonly number[]) =>
  fc
    .tuple(fc.constantFrom(...centres), fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, 0, 0, 0.5, 0.999))
    .map(([a, b, c]) => String(a + b + c));
const absent = fc.constant(undefined);
const name = fc.oneof(
  { weight: 12, arbitrary: fc.constant('"ok"') },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)) },
  { weight: 1, arbitrary: fc.constantFrom(254, 255, 256).map((length) => JSON.stringify('x'.repeat(length))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"\\ud800"', '"a\\u0000"', '"\\u007f"', '"\\u00a0"', '"\\u009f"', '"😀"', '1', '[]'),
  },
  { weight: 1, arbitrary: oddText },
  { weight: 1, arbitrary: absent },
);

const cases = fc
  .record({
    tolerance: fc.integer({ min: 0, max: 60 }),
    maxTokenAge: fc.integer({ min: 60, max: 200_000 }),
    needsTokenId: fc.boolean(),
    fraction: fc.constantFrom(0, 1, 500, 999),
  })
  .chain((rules) => {
    const { tolerance, maxTokenAge } = rules;
    const sound = (text: fc.Arbitrary<string | undefined>, weight = 3) => ({ weight, arbitrary: text });
    return fc.record({
      rules: fc.constant(rules),
      exp: fc.oneof(
        sound(near([NOW - tolerance, NOW, NOW + 600, NOW + maxTokenAge]), 8),
        sound(oddText, 1),
        sound(absent, 1),
      ),
      iat: fc.oneof(
        sound(near([NOW + tolerance, NOW - 10, NOW - maxTokenAge - tolerance, NOW - maxTokenAge]), 8),
        sound(oddText, 1),
        sound(absent, 1),
      ),
      nbf: fc.oneof(sound(absent, 4), sound(near([NOW + tolerance, NOW])), sound(oddText, 1)),
      iss: fc.oneof(
        sound(fc.constant('"https://issuer.example/"'), 30),
        sound(fc.constantFrom('"https://issuer.example"', '["https://issuer.example/"]', 'null'), 1),
      ),
      aud: fc.oneof(
        sound(fc.constantFrom('"api"', '["api"]', '["other","api"]'), 20),
        sound(fc.constantFrom('"API"', '[]', '[1,null,"api"]', '{}', '"other"', '[["api"]]'), 1),
      ),
      sub: name,
      jti: name,
      sid: name,
      client_id: name,
    });
  });

const members = ['iss', 'aud', 'exp', 'iat', 'nbf', 'sub', 'jti', 'sid', 'client_id'] as const;

it('F2 a signed token is accepted, and ends, exactly as by an oracle written from the standards', async () => {
  const counts = { accepted: 0, rejected: 0 };
  const property = fc.asyncProperty(cases, fc.constantFrom(...API_KINDS), async ({ rules, ...claims }, api) => {
    const text = `{${members.flatMap((member) => (claims[member] === undefined ? [] : [`"${member}":${claims[member]}`])).join(',')}}`;
    const { tolerance, maxTokenAge, needsTokenId, fraction } = rules;
    const clock = createClock(NOW + fraction / 1000);
    const issuer = trusted({
      clockTolerance: tolerance,
      maxTokenAge,
      tokensWithoutId: needsTokenId ? 'reject' : 'digest',
    });
    const authorizer = fresh({ api, issuers: [issuer], clock });
    const token = signedToken(key, header, text);
    const outcome = await authorizer.decide(`Bearer ${token}`);
    const end = endOf(
      JSON.parse(text),
      { issuer: issuer.issuer, audience: 'api', tolerance, maxTokenAge, needsTokenId },
      clock.now(),
    );
    counts[end === undefined ? 'rejected' : 'accepted'] += 1;
    if (end === undefined) expect(outcome).toEqual({ kind: 'unauthorized' });
    else expect(outcome).toHaveProperty('result.context.expiresAt', end);
  });
  await fc.assert(property, { numRuns: 1_000 });
  // If the generator made only bad or only good tokens, the test would show nothing.
  expect(counts.accepted).toBeGreaterThan(50);
  expect(counts.rejected).toBeGreaterThan(50);
});

it('F2 the oracle accepts the claims that other tests call good', () => {
  const rules = {
    issuer: 'https://issuer.example/',
    audience: 'api',
    tolerance: 5,
    maxTokenAge: 86_400,
    needsTokenId: true,
  };
  expect(endOf(goodClaims(), rules, NOW * 1000)).toBe(NOW + 600);
});
