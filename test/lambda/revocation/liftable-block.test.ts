import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EntryItem, itemOf, type Revocation } from '../../../lambda/revocation/revocation.ts';
import { entryRevokes, readBefore } from '../../../lambda/revocation/revocation-entry.ts';
import {
  covers,
  isAsStrong,
  joinOf,
  type Lift,
  liftedEntry,
  strengthOf,
  strongerEntry,
} from '../../../lambda/revocation/stronger-entry.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const target = { prefix: 'sub', issuerAlias: 'main', value: 'alice' } as const;
const common = { target, flush: true, reason: undefined, revokedAt: NOW } as const;

const block = (source: string, eventAt: number): Revocation => ({
  ...common,
  before: undefined,
  purgeAt: undefined,
  revokedBy: `signal:${source}`,
  blocks: new Map([[source, eventAt]]),
});

const until = (before: number, purgeAt = before + 1000): Revocation => ({
  ...common,
  before,
  purgeAt,
  revokedBy: 'ann',
});
const blockByAnn: Revocation = { ...common, before: undefined, purgeAt: undefined, revokedBy: 'ann' };

const lift = (source: string, eventAt: number): Lift => ({
  ...common,
  reason: 'account-enabled',
  revokedBy: `signal:${source}`,
  source,
  eventAt,
  before: eventAt,
  purgeAt: eventAt + 1000,
});

/** The entry after writers came one after the other. */
function entryAfter(...steps: readonly (Revocation | Lift)[]): EntryItem | undefined {
  let item: EntryItem | undefined;
  for (const step of steps) {
    if ('source' in step) item = item && (liftedEntry(item, step) ?? item);
    else item = item === undefined ? itemOf(step) : (strongerEntry(item, step) ?? item);
  }
  return item;
}

const revokes = (item: EntryItem | undefined, issuedAt: number): boolean =>
  item !== undefined && entryRevokes('sub', readBefore(item.before), issuedAt);

