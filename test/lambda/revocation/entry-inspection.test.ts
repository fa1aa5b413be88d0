import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FindingKind } from '../../../lambda/revocation/entry-finding.ts';
import { inspectEntry } from '../../../lambda/revocation/entry-inspection.ts';
import { purgeFloor } from '../../../lambda/revocation/purge-floor.ts';
import { REVOCATION_LEVELS, TARGET_PREFIXES, type TargetPrefix } from '../../../lambda/revocation/revocation-level.ts';
import { formatTarget } from '../../../lambda/revocation/revocation-target.ts';

const now = 1_800_000_000;
const issuer = { alias: 'main', maxTokenAge: 86_400, clockTolerance: 5, tokensWithoutId: 'digest' as const };
const facts = {
  issuers: [issuer, { alias: 'partner', maxTokenAge: 3600, clockTolerance: 5, tokensWithoutId: 'digest' as const }],
  now,
  writtenAt: now,
};
const soundPurgeAt = { N: String(now + 200_000) };
const digest = 'a'.repeat(64);

const kindsOf = (item: Record<string, AttributeValue>, more: object = {}): readonly FindingKind[] =>
  inspectEntry(item, { ...facts, ...more }).map(({ kind }) => kind);

const tokenEntry = { target: { S: 'jti#main#1' }, purgeAt: soundPurgeAt };
const subjectEntry = { target: { S: 'sub#main#alice' } };

describe('the target of an entry', () => {
  const matching: readonly string[] = [
    'jti#main#1',
    'jti#partner#a#b c',
    `th#main#${digest}`,
    'sid#main#1',
    'sub#main#JTI',
    'cid#main#1',
    'clm#main#tenant#acme',
    'clm#main#tenant#a#b=c',
    'kid#main#1',
    'iss#main',
  ];
  it.each(matching)('of the form %s can match a token', (target) => {
    expect(kindsOf({ target: { S: target }, purgeAt: soundPurgeAt, before: { N: String(now) } })).not.toContain(
      'malformed-target',
    );
  });

  it.each(['jti#old#1', 'sub#old#alice', 'iss#old'])('under a former alias can match a token: %s', (target) => {
    const issuers = [{ ...issuer, formerAliases: ['old'] }];
    const item = { target: { S: target }, purgeAt: soundPurgeAt, before: { N: String(now) } };
    expect(kindsOf(item)).toEqual(['unknown-alias']);
    expect(kindsOf(item, { issuers })).toEqual([]);
    expect(kindsOf({ ...item, target: { S: target.replace('old', 'OLD') } }, { issuers })).toEqual([
      'malformed-target',
    ]);
  });

  it.each<[string, readonly string[] | undefined, readonly FindingKind[]]>([
    ['clm#main#tenant#acme', ['tenant'], []],
    ['clm#main#tenant#acme', undefined, []],
    ['clm#main#tenannt#acme', ['tenant', 'agent'], ['unknown-claim']],
    ['clm#main#tenant#acme', [], ['unknown-claim']],
    ['sub#main#tenant#acme', ['agent'], []],
    ['clm#old#tenant#acme', ['agent'], ['unknown-alias']],
  ])('%s names a claim of the deployment, if those are %j: %j', (target, revocationClaims, kinds) => {
    expect(kindsOf({ target: { S: target } }, revocationClaims && { revocationClaims })).toEqual(kinds);
  });

  it('may begin, at the claim level, with a name that is an alias as well', () => {
    expect(kindsOf({ target: { S: 'clm#main#partner#x#y' } })).toEqual([]);
  });

  const useless: readonly (readonly [target: string, kind: FindingKind])[] = [
    ['clm#main#tenant', 'malformed-target'],
    ['clm#main#tenant#', 'malformed-target'],
    ['clm#main#Tenant#acme', 'malformed-target'],
    ['clm#main#tenant#a\nb', 'malformed-target'],
    [`clm#main#tenant#${'x'.repeat(256)}`, 'malformed-target'],
    ['CLM#main#tenant#acme', 'malformed-target'],
    ['JTI#main#1', 'malformed-target'],
    ['jti#MAIN#1', 'malformed-target'],
    ['iss#Main', 'malformed-target'],
    [' jti#main#1', 'malformed-target'],
    ['jti#main#1 ', 'malformed-target'],
    ['jti#main# 1', 'malformed-target'],
    ['jti# main#1', 'malformed-target'],
    ['jti #main#1', 'malformed-target'],
    ['jti#main#1\n', 'malformed-target'],
    ['jti#main#a\u0000b', 'malformed-target'],
    [`jti#main#${'x'.repeat(256)}`, 'malformed-target'],
    ['jti#main', 'malformed-target'],
    ['jti#main#', 'malformed-target'],
    ['jti##1', 'malformed-target'],
    ['iss#main#more', 'malformed-target'],
    [`th#main#${digest.toUpperCase()}`, 'malformed-target'],
    ['th#main#abc', 'malformed-target'],
    ['token#main#1', 'unknown-prefix'],
    ['1', 'unknown-prefix'],
    ['', 'unknown-prefix'],
    ['constructor#main#1', 'unknown-prefix'],
    ['jti#other#1', 'unknown-alias'],
    ['iss#other', 'unknown-alias'],
  ];
  it.each(useless)('written %j matches nothing: %s', (target, kind) => {
    expect(kindsOf({ target: { S: target }, purgeAt: soundPurgeAt })).toEqual([kind]);
  });

  it('that is not a string matches nothing', () => {
    expect(kindsOf({ target: { N: '1' } })).toEqual(['malformed-target']);
    expect(kindsOf({})).toEqual(['malformed-target']);
  });

  it('at a level that the deployment does not read revokes nothing', () => {
    const revocationLevels = REVOCATION_LEVELS.filter((level) => level !== 'subject');
    expect(kindsOf(subjectEntry, { revocationLevels })).toEqual(['level-not-read']);
    expect(kindsOf(tokenEntry, { revocationLevels })).toEqual([]);
  });
});

