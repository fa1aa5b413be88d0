import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CannotDecideError } from '../../../lambda/errors.ts';
import type { ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import {
  body,
  breakOff,
  keySet,
  redirectTo,
  reset,
  startLoopbackServer,
} from '../../support/network/loopback-server.ts';
import { API_KINDS, authorizerUnderTest, createClock } from '../../support/tokens/authorizer-under-test.ts';
import { goodClaims, NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';
import { signedToken } from '../../support/tokens/signed-token.ts';
import { createSigningKey } from '../../support/tokens/signing-keys.ts';

const key = createSigningKey('ES256', 'ec-1');
const good = `Bearer ${signedToken(key, { typ: 'at+jwt', alg: 'ES256', kid: 'ec-1' }, goodClaims({ exp: NOW + 80_000 }))}`;

const issuerFaults = {
  none: keySet(key.publicJwk),
  unavailable: body('', 503),
  reset,
  'broken off': breakOff,
  page: body('<html></html>'),
  'no keys': keySet(),
  redirect: redirectTo('http://127.0.0.1:9/'),
} as const;

const throwing = (thrown: unknown) => () => {
  throw thrown;
};
const tableFaults: Readonly<Record<string, ReadEntries>> = {
  none: async () => [],
  'cannot decide': () => Promise.reject(new CannotDecideError('revocation-table', 'ThrottlingException')),
  'unknown error': () => Promise.reject(new TypeError('fetch failed')),
  'an error that says Unauthorized': () =>
    Promise.reject(Object.assign(new Error('Unauthorized'), { name: 'Unauthorized' })),
  'no error at all': () => Promise.reject(undefined),
  'a thrown string': throwing('Unauthorized'),
  'thrown at once': throwing(new RangeError('x')),
  'no list': async () => undefined as never,
  'a list of nothing': async () => [undefined] as never,
};

const steps = fc.array(
  fc.record({
    issuer: fc.constantFrom(...(Object.keys(issuerFaults) as (keyof typeof issuerFaults)[])),
    table: fc.oneof(fc.constant('none'), fc.constantFrom(...Object.keys(tableFaults))),
    wait: fc.constantFrom(0, 1, 29, 31, 601, 3_601),
  }),
  { minLength: 1, maxLength: 8 },
);

describe('F7 a failing dependency', () => {
  it('at any call leaves a good token allowed or undecided, without a 401 or an Allow without its checks', async () => {
    const server = await startLoopbackServer(issuerFaults.none);
    const property = fc.asyncProperty(steps, fc.constantFrom(...API_KINDS), async (plan, api) => {
      const clock = createClock();
      let table: ReadEntries = async () => [];
      const readEntries: ReadEntries = (targets) => table(targets);
      const authorizer = authorizerUnderTest({
        issuers: [trustedIssuer({ jwksUri: server.address })],
        api,
        clock,
        readEntries,
      });
      // When the key set was last loaded, as seen from outside.
      let loadedAt = -Infinity;
      for (const step of plan) {
        clock.advance(step.wait);
        server.answerWith(issuerFaults[step.issuer]);
        table = tableFaults[step.table] ?? table;
        const requests = server.requests.length;
        const outcome = await authorizer.decide(good);
        if (server.requests.length > requests && step.issuer === 'none') loadedAt = clock.now();
        const isDecidable = clock.now() - loadedAt <= 3_600_000 && step.table === 'none';
        expect(outcome.kind).toBe(isDecidable ? 'allowed' : 'failed');
      }
      expect(authorizer.log().filter(({ event }) => event === 'rejected')).toEqual([]);
    });
    await fc.assert(property, { numRuns: 150 });
    await server.close();
  });

  it.each(Object.keys(tableFaults).filter((fault) => fault !== 'none'))(
    'that is a table with %s causes one 500, and the next call succeeds',
    async (fault) => {
      const server = await startLoopbackServer(issuerFaults.none);
      let calls = 0;
      const readEntries: ReadEntries = (targets) => {
        calls += 1;
        return (calls === 1 ? tableFaults[fault] : tableFaults.none)?.(targets) ?? Promise.resolve([]);
      };
      const authorizer = authorizerUnderTest({ issuers: [trustedIssuer({ jwksUri: server.address })], readEntries });
      expect((await authorizer.decide(good)).kind).toBe('failed');
      expect(authorizer.log().at(-1)?.event).toBe('failed');
      expect((await authorizer.decide(good)).kind).toBe('allowed');
      await server.close();
    },
  );
});
