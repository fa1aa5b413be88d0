import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemOf, type Revocation, readPurgeAt } from '../../../lambda/revocation/revocation.ts';
import { entryRevokes, readBefore } from '../../../lambda/revocation/revocation-entry.ts';
import { TARGET_PREFIXES, type TargetPrefix, takesBefore } from '../../../lambda/revocation/revocation-level.ts';
import {
  covers,
  isAsStrong,
  joinOf,
  type Strength,
  strengthOf,
  strongerEntry,
  strongerRevocation,
  suffices,
} from '../../../lambda/revocation/stronger-entry.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const instant = fc.integer({ min: NOW - 10, max: NOW + 10 });
const number = instant.map((seconds): AttributeValue => ({ N: String(seconds) }));
const anything = fc.oneof(
  number,
  fc.constantFrom<AttributeValue>({ S: String(NOW) }, { NULL: true }, { BOOL: false }, { N: '-1' }, { N: `${NOW}000` }),
);
const prefix = fc.constantFrom(...(Object.keys(TARGET_PREFIXES) as TargetPrefix[]));

const existing = fc.record(
  { before: anything, purgeAt: anything, note: fc.constant({ S: 'kept' }), flush: fc.constant({ BOOL: false }) },
  { requiredKeys: [] },
);

const wanted = fc
  .record({
    prefix,
    before: fc.option(instant, { nil: undefined }),
    purgeAt: fc.option(instant, { nil: undefined }),
    flush: fc.boolean(),
  })
  .map(({ prefix, before, purgeAt, flush }): Revocation => {
    const value = prefix === 'iss' ? undefined : 'v';
    const text = { reason: undefined, revokedBy: 'ann', revokedAt: NOW, flush };
    return {
      target: { prefix, issuerAlias: 'main', value },
      before: takesBefore(TARGET_PREFIXES[prefix]) ? before : undefined,
      purgeAt,
      ...text,
    };
  });

const cases = fc.tuple(existing, wanted).map(([attributes, revocation]) => {
  const { target = { S: '' } } = itemOf(revocation);
  return { item: { ...attributes, target } as Readonly<Record<string, AttributeValue>>, revocation };
});

it('the stronger entry revokes what either revokes, and stays as long as the longer one', () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: NOW - 15, max: NOW + 15 }), ({ item, revocation }, issuedAt) => {
      const result = strongerEntry(item, revocation) ?? item;
      const revokes = (entry: typeof item) =>
        entryRevokes(revocation.target.prefix, readBefore(entry.before), issuedAt);
      expect(revokes(result)).toBe(revokes(item) || revokes(itemOf(revocation)));
      const end = (entry: typeof item) => readPurgeAt(entry, NOW) ?? Infinity;
      expect(end(result)).toBe(Math.max(end(item), end(itemOf(revocation))));
    }),
    { numRuns: 2000 },
  );
});