describe('`before` of an entry', () => {
  const malformed: readonly AttributeValue[] = [
    { S: '1700000000' },
    { S: '2026-01-01T00:00:00Z' },
    { BOOL: true },
    { NULL: true },
    { N: '-1' },
    { N: String(now * 1000) },
    { L: [] },
  ];
  it.each(malformed)('written as %j is malformed', (before) => {
    expect(kindsOf({ ...subjectEntry, before })).toEqual(['malformed-before']);
  });

  it('is reported from the first second beyond the clock tolerance into the future', () => {
    const at = (before: number) => kindsOf({ ...subjectEntry, before: { N: String(before) }, purgeAt: soundPurgeAt });
    expect(at(now + 5)).toEqual([]);
    expect(at(now + 6)).toEqual(['before-in-future']);
  });

  it('is reported when every token that it could name had ended at the time of writing', () => {
    const at = (before: number) => kindsOf({ ...subjectEntry, before: { N: String(before) }, purgeAt: soundPurgeAt });
    const oldestToken = now - 86_400 - 2 * 5;
    expect(at(oldestToken - 2)).toEqual([]);
    expect(at(oldestToken - 3)).toEqual(['before-too-old']);
    expect(at(Math.floor(now / 10))).toEqual(['before-too-old']);
  });

  it('of long ago is not reported where the time of writing is unknown', () => {
    const { writtenAt: _, ...unknown } = facts;
    const entry = { ...subjectEntry, before: { N: String(now - 900_000) }, purgeAt: soundPurgeAt };
    expect(inspectEntry(entry, unknown)).toEqual([]);
  });

  it('in the future means nothing where `before` is ignored', () => {
    expect(kindsOf({ ...tokenEntry, before: { N: String(now + 1000) } })).toEqual([]);
  });
});