describe('a block that a source may lift', () => {
  it('revokes every token and is never deleted, as a block by an operator', () => {
    expect(entryAfter(block('okta', NOW))).toEqual({
      target: { S: 'sub#main#alice' },
      blockedBy: { M: { okta: { N: String(NOW) } } },
      revokedBy: { S: 'signal:okta' },
      revokedAt: { S: '2027-01-15T08:00:00Z' },
    });
    expect(revokes(entryAfter(block('okta', NOW)), NOW + 1e6)).toBe(true);
  });

  it('leaves the tokens from before the lift revoked, and says who lifted it', () => {
    const item = entryAfter(
      { ...block('okta', NOW), reason: 'account-disabled', flush: false },
      lift('okta', NOW + 10),
    );
    expect(item).toEqual({
      target: { S: 'sub#main#alice' },
      before: { N: String(NOW + 10) },
      purgeAt: { N: String(NOW + 1010) },
      flush: { BOOL: false },
      reason: { S: 'account-enabled' },
      revokedBy: { S: 'signal:okta' },
      revokedAt: { S: '2027-01-15T08:00:00Z' },
    });
  });

  it.each([NOW, NOW - 1])('stands when the lift is not newer: a lift at %i', (at) => {
    expect(liftedEntry(itemOf(block('okta', NOW)), lift('okta', at))).toBeUndefined();
  });

  it('stands when another source lifts', () => {
    expect(liftedEntry(itemOf(block('okta', NOW)), lift('cognito', NOW + 1))).toBeUndefined();
  });

  it('of two sources ends when both have lifted', () => {
    const both = [block('okta', NOW), block('cognito', NOW + 1)] as const;
    const one = entryAfter(...both, lift('okta', NOW + 5));
    expect(one).toMatchObject({
      blockedBy: { M: { cognito: { N: String(NOW + 1) } } },
      afterLift: { M: { before: { N: String(NOW + 5) }, purgeAt: { N: String(NOW + 1005) } } },
    });
    expect(revokes(one, NOW + 1e6)).toBe(true);
    const none = entryAfter(...both, lift('okta', NOW + 5), lift('cognito', NOW + 3));
    expect(none).not.toHaveProperty('blockedBy');
    expect(none).not.toHaveProperty('afterLift');
    expect(none).toMatchObject({ before: { N: String(NOW + 5) }, purgeAt: { N: String(NOW + 1005) } });
  });

  it('counts from its newest event', () => {
    const item = entryAfter(block('okta', NOW + 5), block('okta', NOW));
    expect(item?.blockedBy).toEqual({ M: { okta: { N: String(NOW + 5) } } });
    expect(entryAfter(block('okta', NOW), block('okta', NOW + 5))?.blockedBy).toEqual(item?.blockedBy);
  });

  it('covers its repetition, and a newer one is written', () => {
    expect(covers(itemOf(block('okta', NOW)), block('okta', NOW))).toBe(true);
    expect(covers(itemOf(block('okta', NOW)), block('okta', NOW + 1))).toBe(false);
    expect(covers(itemOf(block('okta', NOW)), block('cognito', NOW))).toBe(false);
  });

  it("does not cover an operator's entry: that one must stay after the lift", () => {
    const item = entryAfter(block('okta', NOW), until(NOW + 50));
    expect(item).toMatchObject({
      blockedBy: { M: { okta: { N: String(NOW) } } },
      afterLift: { M: { before: { N: String(NOW + 50) }, purgeAt: { N: String(NOW + 1050) } } },
      revokedBy: { S: 'ann' },
    });
    expect(entryAfter(block('okta', NOW), until(NOW + 50), lift('okta', NOW + 10))).toMatchObject({
      before: { N: String(NOW + 50) },
      purgeAt: { N: String(NOW + 1050) },
    });
  });

  it("over an operator's entry leaves that one behind it", () => {
    expect(entryAfter(until(NOW + 50), block('okta', NOW), lift('okta', NOW + 10))).toMatchObject({
      before: { N: String(NOW + 50) },
      purgeAt: { N: String(NOW + 1050) },
    });
  });

  it("becomes an operator's block when the operator blocks, and nobody lifts that", () => {
    const item = entryAfter(block('okta', NOW), blockByAnn);
    expect(item).toEqual(itemOf(blockByAnn));
    expect(liftedEntry(item ?? {}, lift('okta', NOW + 10))).toBeUndefined();
  });

  it("writes nothing over an operator's block", () => {
    expect(strongerEntry(itemOf(blockByAnn), block('okta', NOW))).toBeUndefined();
  });

  it("outlasts an operator's block that is going to be deleted", () => {
    const item = entryAfter({ ...blockByAnn, purgeAt: NOW + 10 }, block('okta', NOW));
    expect(item).toMatchObject({ afterLift: { M: { purgeAt: { N: String(NOW + 10) } } } });
    expect(item).not.toHaveProperty('purgeAt');
    expect(
      revokes(entryAfter({ ...blockByAnn, purgeAt: NOW + 10 }, block('okta', NOW), lift('okta', NOW + 1)), 1e10),
    ).toBe(true);
  });
});

describe('an entry that looks like such a block', () => {
  const entry = (changes: Readonly<Record<string, AttributeValue>>): EntryItem => ({
    ...itemOf(block('okta', NOW)),
    ...changes,
  });

  it.each<[string, EntryItem]>([
    ['names no source', entry({ blockedBy: { M: {} } })],
    ['names no time', entry({ blockedBy: { M: { okta: { S: String(NOW) } } } })],
    ['names a time in milliseconds', entry({ blockedBy: { M: { okta: { N: `${NOW}000` } } } })],
    ['names no time for one of its sources', entry({ blockedBy: { M: { okta: { N: '5' }, risc: { S: '5' } } } })],
    ['names its source as text', entry({ blockedBy: { S: 'okta' } })],
  ])('and %s is a block that nobody lifts', (_, item) => {
    expect(strengthOf(item, NOW)).toMatchObject({ before: Infinity, purgeAt: Infinity });
    expect(liftedEntry(item, lift('okta', NOW + 10))).toBeUndefined();
  });

  it('and has a `before` is what that says, and no block', () => {
    const item = entry({ before: { N: '5' }, purgeAt: { N: String(NOW + 5) } });
    expect(strengthOf(item, NOW)).toEqual({ before: 5, purgeAt: NOW + 5, flush: true, blocks: new Map() });
    expect(liftedEntry(item, lift('okta', NOW + 10))).toBeUndefined();
  });

  it('and has a `before` alone is never deleted, as any other', () => {
    expect(strengthOf(entry({ before: { N: '5' } }), NOW)).toMatchObject({ before: 5, purgeAt: Infinity });
  });

  it('and has a `purgeAt` is blocked again by the next signal', () => {
    const item = strongerEntry(entry({ purgeAt: { N: String(NOW + 5) } }), block('okta', NOW));
    expect(item).not.toHaveProperty('purgeAt');
    expect(item).toMatchObject({ blockedBy: { M: { okta: { N: String(NOW) } } } });
  });

  it.each<AttributeValue>([{ S: 'none' }, { M: {} }, { M: { before: { S: 'x' }, purgeAt: { S: 'x' } } }])(
    'and whose `afterLift` is %j stays a block after the lift',
    (afterLift) => {
      const item = liftedEntry(entry({ afterLift }), lift('okta', NOW + 10)) ?? {};
      expect(strengthOf(item, NOW)).toMatchObject({ before: Infinity, purgeAt: Infinity, blocks: new Map() });
    },
  );
});

