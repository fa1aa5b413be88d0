import fc from 'fast-check';
import { expect, it } from 'vitest';
import { authorizerUnderTest, createClock } from '../support/authorizer-under-test.ts';
import { type Answer, body, breakOff, keySet, reset, startLoopbackServer } from '../support/loopback-server.ts';
import { signedToken } from '../support/signed-token.ts';
import { createSigningKey } from '../support/signing-keys.ts';
import { goodClaims, NOW, trustedIssuer } from '../support/trusted-issuer.ts';

const key = createSigningKey('ES256', 'ec-1');
const next = createSigningKey('ES256', 'ec-2');
const answers: readonly Answer[] = [
  keySet(key.publicJwk),
  keySet(key.publicJwk, next.publicJwk),
  keySet(next.publicJwk),
  keySet(),
  body('', 503),
  body('{'),
  reset,
  breakOff,
];

const kids = ['ec-1', 'ec-2', 'unknown', 'also-unknown'] as const;
const tokenUnder = (iss: string, kid: string) => {
  const signer = kid === 'ec-2' ? next : key;
  return `Bearer ${signedToken(signer, { typ: 'at+jwt', alg: 'ES256', kid }, goodClaims({ iss, exp: NOW + 80_000 }))}`;
};

const steps = fc.array(
  fc.record({
    wait: fc.oneof(
      fc.constantFrom(0, 0.001, 10, 29.999, 30, 599, 600.001, 3_601),
      fc.double({ min: 0, max: 40, noNaN: true }),
    ),
    answer: fc.constantFrom(...answers),
    /** Sent at the same time. */
    requests: fc.array(fc.tuple(fc.nat({ max: 1 }), fc.constantFrom(...kids)), { minLength: 1, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 15 },
);

it('F9 no issuer is asked for its keys twice within 30 s, whatever is requested, rotated or broken', async () => {
  let attempts = 0;
  const property = fc.asyncProperty(steps, async (plan) => {
    const clock = createClock();
    const asked: readonly number[][] = [[], []];
    const recording =
      (index: number, answer: Answer): Answer =>
      (response, request) => {
        asked[index]?.push(clock.now());
        answer(response, request);
      };
    const servers = await Promise.all([startLoopbackServer(reset), startLoopbackServer(reset)]);
    const names = ['https://issuer.example/', 'https://other.example/'] as const;
    const issuers = servers.map(({ address }, index) =>
      trustedIssuer({ alias: `issuer-${index}`, issuer: names[index] ?? '', jwksUri: `${address}/keys` }),
    );
    const authorizer = authorizerUnderTest({ issuers, clock });
    for (const { wait, answer, requests } of plan) {
      clock.advance(wait);
      for (const [index, server] of servers.entries()) server.answerWith(recording(index, answer));
      await Promise.all(requests.map(([index, kid]) => authorizer.decide(tokenUnder(names[index] ?? '', kid))));
    }
    await Promise.all(servers.map((server) => server.close()));
    for (const times of asked) {
      attempts += times.length;
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      expect(gaps.filter((gap) => gap < 30_000)).toEqual([]);
    }
  });
  await fc.assert(property, { numRuns: 80 });
  expect(attempts).toBeGreaterThan(100);
});