describe('`purgeAt` of an entry', () => {
  it.each(['sub#main#a', 'cid#main#a', 'iss#main'])('is missing where %s has a `before`', (target) => {
    expect(kindsOf({ target: { S: target }, before: { N: String(now) } })).toEqual(['missing-purge-at']);
  });

  it.each(['jti#main#1', `th#main#${digest}`])('is missing on the token entry %s', (target) => {
    expect(kindsOf({ target: { S: target } })).toEqual(['missing-purge-at']);
  });

  it.each(['sid#main#a', 'kid#main#a', 'sub#main#a', 'cid#main#a', 'iss#main'])('may be missing on %s', (target) => {
    expect(kindsOf({ target: { S: target } })).toEqual([]);
  });

  const malformed: readonly AttributeValue[] = [
    { S: String(now + 200_000) },
    { N: String((now + 200_000) * 1000) },
    { N: '3600' },
    { N: '-1' },
    { NULL: true },
  ];
  it.each(malformed)('written as %j never purges', (purgeAt) => {
    expect(kindsOf({ ...tokenEntry, purgeAt })).toEqual(['malformed-purge-at']);
  });

  it.each(['kid#main#a', 'sub#main#a', 'cid#main#a', 'iss#main'])('has no right time on %s', (target) => {
    expect(kindsOf({ target: { S: target }, purgeAt: soundPurgeAt })).toEqual(['purge-too-early']);
  });

  it('of a token entry is too early when no token alive at the writing has that floor', () => {
    const at = (purgeAt: number) => kindsOf({ ...tokenEntry, purgeAt: { N: String(purgeAt) } });
    expect(at(now + 3600 - 1)).toEqual(['purge-too-early']);
    expect(at(now + 3600)).toEqual([]);
  });

  it.each([
    ['main', 86_400],
    ['partner', 3600],
  ])('of an entry with `before` is too early below the floor of the tokens of %s', (alias, maxTokenAge) => {
    const at = (purgeAt: number) =>
      kindsOf({ target: { S: `sub#${alias}#alice` }, before: { N: String(now) }, purgeAt: { N: String(purgeAt) } });
    expect(at(now + 2 + maxTokenAge + 5 + 3600 - 1)).toEqual(['purge-too-early']);
    expect(at(now + 2 + maxTokenAge + 5 + 3600)).toEqual([]);
  });

  const withPurgeAt: readonly (readonly [target: string, before: number | undefined])[] = [
    ['jti#main#1', undefined],
    [`th#main#${digest}`, undefined],
    ['sid#main#a', undefined],
    ['sub#main#a', now - 10],
    ['sub#main#a', undefined],
    ['cid#main#a', now - 10],
    ['iss#main', now - 10],
    ['kid#main#a', undefined],
  ];
  it.each(withPurgeAt)(
    'that had passed when %s was written is reported, not only as too early (`before`: %j)',
    (target, before) => {
      const item = { target: { S: target }, ...(before !== undefined && { before: { N: String(before) } }) };
      const at = (purgeAt: number) => kindsOf({ ...item, purgeAt: { N: String(purgeAt) } });
      expect(at(now)).toEqual(['purge-in-past']);
      expect(at(now - 4 * 365 * 86_400)).toEqual(['purge-in-past']);
      expect(at(now + 1)).toEqual(['purge-too-early']);
    },
  );

  it('that has passed is reported where the time of writing is unknown', () => {
    const { writtenAt: _, ...unknown } = facts;
    const at = (purgeAt: number) =>
      inspectEntry({ ...tokenEntry, purgeAt: { N: String(purgeAt) } }, unknown).map(({ kind }) => kind);
    expect(at(now)).toEqual(['purge-in-past']);
    expect(at(now + 1)).toEqual([]);
  });

  it('that has passed is not reported where every token that the entry names has ended', () => {
    const old = { ...facts, writtenAt: now - 500_000 };
    const purgeAt = { N: String(now - 500_000 + 86_400 + 3605) };
    expect(inspectEntry({ ...tokenEntry, purgeAt }, old)).toEqual([]);
  });
});

