import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../../lambda/signal/signal.ts';
import { type Item, planWrites } from '../../../../lambda/signal/store/signal-writes.ts';
import {
  blockSubject,
  endSession,
  liftSubject,
  revokeSubject,
  sampleSignal,
} from '../../../support/signals/sample-signal.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const TARGET = 'sub#main#alice';
const ROW = 'lift#okta#sub#main#alice';
const issuer = trustedIssuer();

function plan(effects: readonly Effect[], seen: Readonly<Record<string, Item>> = {}) {
  const signal = sampleSignal({ eventAt: NOW - 60, effects });
  return planWrites({ signal, issuer, now: NOW + 0.5 }, new Map(Object.entries(seen)));
}

const rowAt = (liftedAt: number): Item => ({
  id: { S: ROW },
  liftedAt: { N: String(liftedAt) },
  purgeAt: { N: String(NOW + 1 + 90 * 86_400) },
});

describe('what a signal writes', () => {
  it('is one entry where nothing is there', () => {
    const [write, ...others] = plan([revokeSubject('alice')]);
    expect(others).toEqual([]);
    expect(write).toMatchObject({ table: 'revocations', id: TARGET, put: { before: { N: String(NOW - 60) } } });
    expect(write?.seen).toBeUndefined();
  });

  it('is nothing where the entry suffices, which is only checked', () => {
    const entry = { target: { S: TARGET } };
    expect(plan([revokeSubject('alice')], { [TARGET]: entry })).toEqual([
      { table: 'revocations', id: TARGET, seen: entry, put: undefined },
    ]);
  });

  it('is one entry for two effects on it, and as strong as both', () => {
    const writes = plan([revokeSubject('alice', NOW - 50), revokeSubject('alice', NOW - 60), endSession('s')]);
    expect(writes).toMatchObject([{ id: TARGET, put: { before: { N: String(NOW - 50) } } }, { id: 'sid#main#s' }]);
  });

  it('is a block, while the row of its lift is checked', () => {
    expect(plan([blockSubject('alice')])).toMatchObject([
      { table: 'revocations', id: TARGET, put: { blockedBy: { M: { okta: { N: String(NOW - 60) } } } } },
      { table: 'signals', id: ROW, seen: undefined, put: undefined },
    ]);
  });

  it('is an entry up to the lift for a block that is older than it', () => {
    const writes = plan([blockSubject('alice')], { [ROW]: rowAt(NOW - 30) });
    expect(writes).toMatchObject([{ id: TARGET, put: { before: { N: String(NOW - 30) } } }]);
  });

  it('is the row of a lift that has nothing to lift, while the absence of an entry is checked', () => {
    expect(plan([liftSubject('alice')])).toEqual([
      { table: 'revocations', id: TARGET, seen: undefined, put: undefined },
      { table: 'signals', id: ROW, seen: undefined, put: rowAt(NOW - 60) },
    ]);
  });

  it.each([
    [NOW - 61, true],
    [NOW - 60, false],
    [NOW - 59, false],
  ])('is the row of a lift if the one before it was earlier: at %i', (liftedAt, isWritten) => {
    const row = { ...rowAt(liftedAt), purgeAt: { N: '5' } };
    const [, write] = plan([liftSubject('alice')], { [ROW]: row });
    expect(write).toEqual({ table: 'signals', id: ROW, seen: row, put: isWritten ? rowAt(NOW - 60) : undefined });
  });

  it('takes a row without a time for no lift', () => {
    const [entry] = plan([blockSubject('alice')], { [ROW]: { id: { S: ROW } } });
    expect(entry).toMatchObject({ put: { blockedBy: { M: { okta: { N: String(NOW - 60) } } } } });
  });
});
