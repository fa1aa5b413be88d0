import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Answer,
  body,
  breakOff,
  keySet,
  reset,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';
import { authorizerUnderTest, createClock } from '../../support/tokens/authorizer-under-test.ts';
import { goodClaims, NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'ec-1');
const next = createSigningKey('ES256', 'ec-2');
const GOOD_ANSWERS: readonly Answer[] = [
  keySet(key.publicJwk),
  keySet(key.publicJwk, next.publicJwk),
  keySet(next.publicJwk),
];
const answers: readonly Answer[] = [...GOOD_ANSWERS, keySet(), body('', 503), body('{'), reset, breakOff];

const kids = ['ec-1', 'ec-2', 'unknown', 'also-unknown'] as const;
const tokenUnder = (iss: string, kid: string) => {
  const signer = kid === 'ec-2' ? next : key;
  return `Bearer ${signedToken(signer, { typ: 'at+jwt', alg: 'ES256', kid }, goodClaims({ iss, exp: NOW + 80_000 }))}`;
};

const steps = fc.array(
  fc.record({
    wait: fc.oneof(
      fc.constantFrom(0, 0.001, 0.5, 1, 2, 10, 29.999, 30, 599, 600.001, 3_601),
      fc.double({ min: 0, max: 40, noNaN: true }),
    ),
    answer: fc.constantFrom(...answers),
    /** The issuer and key id of each request; all are sent at the same time. */
    requests: fc.array(fc.tuple(fc.nat({ max: 1 }), fc.constantFrom(...kids)), { minLength: 1, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 15 },
);

/** A request for a key set: when it came, in milliseconds since the epoch, and whether usable keys were held then. */
interface Attempt {
  readonly at: number;
  readonly areKeysHeld: boolean;
}

/** An issuer that answers as told and records each request. Keys are held for an hour after a response with some. */
const notingIssuer = (now: () => number) => {
  const attempts: Attempt[] = [];
  let loadedAt = -Infinity;
  return {
    attempts,
    noting:
      (answer: Answer): Answer =>
      (response, request) => {
        attempts.push({ at: now(), areKeysHeld: now() - loadedAt <= 3_600_000 });
        if (GOOD_ANSWERS.includes(answer)) loadedAt = now();
        answer(response, request);
      },
  };
};

/** The maximum number of requests in any 30 s, including the first instant and not the last one. */
const maxWithin30Seconds = (attempts: readonly Attempt[]) =>
  Math.max(0, ...attempts.map(({ at }) => attempts.filter((each) => each.at >= at && each.at < at + 30_000).length));

it('F9 no issuer is asked twice within 30 s while its keys are held, nor more than 12 times otherwise, whatever is requested, rotated or broken', async () => {
  let attempts = 0;
  const chances = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
  const property = fc.asyncProperty(steps, chances, async (plan, chance) => {
    const clock = createClock();
    const noted = [notingIssuer(clock.now), notingIssuer(clock.now)];
    const servers = await Promise.all([startLoopbackServer(reset), startLoopbackServer(reset)]);
    const names = ['https://issuer.example/', 'https://other.example/'] as const;
    const issuers = servers.map(({ address }, index) =>
      trustedIssuer({ alias: `issuer-${index}`, issuer: names[index] ?? '', jwksUri: `${address}/keys` }),
    );
    const authorizer = authorizerUnderTest({ issuers, clock, random: () => chance.next().value });
    for (const { wait, answer, requests } of plan) {
      clock.advance(wait);
      for (const [index, server] of servers.entries()) server.answerWith(noted[index]?.noting(answer) ?? answer);
      await Promise.all(requests.map(([index, kid]) => authorizer.decide(tokenUnder(names[index] ?? '', kid))));
    }
    await Promise.all(servers.map((server) => server.close()));
    for (const { attempts: made } of noted) {
      attempts += made.length;
      const tooSoon = made.filter(
        ({ at, areKeysHeld }, index) => areKeysHeld && at - (made[index - 1]?.at ?? -Infinity) < 30_000,
      );
      expect(tooSoon).toEqual([]);
      expect(maxWithin30Seconds(made)).toBeLessThanOrEqual(12);
    }
  });
  await fc.assert(property, { numRuns: 80 });
  expect(attempts).toBeGreaterThan(100);
});

// The bound of the test above is reached, so it is not too wide.
it('F9 an issuer that is down is asked exactly 12 times in the busiest 30 s', async () => {
  const clock = createClock();
  const { attempts, noting } = notingIssuer(clock.now);
  const server = await startLoopbackServer(noting(reset));
  const authorizer = authorizerUnderTest({
    issuers: [trustedIssuer({ jwksUri: `${server.address}/keys` })],
    clock,
    random: () => 0,
  });
  for (let tenths = 0; tenths < 900; tenths += 1) {
    clock.set(NOW + tenths / 10);
    await authorizer.decide(tokenUnder('https://issuer.example/', 'ec-1'));
  }
  await server.close();
  expect(maxWithin30Seconds(attempts)).toBe(12);
});