describe('the value of a target that begins with an alias', () => {
  const repeated: readonly string[] = [
    'sub#main#main#alice',
    'sub#main#partner#alice',
    'cid#main#main#spa',
    'sid#main#main#1',
    'jti#main#main#1',
    'kid#main#main#1',
    'sub#main#main#a#b',
    'sub#main#sub#main#alice',
    'sub#main#sid#partner#1',
  ];
  it.each(repeated)('%s is reported: it was copied from a log, or from an entry', (target) => {
    expect(kindsOf({ target: { S: target }, purgeAt: soundPurgeAt, before: { N: String(now) } })).toContain(
      'repeated-alias',
    );
  });

  const sound: readonly string[] = [
    'sub#main#main',
    'sub#main#mainland#alice',
    'sub#main#other#alice',
    'sub#main#a#main#b',
  ];
  it.each(sound)('%s is not reported', (target) => {
    expect(kindsOf({ target: { S: target }, purgeAt: soundPurgeAt, before: { N: String(now) } })).toEqual([]);
  });
});

describe('`revokedAt` of an entry', () => {
  const instant = (seconds: number) => new Date(seconds * 1000).toISOString();
  const at = (revokedAt: string, writing: 'first' | 'later' = 'first') =>
    kindsOf({ ...tokenEntry, revokedAt: { S: revokedAt } }, { writing });

  it.each([600, 11])('%i s before the record’s own time is reported', (seconds) => {
    expect(at(instant(now - seconds))).toEqual(['clock-differs']);
    expect(at(instant(now - seconds).replace('.000', ''))).toEqual(['clock-differs']);
  });

  it.each([600, 4])('%i s after the record’s own time is reported, of a changed entry too', (seconds) => {
    expect(at(instant(now + seconds))).toEqual(['clock-differs']);
    expect(at(instant(now + seconds), 'later')).toEqual(['clock-differs']);
  });

  it.each([-10, -1, 0, 3])('%i s from the record’s own time is as near as clocks and networks are', (seconds) => {
    expect(at(instant(now + seconds))).toEqual([]);
  });

  it('of long ago says nothing about a clock where an old entry was changed, or an import goes on', () => {
    expect(at(instant(now - 600), 'later')).toEqual([]);
  });

  it('is not compared where only it says when the entry was written', () => {
    expect(kindsOf({ ...tokenEntry, revokedAt: { S: instant(now - 600) } })).toEqual([]);
  });

  it.each(['2027-01-15', '2027-01-15T07:00Z', 'yesterday', '1', ''])(
    'as people type it is not compared: "%s"',
    (text) => {
      expect(at(text)).toEqual([]);
      expect(kindsOf({ ...tokenEntry, revokedAt: { N: '1' } }, { writing: 'first' })).toEqual([]);
    },
  );

  it('is given with the direction and the difference', () => {
    const [finding] = inspectEntry(
      { ...tokenEntry, revokedAt: { S: instant(now - 600) } },
      { ...facts, writing: 'first' },
    );
    expect(finding?.sentence).toMatch(/600 s behind/);
  });
});

const prefixes = Object.keys(TARGET_PREFIXES) as TargetPrefix[];

it('an entry with the purge time that we compute is never reported, up to the clock tolerance', () => {
  const entries = fc.record({
    prefix: fc.constantFrom(...prefixes),
    endsAt: fc.option(fc.integer({ min: now, max: now + 86_400 }), { nil: undefined }),
    before: fc.option(fc.integer({ min: now - 80_000, max: now }), { nil: undefined }),
    clockOffset: fc.integer({ min: -5, max: 0 }),
  });
  fc.assert(
    fc.property(entries, ({ prefix, endsAt, before, clockOffset }) => {
      const floor = purgeFloor({ prefix }, issuer, { now: now + clockOffset, endsAt, before });
      const value = prefix === 'iss' ? undefined : prefix === 'clm' ? 'tenant#acme' : digest;
      const found = kindsOf({
        target: { S: formatTarget({ prefix, issuerAlias: 'main', value }) },
        ...(before !== undefined && { before: { N: String(before) } }),
        ...(floor !== undefined && { purgeAt: { N: String(floor) } }),
      });
      expect(found).toEqual([]);
    }),
  );
});

