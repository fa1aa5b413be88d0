import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inspectEntry } from '../../../../lambda/revocation/entry-inspection.ts';
import { itemOf } from '../../../../lambda/revocation/revocation.ts';
import { REVOCATION_LEVELS } from '../../../../lambda/revocation/revocation-level.ts';
import type { Effect } from '../../../../lambda/signal/signal.ts';
import { type Item, planWrites } from '../../../../lambda/signal/store/signal-writes.ts';
import { sampleSignal, sampleSource } from '../../../support/signals/sample-signal.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const issuer = trustedIssuer({ tokensWithoutId: 'digest' });

/** Seconds before now, up to longer than any sender's retries. */
const age = fc.oneof(fc.nat(10), fc.nat(40 * 86_400), fc.integer({ min: 86_400 - 20, max: 86_400 + 20 }));
const endsAt = fc.option(
  fc.integer({ min: -5, max: 90_000 }).map((ahead) => NOW + ahead),
  { nil: undefined },
);

const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc
    .constantFrom('jti', 'sid')
    .chain((prefix) =>
      endsAt.map((end): Effect => ({ kind: 'revoke', prefix, value: 'v', before: undefined, endsAt: end })),
    ),
  endsAt.map((end): Effect => {
    return { kind: 'revoke', prefix: 'th', value: hash('sha256', 'v'), before: undefined, endsAt: end };
  }),
  fc.option(age, { nil: undefined }).map((ago): Effect => {
    return {
      kind: 'revoke',
      prefix: 'sub',
      value: 'v',
      before: ago === undefined ? ago : NOW - ago,
      endsAt: undefined,
    };
  }),
  fc.constant<Effect>({ kind: 'lift', prefix: 'sub', value: 'v' }),
);

const signal = fc
  .tuple(fc.array(effect, { minLength: 1, maxLength: 2 }), age, fc.constantFrom('at-once', 'shared', 'never'))
  .map(([effects, ago, pace]) => sampleSignal({ source: sampleSource({ pace }), eventAt: NOW - ago, effects }));

/** What the flusher finds wrong with an entry that DynamoDB wrote some seconds after the receiver's clock was read. */
function findings(item: Item, latency: number) {
  const writtenAt = Math.floor(NOW + latency);
  const facts = { issuers: [issuer], revocationLevels: REVOCATION_LEVELS, revocationClaims: [] };
  return inspectEntry(item, { ...facts, now: writtenAt, writtenAt, writing: 'first' });
}

it('the flusher finds nothing wrong with an entry of any signal, however late it comes', () => {
  fc.assert(
    fc.property(
      fc.array(signal, { minLength: 1, maxLength: 4 }),
      fc.double({ min: 0, max: 4, noNaN: true }),
      (signals, latency) => {
        const items = new Map<string, Item>();
        for (const each of signals) {
          for (const { table, id, put } of planWrites({ signal: each, issuer, now: NOW }, items)) {
            if (put === undefined) continue;
            items.set(id, put);
            if (table === 'revocations') expect(findings(put, latency)).toEqual([]);
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});

it('an entry that no signal would write is found by the same facts', () => {
  const target = { prefix: 'sub', issuerAlias: 'main', value: 'v' } as const;
  const text = { reason: undefined, revokedBy: 'signal:okta', revokedAt: NOW, flush: true };
  const late = itemOf({ target, before: NOW - 90_000, purgeAt: NOW + 100_000, ...text });
  expect(findings(late, 0).map(({ kind }) => kind)).toEqual(['before-too-old']);
});