it('the stronger entry covers the revocation, so that revoking again writes nothing', () => {
  fc.assert(
    fc.property(cases, ({ item, revocation }) => {
      const result = strongerEntry(item, revocation) ?? item;
      expect(covers(result, revocation)).toBe(true);
      expect(strongerEntry(result, revocation)).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

it('the stronger entry flushes where the revocation flushes', () => {
  fc.assert(
    fc.property(cases, ({ item, revocation }) => {
      const result = strongerEntry(item, revocation) ?? item;
      if (revocation.flush) expect(result).not.toHaveProperty('flush');
    }),
  );
});

it('the stronger entry keeps attributes that are not ours', () => {
  fc.assert(
    fc.property(cases, ({ item, revocation }) => {
      expect((strongerEntry(item, revocation) ?? item).note).toEqual(item.note);
    }),
  );
});

const reach = fc.oneof(instant, fc.constant(Infinity));
const blocks = fc.array(fc.tuple(fc.constantFrom('okta', 'cognito'), instant)).map((pairs) => new Map(pairs));
const strength: fc.Arbitrary<Strength> = fc
  .record({ before: reach, purgeAt: reach, flush: fc.boolean(), blocks })
  // The way in which a strength is written that no block adds to.
  .map((each) => (each.before === Infinity && each.purgeAt === Infinity ? { ...each, blocks: new Map() } : each));

describe('the join of two strengths', () => {
  it('is the weakest strength that is as strong as both', () => {
    fc.assert(
      fc.property(strength, strength, strength, (a, b, c) => {
        const join = joinOf(a, b);
        expect(isAsStrong(join, a) && isAsStrong(join, b)).toBe(true);
        if (isAsStrong(c, a) && isAsStrong(c, b)) expect(isAsStrong(c, join)).toBe(true);
      }),
    );
  });

  it('does not depend on order, grouping or repetition', () => {
    fc.assert(
      fc.property(strength, strength, strength, (a, b, c) => {
        expect(joinOf(a, b)).toEqual(joinOf(b, a));
        expect(joinOf(joinOf(a, b), c)).toEqual(joinOf(a, joinOf(b, c)));
        expect(joinOf(a, a)).toEqual(a);
      }),
    );
  });

  it('grows with each of them', () => {
    fc.assert(
      fc.property(strength, strength, strength, (a, b, c) => {
        expect(isAsStrong(joinOf(joinOf(a, b), c), joinOf(a, c))).toBe(true);
      }),
    );
  });

  it('belongs to an order: two strengths that are as strong as each other are equal', () => {
    fc.assert(
      fc.property(strength, strength, (a, b) => {
        expect(isAsStrong(a, a)).toBe(true);
        if (isAsStrong(a, b) && isAsStrong(b, a)) expect(a).toEqual(b);
      }),
    );
  });
});

describe('two revocations of one target', () => {
  const other = fc.record({
    before: fc.option(instant, { nil: undefined }),
    purgeAt: fc.option(instant, { nil: undefined }),
    flush: fc.boolean(),
    revokedBy: fc.constant('bob'),
  });

  it('leave an entry of the same strength in either order', () => {
    fc.assert(
      fc.property(cases, other, ({ item, revocation }, changes) => {
        const before = revocation.before === undefined ? undefined : changes.before;
        const second = { ...revocation, ...changes, before };
        const joined = (entry: typeof item, wish: Revocation) => strongerEntry(entry, wish) ?? entry;
        const there = strengthOf(joined(joined(item, revocation), second), NOW);
        expect(there).toEqual(strengthOf(joined(joined(item, second), revocation), NOW));
        expect(isAsStrong(there, strengthOf(item, NOW))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('join to one that is as strong as both, with the texts of the second', () => {
    fc.assert(
      fc.property(cases, other, ({ revocation }, changes) => {
        const second = { ...revocation, ...changes };
        const one = strongerRevocation(revocation, second);
        expect(strengthOf(itemOf(one), NOW)).toEqual(
          joinOf(strengthOf(itemOf(revocation), NOW), strengthOf(itemOf(second), NOW)),
        );
        expect(one.revokedBy).toBe('bob');
      }),
    );
  });
});

describe('an entry', () => {
  const target = { prefix: 'sub', issuerAlias: 'main', value: 'v' } as const;
  const text = { reason: undefined, revokedBy: 'ann', revokedAt: NOW };
  const wish: Revocation = { target, before: NOW, purgeAt: NOW + 100, flush: true, ...text };
  const entry = (changes: Partial<Revocation> = {}) => itemOf({ ...wish, ...changes });

  it.each<[string, Partial<Revocation>, boolean, boolean]>([
    ['the same', {}, true, true],
    ['a block', { before: undefined }, true, true],
    ['a later `before`', { before: NOW + 1 }, true, true],
    ['an earlier `before`', { before: NOW - 1 }, false, false],
    ['a later `purgeAt`', { purgeAt: NOW + 101 }, true, true],
    ['an earlier `purgeAt`', { purgeAt: NOW + 99 }, false, false],
    ['no `purgeAt`', { purgeAt: undefined }, true, true],
    ['no flush', { flush: false }, true, false],
  ])('with %s covers a wish only if it is as strong', (_, changes, isCovered, isSufficient) => {
    expect(covers(entry(changes), wish)).toBe(isCovered);
    expect(suffices(entry(changes), wish)).toBe(isSufficient);
    expect(suffices(entry(changes), { ...wish, flush: false })).toBe(isCovered);
  });

  it.each<[string, Readonly<Record<string, AttributeValue>>]>([
    ['before', { before: { S: 'yesterday' } }],
    ['before', { before: { N: `${NOW}000` } }],
    ['purgeAt', { purgeAt: { S: 'tomorrow' } }],
    ['purgeAt', { purgeAt: { N: '1' } }],
  ])('with a malformed %s counts as the strongest, but is written again: %j', (name, changes) => {
    const item = { ...entry(), ...changes };
    expect(strengthOf(item, NOW)).toMatchObject({ [name]: Infinity });
    expect(covers(item, wish)).toBe(false);
    expect(strongerEntry(item, wish)).not.toHaveProperty(name);
  });

  it('at a level without `before` revokes every token, whatever its `before` says', () => {
    const key = { target: { S: 'kid#main#k' }, before: { N: '5' } };
    expect(strengthOf(key, NOW).before).toBe(Infinity);
    expect(strengthOf({ ...key, target: { S: 'sub#main#s' } }, NOW).before).toBe(5);
  });

  it('with an unknown target is as strong as its `before`', () => {
    expect(strengthOf({ target: { S: 'nonsense' }, before: { N: '5' } }, NOW).before).toBe(5);
    expect(strengthOf({ before: { N: '5' } }, NOW).before).toBe(5);
  });
});
