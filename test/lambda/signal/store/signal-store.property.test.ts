import fc from 'fast-check';
import { beforeAll, expect, inject, it } from 'vitest';
import { createTransactingCall } from '../../../../lambda/network/dynamodb-transaction.ts';
import { readBefore } from '../../../../lambda/revocation/revocation-entry.ts';
import { createSignalStore } from '../../../../lambda/signal/store/signal-store.ts';
import { writeEntry } from '../../../../ops/entry/entry-table.ts';
import { revokedAfter, type WriterStep } from '../../../support/signals/revocation-oracle.ts';
import {
  blockSubject,
  liftSubject,
  revokeSubject,
  sampleSignal,
  sampleSource,
} from '../../../support/signals/sample-signal.ts';
import { createSignalTables, type TestSignalTables } from '../../../support/table/signal-tables.ts';
import { testCredentials } from '../../../support/table/test-table.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

let tables: TestSignalTables;
beforeAll(async () => {
  tables = await createSignalTables();
});

const KINDS = ['block', 'lift', 'until'] as const;
const writer = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('okta', 'cognito'), fc.constantFrom(...KINDS), fc.nat(5)) },
  { weight: 1, arbitrary: fc.nat(5) },
);

let users = 0;

/** The steps of writers on a new user. Every signal comes from two deliveries. */
function stepsOf(writers: readonly (number | readonly [string, (typeof KINDS)[number], number])[]) {
  users += 1;
  const user = `user-${users}`;
  const effects = { block: blockSubject(user), lift: liftSubject(user) } as const;
  const steps = writers.map((each): WriterStep => {
    if (typeof each === 'number') return { kind: 'revoked', before: NOW - each };
    const [name, kind, age] = each;
    const effect = kind === 'until' ? revokeSubject(user, NOW - age) : effects[kind];
    const signal = sampleSignal({ source: sampleSource({ name }), eventAt: NOW - age, effects: [effect] });
    return { kind: 'arrived', signal };
  });
  return { user, steps };
}

it('signals and operators that write an entry at the same time leave it as strong as they ask for, and lose no lift', async () => {
  const { name: table, client } = tables.revocations;
  const apply = createSignalStore({
    call: createTransactingCall({
      endpoint: new URL(inject('dynamoDbEndpoint')),
      region: 'eu-west-1',
      credentials: testCredentials,
      requestTimeout: 5000,
    }),
    revocationTable: table,
    signalTable: tables.signals,
    issuers: [trustedIssuer()],
    now: () => NOW * 1000,
  });
  const revoke = (value: string, before: number) => {
    const target = { prefix: 'sub', issuerAlias: 'main', value } as const;
    const text = { reason: undefined, revokedBy: 'ann', revokedAt: NOW, flush: true };
    return writeEntry({ table, client }, { revocation: { target, before, purgeAt: NOW + 100_000, ...text } });
  };
  const take = (step: WriterStep, user: string): readonly Promise<unknown>[] => {
    if (step.kind === 'arrived') return [apply(step.signal), apply(step.signal)];
    return step.kind === 'revoked' ? [revoke(user, step.before)] : [];
  };
  await fc.assert(
    fc.asyncProperty(fc.array(writer, { minLength: 2, maxLength: 4 }), async (writers) => {
      const { user, steps } = stepsOf(writers);
      await Promise.all(steps.flatMap((step) => take(step, user)));
      const entry = await tables.entry(`sub#main#${user}`);
      const before = entry === undefined ? -Infinity : readBefore(entry.before);
      const revoked = typeof before === 'number' ? before : Infinity;
      const { least, most } = revokedAfter(steps);
      expect(revoked).toBeGreaterThanOrEqual(least);
      expect(revoked).toBeLessThanOrEqual(most);
    }),
    { numRuns: 40 },
  );
});