const sources = ['okta', 'cognito', 'risc'] as const;
const instant = fc.integer({ min: NOW - 5, max: NOW + 5 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('block' as const), source: fc.constantFrom(...sources), at: instant }),
  fc.record({ kind: fc.constant('lift' as const), source: fc.constantFrom(...sources), at: instant }),
  fc.record({ kind: fc.constant('until' as const), at: instant }),
  fc.record({ kind: fc.constant('ann blocks' as const) }),
  fc.record({ kind: fc.constant('restore' as const) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What must be revoked after the steps: all that was confirmed since the last restore, and that no lift has ended. */
class Oracle {
  until = -Infinity;
  readonly #blocks = new Map<string, number>();

  take(each: Step): void {
    if (each.kind === 'restore') {
      this.until = -Infinity;
      this.#blocks.clear();
    } else if (each.kind === 'block') {
      this.#blocks.set(each.source, Math.max(each.at, this.#blocks.get(each.source) ?? 0));
    } else if (each.kind === 'lift') {
      const blockedAt = this.#blocks.get(each.source);
      if (blockedAt === undefined || blockedAt >= each.at) return;
      this.#blocks.delete(each.source);
      this.until = Math.max(this.until, each.at);
    } else this.until = Math.max(this.until, each.kind === 'until' ? each.at : Infinity);
  }

  get latest(): number {
    return this.#blocks.size > 0 ? Infinity : this.until;
  }
}

function apply(item: EntryItem | undefined, each: Step): EntryItem | undefined {
  if (each.kind === 'restore') return undefined;
  if (each.kind === 'lift') return item && (liftedEntry(item, lift(each.source, each.at)) ?? item);
  const wanted =
    each.kind === 'block' ? block(each.source, each.at) : each.kind === 'until' ? until(each.at) : blockByAnn;
  return item === undefined ? itemOf(wanted) : (strongerEntry(item, wanted) ?? item);
}

it('the entry revokes what an oracle says, whatever sources and operators do one after the other', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const oracle = new Oracle();
      let item: EntryItem | undefined;
      for (const each of steps) {
        const before = item;
        item = apply(item, each);
        oracle.take(each);
        expect(strengthBeneath(item)).toBe(oracle.latest);
        const isWeakening = each.kind === 'restore' || each.kind === 'lift';
        if (before !== undefined && item !== undefined && !isWeakening)
          expect(isAsStrong(strengthOf(item, NOW), strengthOf(before, NOW))).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

/** The latest `before` that the entry, as a decision reads it, stands for. */
function strengthBeneath(item: EntryItem | undefined): number {
  if (item === undefined) return -Infinity;
  const before = readBefore(item.before);
  return typeof before === 'number' ? before : Infinity;
}

it('a lift and what others write lead to the same entry in either order', () => {
  const others = fc.oneof(
    instant.map((at) => until(at)),
    instant.map((at) => block('cognito', at)),
    fc.constant(blockByAnn),
  );
  fc.assert(
    fc.property(instant, instant, others, (blockedAt, liftedAt, other) => {
      const start = block('okta', blockedAt);
      const one = strengthOf(entryAfter(start, other, lift('okta', liftedAt)) ?? {}, NOW);
      const two = strengthOf(entryAfter(start, lift('okta', liftedAt), other) ?? {}, NOW);
      expect(one).toEqual(two);
      expect(joinOf(one, two)).toEqual(one);
    }),
  );
});
