import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { RevocationLevel } from '../../../lambda/revocation/revocation-level.ts';
import { entryReaderAt } from '../../support/table/entry-reader.ts';
import { createRevocationTable, type TestRevocationTable } from '../../support/table/test-table.ts';
import { type AuthorizerUnderTest, createClock, type TestClock } from '../../support/tokens/authorizer-under-test.ts';
import { loopbackIssuer } from '../../support/tokens/loopback-issuer.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

const issuer = loopbackIssuer();
const revocationClaims = { tenant: ['org_id'] };
const tokenOf = (claims: Readonly<Record<string, unknown>> = {}) =>
  `Bearer ${issuer.tokenOf({ org_id: 'acme', ...claims })}`;
const good = tokenOf();

let table: TestRevocationTable;
beforeAll(async () => {
  table = await createRevocationTable();
});

let clock: TestClock;
let authorizer: AuthorizerUnderTest;
const readEntries = () => entryReaderAt(inject('dynamoDbEndpoint'), table.name, 10_000);
beforeEach(() => {
  clock = createClock();
  authorizer = issuer.fresh({ clock, readEntries: readEntries(), revocationClaims });
});

const kindOf = async (authorizationToken = good) => (await authorizer.decide(authorizationToken)).kind;
/** Runs `during` while the entry exists. */
const withEntry = async (
  target: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  during: () => Promise<void>,
) => {
  await table.put({ target: { S: target }, ...attributes });
  await during();
  await table.remove(target);
};
const levelsSaid = (event: string) => authorizer.log().flatMap((line) => (line.event === event ? [line.level] : []));

interface LevelRow {
  /** The target that revokes the good token. */
  readonly target: string;
  readonly takesBefore: boolean;
  /** Whether the entry does not revoke a token of another id, session, subject and client. */
  readonly sparesOthers: boolean;
}

const LEVELS: Readonly<Record<RevocationLevel, LevelRow>> = {
  token: { target: 'jti#main#token-1', takesBefore: false, sparesOthers: true },
  session: { target: 'sid#main#session-1', takesBefore: false, sparesOthers: true },
  subject: { target: 'sub#main#alice', takesBefore: true, sparesOthers: true },
  client: { target: 'cid#main#client-1', takesBefore: true, sparesOthers: true },
  claim: { target: 'clm#main#tenant#acme', takesBefore: true, sparesOthers: true },
  key: { target: 'kid#main#ec-1', takesBefore: false, sparesOthers: false },
  issuer: { target: 'iss#main', takesBefore: true, sparesOthers: false },
};
const levels = Object.keys(LEVELS) as RevocationLevel[];
const levelsWithBefore = levels.filter((level) => LEVELS[level].takesBefore);
const levelsWithoutBefore = levels.filter((level) => !LEVELS[level].takesBefore);

