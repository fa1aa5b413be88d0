import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entryRevokes, readBefore } from '../../lambda/revocation-entry.ts';
import type { TargetPrefix } from '../../lambda/revocation-target.ts';
import { readPurgeAt } from '../../ops/purge-at.ts';
import { itemOf, type Revocation } from '../../ops/revocation.ts';
import { covers, strongerEntry } from '../../ops/stronger-entry.ts';
import { NOW } from '../support/trusted-issuer.ts';

const instant = fc.integer({ min: NOW - 10, max: NOW + 10 });
const number = instant.map((seconds): AttributeValue => ({ N: String(seconds) }));
const anything = fc.oneof(
  number,
  fc.constantFrom<AttributeValue>({ S: String(NOW) }, { NULL: true }, { BOOL: false }, { N: '-1' }, { N: `${NOW}000` }),
);
const prefix = fc.constantFrom<TargetPrefix>('jti', 'sid', 'sub', 'cid', 'kid', 'iss');

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
    const takesBefore = ['sub', 'cid', 'iss'].includes(prefix);
    const text = { reason: undefined, revokedBy: 'ann', revokedAt: NOW, flush };
    return {
      target: { prefix, issuerAlias: 'main', value },
      before: takesBefore ? before : undefined,
      purgeAt,
      ...text,
    };
  });

const cases = fc.tuple(existing, wanted).map(([attributes, revocation]) => {
  const { target = { S: '' } } = itemOf(revocation);
  return { item: { ...attributes, target } as Readonly<Record<string, AttributeValue>>, revocation };
});

it('whatever was revoked stays revoked, whatever is to be revoked is, and neither vanishes earlier', () => {
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

it('what was written covers what was wanted, so that writing it again writes nothing', () => {
  fc.assert(
    fc.property(cases, ({ item, revocation }) => {
      const result = strongerEntry(item, revocation) ?? item;
      expect(covers(result, revocation)).toBe(true);
      expect(strongerEntry(result, revocation)).toBeUndefined();
    }),
    { numRuns: 2000 },
  );
});

it('a flush that is wanted is asked for, or the entry that stands has asked for one', () => {
  fc.assert(
    fc.property(cases, ({ item, revocation }) => {
      const result = strongerEntry(item, revocation) ?? item;
      if (revocation.flush) expect(result).not.toHaveProperty('flush');
    }),
  );
});

it('attributes that are not ours are kept', () => {
  fc.assert(
    fc.property(cases, ({ item, revocation }) => {
      expect((strongerEntry(item, revocation) ?? item).note).toEqual(item.note);
    }),
  );
});
