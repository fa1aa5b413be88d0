import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type EntryItem, itemOf, type Revocation, readPurgeAt } from '../../../../lambda/revocation/revocation.ts';
import { readBefore } from '../../../../lambda/revocation/revocation-entry.ts';
import { strongerEntry } from '../../../../lambda/revocation/stronger-entry.ts';
import type { Effect, Signal } from '../../../../lambda/signal/signal.ts';
import { type Item, planWrites } from '../../../../lambda/signal/store/signal-writes.ts';
import { revokedAfter, type WriterStep } from '../../../support/signals/revocation-oracle.ts';
import {
  blockSubject,
  liftSubject,
  revokeSubject,
  sampleSignal,
  sampleSource,
} from '../../../support/signals/sample-signal.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const TARGET = 'sub#main#alice';
const issuer = trustedIssuer();

/** Both tables, which a transaction changes at once. */
class Tables {
  readonly items = new Map<string, Item>();
  readonly #applied = new Set<string>();

  apply(signal: Signal, now: number): void {
    const record = `${signal.source.name}#${signal.id}`;
    if (this.#applied.has(record)) return;
    this.#applied.add(record);
    for (const { id, put } of planWrites({ signal, issuer, now }, this.items)) if (put) this.items.set(id, put);
  }

  get entry(): EntryItem | undefined {
    return this.items.get(TARGET);
  }

  revoke(before: number | undefined, now: number): void {
    const target = { prefix: 'sub', issuerAlias: 'main', value: 'alice' } as const;
    const purgeAt = before === undefined ? undefined : now + 100_000;
    const wanted: Revocation = {
      ...{ target, before, purgeAt, flush: true },
      ...{ reason: undefined, revokedBy: 'ann', revokedAt: now },
    };
    this.items.set(
      TARGET,
      this.entry === undefined ? itemOf(wanted) : (strongerEntry(this.entry, wanted) ?? this.entry),
    );
  }

  take(step: WriterStep, now: number): void {
    if (step.kind === 'arrived') this.apply(step.signal, now);
    else if (step.kind === 'restored') this.items.delete(TARGET);
    else this.revoke(step.kind === 'revoked' ? step.before : undefined, now);
  }
}

const instant = fc.integer({ min: NOW - 8, max: NOW });
const source = fc.constantFrom('okta', 'cognito').map((name) => sampleSource({ name }));
const effect: fc.Arbitrary<(at: number) => Effect> = fc.constantFrom(
  () => blockSubject('alice'),
  () => liftSubject('alice'),
  (at: number) => revokeSubject('alice', at),
);
const signal = fc.tuple(source, instant, effect).map(([from, eventAt, effectAt]) => {
  return sampleSignal({ source: from, eventAt, effects: [effectAt(eventAt)] });
});

/** Signals in any order, some of them several times, with operators in between. */
const steps: fc.Arbitrary<readonly WriterStep[]> = fc.array(signal, { minLength: 1, maxLength: 6 }).chain((signals) =>
  fc.array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(...signals).map((each) => ({ kind: 'arrived', signal: each }) as const),
      },
      { weight: 1, arbitrary: instant.map((before) => ({ kind: 'revoked', before }) as const) },
      { weight: 1, arbitrary: fc.constant({ kind: 'blocked' } as const) },
      { weight: 1, arbitrary: fc.constant({ kind: 'restored' } as const) },
    ),
    { maxLength: 12 },
  ),
);

/** The instant up to which the entry revokes tokens. */
function revokedBy(entry: EntryItem | undefined): number {
  const before = entry === undefined ? -Infinity : readBefore(entry.before);
  return typeof before === 'number' ? before : Infinity;
}

function afterAllSteps(taken: readonly WriterStep[]): Tables {
  const tables = new Tables();
  for (const [index, step] of taken.entries()) tables.take(step, NOW + index);
  return tables;
}

it('the entry revokes what signals and operators asked for since the last restore, and not more, in any order', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const { least, most } = revokedAfter(taken);
      const revoked = revokedBy(afterAllSteps(taken).entry);
      expect(revoked).toBeGreaterThanOrEqual(least);
      expect(revoked).toBeLessThanOrEqual(most);
    }),
    { numRuns: 1000 },
  );
});

it('the entry stays until the last token that it revokes has ended', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const { entry } = afterAllSteps(taken);
      if (entry === undefined) return;
      const end = readPurgeAt(entry, NOW) ?? Infinity;
      const revoked = revokedBy(entry);
      expect(end).toBeGreaterThanOrEqual(revoked + issuer.maxTokenAge + issuer.clockTolerance);
      if (revoked === Infinity) expect(entry).not.toHaveProperty('purgeAt');
    }),
    { numRuns: 500 },
  );
});

it('whether a source blocks does not depend on the order in which its signals arrive', () => {
  const signals = fc.array(signal, { maxLength: 6 });
  fc.assert(
    fc.property(signals, signals, (some, others) => {
      const all = [...some, ...others].map((each) => ({ kind: 'arrived', signal: each }) as const);
      const one = revokedBy(afterAllSteps(all).entry);
      const other = revokedBy(afterAllSteps(all.toReversed()).entry);
      expect(one === Infinity).toBe(other === Infinity);
    }),
    { numRuns: 500 },
  );
});

it('an arrival of a signal after a restore changes nothing if it was applied before', () => {
  fc.assert(
    fc.property(steps, (taken) => {
      const tables = afterAllSteps(taken);
      tables.take({ kind: 'restored' }, NOW + 20);
      for (const step of taken) if (step.kind === 'arrived') tables.take(step, NOW + 21);
      expect(tables.entry).toBeUndefined();
    }),
  );
});