describe('E an entry with only a target', () => {
  it.each(levels)('at the %s level revokes until it is deleted', async (level) => {
    expect(await kindOf()).toBe('allowed');
    await withEntry(LEVELS[level].target, {}, async () => {
      expect(await kindOf()).toBe('unauthorized');
      clock.advance(500);
      expect(await kindOf()).toBe('unauthorized');
    });
    expect(levelsSaid('revoked')).toEqual([level, level]);
    clock.advance(2);
    expect(await kindOf()).toBe('allowed');
  });

  it('is remembered for at most 2 s, so that a restored token works again', async () => {
    await withEntry(LEVELS.token.target, {}, async () => expect(await kindOf()).toBe('unauthorized'));
    clock.advance(1.999);
    expect(await kindOf()).toBe('unauthorized');
    expect(authorizer.reads).toHaveLength(1);
    clock.advance(0.001);
    expect(await kindOf()).toBe('allowed');
  });

  it.each([
    ['9 s', 9],
    ['1 s', 1],
    ['1 ms', 0.001],
  ])('is not remembered for longer when the clock is set back by %s', async (_, seconds) => {
    await withEntry(LEVELS.token.target, {}, async () => expect(await kindOf()).toBe('unauthorized'));
    clock.advance(-seconds);
    expect(await kindOf()).toBe('allowed');
  });

  it('does not flood the log when its token is repeated', async () => {
    await withEntry(LEVELS.token.target, {}, async () => {
      for (let times = 0; times < 100; times += 1) expect(await kindOf()).toBe('unauthorized');
    });
    expect(levelsSaid('revoked')).toEqual(['token']);
    expect(authorizer.log().filter(({ event }) => event === 'rejected')).toHaveLength(2);
    expect(authorizer.reads).toHaveLength(1);
  });

  it('is found although the token was allowed before, because only "revoked" is remembered', async () => {
    expect(await kindOf()).toBe('allowed');
    await withEntry(LEVELS.subject.target, {}, async () => expect(await kindOf()).toBe('unauthorized'));
    expect(authorizer.reads).toHaveLength(2);
  });

  it.each(levels)('at the %s level revokes no other tokens, except at the key and issuer levels', async (level) => {
    const others = { jti: 'token-2', sid: 'session-2', sub: 'bob', client_id: 'client-2', org_id: 'other' };
    await withEntry(LEVELS[level].target, {}, async () => {
      expect(await kindOf(tokenOf(others))).toBe(LEVELS[level].sparesOthers ? 'allowed' : 'unauthorized');
    });
  });

  it.each(levels)('at the %s level revokes nothing where the deployment does not read that level', async (level) => {
    const read = levels.filter((one) => one !== level);
    const narrow = issuer.fresh({ readEntries: readEntries(), levels: read, revocationClaims });
    await withEntry(LEVELS[level].target, {}, async () => expect((await narrow.decide(good)).kind).toBe('allowed'));
    expect(narrow.reads[0]).toHaveLength(levels.length - 1);
  });
});

const malformed: readonly AttributeValue[] = [
  { S: String(NOW - 100) },
  { S: '2026-01-01T00:00:00Z' },
  { S: '' },
  { BOOL: true },
  { BOOL: false },
  { NULL: true },
  { N: '-1' },
  { N: String((NOW - 100) * 1000) },
  { N: '1e20' },
  { NS: [String(NOW - 100)] },
  { SS: ['x'] },
  { L: [{ N: '1' }] },
  { M: { N: { N: '1' } } },
  { B: new Uint8Array([1]) },
];

describe('E `before` that is malformed', () => {
  it.each(malformed)('written as %j revokes every token, with a metric', async (before) => {
    await withEntry(LEVELS.subject.target, { before }, async () => expect(await kindOf()).toBe('unauthorized'));
    expect(levelsSaid('entry-malformed')).toEqual(['subject']);
    expect(authorizer.log()).toContainEqual(
      expect.objectContaining({ event: 'entry-malformed', EntryMalformed: 1, Level: 'subject' }),
    );
  });

  it.each(levels)('is reported at the %s level too', async (level) => {
    await withEntry(LEVELS[level].target, { before: { S: 'x' } }, async () =>
      expect(await kindOf()).toBe('unauthorized'),
    );
    expect(levelsSaid('entry-malformed')).toEqual([level]);
  });

  it('cannot be "NaN", which DynamoDB rejects', async () => {
    await expect(table.put({ target: { S: 'sub#main#nan' }, before: { N: 'NaN' } })).rejects.toThrow(/number/);
  });
});