describe('an e-mail address with capitals', () => {
  const found = (target: string, ...subjectAliases: readonly string[][]) =>
    kindsOf({ target: { S: target } }, { issuers: [{ ...issuer, subjectAliases }] });

  it('is reported where e-mail addresses are compared in lower case', () => {
    expect(found('sub#main#Al@acme.example', ['uid'], ['email'])).toEqual(['capitals-in-email']);
    expect(found('sub#main#al@acme.example', ['uid'], ['email'])).toEqual([]);
    expect(found('sub#main#00U1', ['uid'], ['email'])).toEqual([]);
  });

  it('is right where they are not, and at other levels', () => {
    expect(found('sub#main#Al@acme.example', ['uid'])).toEqual([]);
    expect(found('sub#main#Al@acme.example')).toEqual([]);
    expect(found('sid#main#Al@acme.example', ['email'])).toEqual([]);
  });
});

it('a digest is reported for an issuer whose tokens are known by their ids', () => {
  const entry = { target: { S: `th#main#${digest}` }, purgeAt: { N: String(now + 200_000) } };
  const withIds = { ...facts, issuers: [{ ...issuer, tokensWithoutId: 'reject' as const }] };
  expect(inspectEntry(entry, withIds).map(({ kind }) => kind)).toEqual(['level-not-read']);
  expect(inspectEntry(entry, facts)).toEqual([]);
});

it('no finding quotes the entry', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 20, maxLength: 60 }),
      fc.constantFrom('', 'jti#', 'jti#main#', 'x#'),
      (text, start) => {
        const found = inspectEntry({ target: { S: start + text }, before: { S: text }, purgeAt: { S: text } }, facts);
        for (const { sentence } of found) expect(sentence).not.toContain(text);
      },
    ),
  );
});