describe('E `before`', () => {
  const iat = NOW - 10;
  it.each(levelsWithBefore)('at the %s level revokes tokens issued until then, plus 2 s of skew', async (level) => {
    for (const [before, kind] of [
      [iat + 1, 'unauthorized'],
      [iat, 'unauthorized'],
      [iat - 2, 'unauthorized'],
      [iat - 3, 'allowed'],
      [0, 'allowed'],
    ] as const) {
      clock.advance(3);
      await withEntry(LEVELS[level].target, { before: { N: String(before) } }, async () =>
        expect(await kindOf()).toBe(kind),
      );
    }
  });

  it.each(levelsWithBefore)('at the %s level ignores a fraction of a second in iat', async (level) => {
    const token = tokenOf({ iat: iat + 0.999 });
    await withEntry(LEVELS[level].target, { before: { N: String(iat - 2) } }, async () =>
      expect(await kindOf(token)).toBe('unauthorized'),
    );
    clock.advance(3);
    await withEntry(LEVELS[level].target, { before: { N: String(iat - 2.5) } }, async () =>
      expect(await kindOf(token)).toBe('allowed'),
    );
  });

  it.each(levelsWithoutBefore)('at the %s level is ignored, because the entry names the tokens', async (level) => {
    await withEntry(LEVELS[level].target, { before: { N: '0' } }, async () =>
      expect(await kindOf()).toBe('unauthorized'),
    );
  });

  it('in the future revokes tokens issued until then', async () => {
    await withEntry(LEVELS.subject.target, { before: { N: String(NOW + 500) } }, async () => {
      clock.advance(400);
      expect(await kindOf(tokenOf({ iat: NOW + 400, exp: NOW + 5_000 }))).toBe('unauthorized');
      clock.advance(103);
      expect(await kindOf(tokenOf({ iat: NOW + 503, exp: NOW + 5_000 }))).toBe('allowed');
    });
  });

  it('that spares a token at one level does not undo another level', async () => {
    await withEntry(LEVELS.issuer.target, { before: { N: '0' } }, () =>
      withEntry(LEVELS.session.target, {}, async () => expect(await kindOf()).toBe('unauthorized')),
    );
  });

  it('of a remembered entry still spares tokens that were issued later', async () => {
    await withEntry(LEVELS.subject.target, { before: { N: String(NOW - 100) } }, async () => {
      expect(await kindOf(tokenOf({ iat: NOW - 200, jti: 'old' }))).toBe('unauthorized');
      expect(await kindOf(tokenOf({ iat: NOW - 50, jti: 'new' }))).toBe('allowed');
      expect(await kindOf(tokenOf({ iat: NOW - 200, jti: 'older' }))).toBe('unauthorized');
      expect(authorizer.reads).toHaveLength(2);
    });
  });
});

describe('E other attributes', () => {
  const others: readonly Readonly<Record<string, AttributeValue>>[] = [
    { purgeAt: { S: 'tomorrow' } },
    { purgeAt: { N: String(NOW * 1000) } },
    { purgeAt: { N: '1' } },
    { purgeAt: { N: String(NOW - 1) } },
    { purgeAt: { NULL: true } },
    { active: { BOOL: false } },
    { revoked: { BOOL: false } },
    { status: { S: 'restored' } },
    { Before: { N: '0' } },
    { flush: { BOOL: false } },
    { reason: { S: 'x' }, revokedBy: { S: 'y' }, revokedAt: { N: String(NOW) } },
  ];
  it.each(others)('%j change nothing, because an entry that exists revokes', async (attributes) => {
    await withEntry(LEVELS.subject.target, attributes, async () => expect(await kindOf()).toBe('unauthorized'));
    expect(levelsSaid('entry-malformed')).toEqual([]);
  });
});

describe('E a target that matches nothing', () => {
  const useless = [
    'JTI#main#token-1',
    'jti#MAIN#token-1',
    'jti#other#token-1',
    'jti#main#TOKEN-1',
    'jti#main#token-1 ',
    ' jti#main#token-1',
    'token-1',
    'token#main#token-1',
    'sub#main#token-1',
    'sid#main#alice',
    'iss#main#https://issuer.example/',
    'iss#',
  ];
  it.each(useless)('%j revokes nothing', async (target) => {
    await withEntry(target, {}, async () => expect(await kindOf()).toBe('allowed'));
  });
});

it('a value with # in it is matched verbatim', async () => {
  await withEntry('sub#main#a#b', {}, async () => {
    expect(await kindOf(tokenOf({ sub: 'a#b' }))).toBe('unauthorized');
    expect(await kindOf(tokenOf({ sub: 'b', jti: 'a' }))).toBe('allowed');
  });
});

it.each(['😀', 'é', 'x'.repeat(255), '\uffff'.repeat(255), '"\\'])('a subject of %j can be revoked', async (sub) => {
  expect(await kindOf(tokenOf({ sub }))).toBe('allowed');
  await withEntry(`sub#main#${sub}`, {}, async () => expect(await kindOf(tokenOf({ sub }))).toBe('unauthorized'));
});