describe('the sentence of a finding', () => {
  const issuers = [
    { ...issuer, tokensWithoutId: 'reject' as const },
    { ...issuer, alias: 'partner', maxTokenAge: 3600 },
  ];
  const revocationLevels = ['token', 'session', 'subject', 'claim', 'key', 'issuer'] as const;
  const revocationClaims = ['tenant', 'agent'];
  const told = (item: Record<string, AttributeValue>) =>
    inspectEntry(item, { ...facts, issuers, revocationLevels, revocationClaims, writing: 'first' }).map(
      ({ sentence }) => sentence,
    );

  it.each<[Record<string, AttributeValue>, string]>([
    [{ target: { N: '1' } }, 'The entry has no `target` of type string, so the entry revokes nothing.'],
    [
      { target: { S: 'user#main#1' } },
      'The target starts with none of jti, th, sid, sub, cid, clm, kid, iss, so the entry revokes nothing.',
    ],
    [
      { target: { S: 'clm#main#tenant' } },
      'The target is not of the form `clm#<alias>#<claim>#<value>`, so the entry revokes nothing.',
    ],
    [
      { target: { S: 'clm#main#org#acme' } },
      'The target names none of the claims of this deployment (tenant, agent), so the entry revokes nothing.',
    ],
    [
      { target: { S: 'jti#main' } },
      'The target is not of the form `jti#<alias>#<value>` or `iss#<alias>`, so the entry revokes nothing.',
    ],
    [{ target: { S: 'JTI#main#1' } }, 'The prefix of the target is not in lower case, so the entry revokes nothing.'],
    [
      { target: { S: `jti#main#${'x'.repeat(300)}` } },
      'The value of the target is too long, or holds a control character, so the entry revokes nothing.',
    ],
    [
      { target: { S: 'iss#main#x' } },
      'The target is not of the form `jti#<alias>#<value>` or `iss#<alias>`, so the entry revokes nothing.',
    ],
    [
      { target: { S: 'jti#old#1' }, purgeAt: { N: String(now + 200000) } },
      "The target names none of this deployment's issuers (main, partner), so the entry revokes nothing.",
    ],
    [
      { target: { S: 'cid#main#spa' } },
      'This deployment does not read entries of the client level, so the entry revokes nothing.',
    ],
    [
      { target: { S: `th#main#${'a'.repeat(64)}` }, purgeAt: { N: String(now + 200000) } },
      'Tokens of this issuer have an id, and are revoked by `jti#`, so the entry revokes nothing.',
    ],
    [
      { target: { S: 'th#partner#abc' }, purgeAt: { N: String(now + 200000) } },
      'The value of the target is not a SHA-256 in lower-case hex, so the entry revokes nothing.',
    ],
    [
      { target: { S: `th#partner#${'a'.repeat(65)}` }, purgeAt: { N: String(now + 200000) } },
      'The value of the target is not a SHA-256 in lower-case hex, so the entry revokes nothing.',
    ],
    [
      { target: { S: 'sub#main#main#alice' } },
      'The value of the target begins with an alias, as `principalId` does: the entry revokes nothing unless the claim itself begins so.',
    ],
    [
      { target: { S: 'sub#main#a' }, before: { S: 'x' } },
      '`before` is not a plain number of seconds, so every token that the entry names is revoked.',
    ],
    [
      { target: { S: 'sub#main#a' }, before: { N: String(now + 4000) }, purgeAt: { N: String(now + 200000) } },
      '`before` is in the future, so tokens issued until then are rejected, new sign-ins included.',
    ],
    [
      { target: { S: 'sub#main#a' }, before: { N: '1000' }, purgeAt: { N: String(now + 200000) } },
      '`before` is so long ago that every token issued until then has ended: the entry revokes nothing.',
    ],
    [{ target: { S: 'jti#main#1' } }, '`purgeAt` is missing, so the entry is never deleted.'],
    [
      { target: { S: 'jti#main#1' }, purgeAt: { S: 'x' } },
      '`purgeAt` is not an instant in seconds, so the entry is never deleted.',
    ],
    [
      { target: { S: 'jti#main#1' }, purgeAt: { N: String(now + 10) } },
      '`purgeAt` is too early, so tokens are admitted again once DynamoDB deletes the entry: give it the time that `revocations` computes.',
    ],
    [
      { target: { S: 'jti#main#1' }, purgeAt: { N: String(now - 10) } },
      '`purgeAt` has passed, so DynamoDB may delete the entry at any moment, and its tokens are admitted again.',
    ],
    [
      { target: { S: 'kid#main#k' }, purgeAt: { N: String(now + 200000) } },
      '`purgeAt` is too early, so tokens are admitted again once DynamoDB deletes the entry: at the key level it must not have one.',
    ],
    [
      { target: { S: 'sub#main#a' }, purgeAt: { N: String(now + 200000) } },
      '`purgeAt` is too early, so tokens are admitted again once DynamoDB deletes the entry: at the subject level without a sound `before` it must not have one.',
    ],
    [
      { target: { S: 'jti#main#1' }, purgeAt: { N: String(now + 200000) }, revokedAt: { S: '2027-01-15T07:50:00Z' } },
      "`revokedAt` is 600 s behind DynamoDB's own time of writing: set the writer's clock, and revoke again, because `before` is wrong by as much.",
    ],
    [
      { target: { S: 'jti#main#1' }, purgeAt: { N: String(now + 200000) }, revokedAt: { S: '2027-01-15T08:10:00Z' } },
      "`revokedAt` is 600 s ahead of DynamoDB's own time of writing: set the writer's clock, and revoke again, because `before` is wrong by as much.",
    ],
  ])('%j', (item, sentence) => {
    expect(told(item)).toEqual([sentence]);
  });

  it.each([
    'x2027-01-15T07:50:00Z',
    '2027-01-15T07:50:00Zx',
    '2027-01-15',
    '2027-01-15T07:50Z',
    '2027-01-15T07:50:00',
    'yesterday',
  ])('but not where `revokedAt` is %s, which no program of ours writes', (revokedAt) => {
    expect(told({ ...tokenEntry, revokedAt: { S: revokedAt } })).toEqual([]);
  });

  it.each(['2027-01-15T07:50:00.25Z', '2027-01-15T08:50:00+01:00'])('also where `revokedAt` is %s', (revokedAt) => {
    expect(told({ ...tokenEntry, revokedAt: { S: revokedAt } })).toEqual([expect.stringContaining('600 s behind')]);
  });
});
