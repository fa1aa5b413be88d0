import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork(
    describedAuthorizer([trustedIssuer()], { revocationLevels: ['token', 'session', 'subject', 'key'] }),
  );
});
afterAll(() => operator.leave());

const soon = { N: String(NOW + 60) };

const withTimes = { before: { N: String(NOW) }, purgeAt: { N: String(NOW + 200_000) } };

/** An entry as a tired human writes it, the kind of finding, and the target of the entry after the fix. */
const CASES: readonly [string, string, Readonly<Record<string, AttributeValue>>, string, string | undefined][] = [
  ['an upper-case prefix', 'SUB#main#a', {}, 'malformed-target', 'sub#main#a'],
  ['an upper-case alias', 'sub#MAIN#b', { before: { N: '1799999000' } }, 'malformed-target', 'sub#main#b'],
  ['a stray space', ' sub#main#c', {}, 'malformed-target', 'sub#main#c'],
  ['a value that begins with a dash', 'SUB#main#-m', {}, 'malformed-target', 'sub#main#-m'],
  ['a target that begins with a dash', '-sub#main#n', {}, 'unknown-prefix', undefined],
  ['an unknown prefix', 'user#main#d', {}, 'unknown-prefix', undefined],
  ['an unknown alias', 'sub#prod#e', {}, 'unknown-alias', undefined],
  ['a level that is not read', 'cid#main#f', {}, 'level-not-read', undefined],
  ['a `before` of text', 'sub#main#g', { before: { S: '1700000000' } }, 'malformed-before', 'sub#main#g'],
  ['a `purgeAt` of text', 'kid#main#h', { purgeAt: { S: 'soon' } }, 'malformed-purge-at', 'kid#main#h'],
  ['a `purgeAt` in milliseconds', 'jti#main#i', { purgeAt: { N: `${NOW}000` } }, 'malformed-purge-at', 'jti#main#i'],
  ['no `purgeAt` for a token', 'jti#main#j', {}, 'missing-purge-at', 'jti#main#j'],
  [
    'a `purgeAt` too early',
    'sub#main#k',
    { before: { N: String(NOW) }, purgeAt: soon },
    'purge-too-early',
    'sub#main#k',
  ],
  ['a `purgeAt` where there must be none', 'kid#main#l', { purgeAt: soon }, 'purge-too-early', 'kid#main#l'],
  ['a `before` of text for a key', 'kid#main#o', { before: { S: 'x' } }, 'malformed-before', 'kid#main#o'],
  [
    'a `before` of text for a token',
    'jti#main#p',
    { before: { S: 'x' }, purgeAt: { N: String(NOW + 100_000) } },
    'malformed-before',
    'jti#main#p',
  ],
  [
    'a `before` in the future',
    'sub#main#q',
    { before: { N: String(NOW + 90_000) }, purgeAt: { N: String(NOW + 200_000) } },
    'before-in-future',
    'sub#main#q',
  ],
  [
    'a `before` too long ago',
    'sub#main#r',
    { before: { N: '1700000000' }, purgeAt: { N: String(NOW + 200_000) }, revokedAt: { S: '2027-01-15T08:00:00Z' } },
    'before-too-old',
    'sub#main#r',
  ],
  [
    'a `purgeAt` that has passed, as in an example copied from a document',
    'jti#main#u',
    { purgeAt: { N: '1795600000' } },
    'purge-in-past',
    'jti#main#u',
  ],
  [
    'a `purgeAt` that has passed next to a `before`',
    'sub#main#v',
    { before: { N: String(NOW - 60) }, purgeAt: { N: String(NOW - 10) } },
    'purge-in-past',
    'sub#main#v',
  ],
  [
    'a `purgeAt` that has passed for a key',
    'kid#main#w',
    { purgeAt: { N: '1795600000' } },
    'purge-in-past',
    'kid#main#w',
  ],
  ['an alias twice', 'sub#main#main#x', {}, 'repeated-alias', 'sub#main#x'],
  ['an alias twice, with a `before`', 'sub#main#main#y', withTimes, 'repeated-alias', 'sub#main#y'],
  ['a whole target for a value', 'jti#main#sid#main#z', { purgeAt: withTimes.purgeAt }, 'repeated-alias', 'sid#main#z'],
  ['a digest where tokens have an id', `th#main#${'0'.repeat(64)}`, {}, 'level-not-read', undefined],
  ['a value that no token can hold', `jti#main#${'x y'.repeat(100)}`, {}, 'malformed-target', undefined],
  ['a stray space inside', 'sub#main#s #t ', {}, 'malformed-target', 'sub#main#s #t'],
];

describe.each(CASES)('%s: %s', (_, target, attributes, kind, meant) => {
  it('is found, and the command that lint prints mends it', async () => {
    await operator.table.put({ target: { S: target }, ...attributes });
    const { findings } = await operator.document('lint');
    expect(findings).toMatchObject([{ target, kind }]);
    for (const command of String(findings[0]?.fix).split(' && ')) {
      expect(await operator.run(command.replace('npm run revocations -- ', ''))).toMatchObject({
        exitCode: 0,
        err: '',
      });
    }
    expect(await operator.run('lint')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/nothing wrong/) });
    if (meant !== undefined) expect(await operator.entry(meant)).toBeDefined();
    if (meant !== target) expect(await operator.entry(target)).toBeUndefined();
  });
});

describe('a fix', () => {
  const fixed = async (item: Readonly<Record<string, AttributeValue>> & { readonly target: AttributeValue }) => {
    await operator.table.put(item);
    for (const { fix } of (await operator.document('lint')).findings) {
      const commandLine = String(fix).replace('npm run revocations -- ', '');
      expect(await operator.run(commandLine)).toMatchObject({ exitCode: 0, err: '' });
    }
    expect(await operator.run('lint')).toMatchObject({ exitCode: 0 });
    return operator.entry(String(item.target.S));
  };

  it.each<[string, Readonly<Record<string, AttributeValue>>]>([
    ['replaces', {}],
    ['strengthens', { before: { S: 'x' }, purgeAt: soon }],
  ])('keeps the reason and `flush: false` when it %s', async (_, attributes) => {
    const target = { S: 'jti#main#kept' };
    const reason = { S: 'laptop; lost' };
    const entry = await fixed({ target, reason, flush: { BOOL: false }, ...attributes });
    expect(entry).toMatchObject({ reason, flush: { BOOL: false } });
  });

  it.each<[string, Readonly<Record<string, AttributeValue>>]>([
    ['in the future, and no `purgeAt`', { before: { N: String(NOW + 90_000) } }],
    ['too long ago, and no `purgeAt`', { before: { N: '1700000000' }, revokedAt: { S: '2027-01-15T08:00:00Z' } }],
    ['in the future, and a `purgeAt` too early', { before: { N: String(NOW + 90_000) }, purgeAt: soon }],
  ])('mends everything that is wrong with an entry: `before` %s', async (_, attributes) => {
    const entry = await fixed({ target: { S: 'sub#main#twice' }, ...attributes });
    expect(entry).toMatchObject({ before: { N: String(NOW) }, purgeAt: { N: String(NOW + 2 + 86_400 + 5 + 3600) } });
  });

  it('does not repeat a reason that could drive the terminal', async () => {
    await operator.table.put({ target: { S: 'jti#main#odd' }, reason: { S: 'a\u001b[2J' } });
    const { out } = await operator.run('lint');
    await operator.table.remove('jti#main#odd');
    expect(out).toMatch(/fix: npm run revocations -- revoke token --jwt-id odd --issuer main --replace --local/);
  });

  it('of a `before` in the future says that it may be meant', async () => {
    await operator.run(`revoke subject later --before ${NOW + 3600}`);
    const { out } = await operator.run('lint');
    await operator.table.remove('sub#main#later');
    expect(out).toMatch(
      /fix, unless the future `before` is meant: npm run revocations -- revoke subject later --issuer main --before now --replace --local/,
    );
  });

  it('that keeps a future `before` is printed too, where more than that is wrong', async () => {
    const before = String(NOW + 90_000);
    for (const purgeAt of [soon, { S: 'soon' }, undefined]) {
      const item = { target: { S: 'sub#main#meant' }, before: { N: before }, reason: { S: 'kept' } };
      await operator.table.put({ ...item, ...(purgeAt !== undefined && { purgeAt }) });
      const { findings } = await operator.document('lint');
      expect(findings.map(({ mayBeMeant }) => mayBeMeant)).toEqual([true, true]);
      const keeping = String(findings[0]?.otherwise);
      expect(keeping).toMatch(new RegExp(`^npm run revocations -- revoke subject meant .*--before ${before} --force`));
      expect((await operator.run('lint')).out).toContain(`\n  otherwise: ${keeping}\n`);
      await operator.run(keeping.replace('npm run revocations -- ', ''));
      expect((await operator.document('lint')).findings).toMatchObject([{ kind: 'before-in-future', otherwise: null }]);
      expect(await operator.entry('sub#main#meant')).toMatchObject({ before: { N: before }, reason: { S: 'kept' } });
    }
    await operator.table.remove('sub#main#meant');
  });

  it.each<[string, string, Readonly<Record<string, AttributeValue>>, RegExp, string]>([
    [
      'a `before` too long ago',
      'sub#main#old',
      { before: { N: '1700000000' }, purgeAt: { N: String(NOW + 200_000) }, revokedAt: { S: '2027-01-15T08:00:00Z' } },
      /fix, if tokens issued until now are meant: npm run revocations -- revoke subject old --issuer main --before now/,
      'restore subject old --issuer main --local',
    ],
    [
      'a target that matches nothing',
      'SUB#main#old',
      {},
      /fix, if it is still to be revoked: npm run revocations -- revoke subject old --issuer main --block --local && /,
      "restore target 'SUB#main#old' --local",
    ],
  ])('of an entry that revokes nothing does not make it revoke unasked: %s', async (_, target, item, fix, remove) => {
    await operator.table.put({ target: { S: target }, ...item });
    const { out } = await operator.run('lint');
    const { findings } = await operator.document('lint');
    expect(out).toMatch(fix);
    expect(out).toContain(`\n  otherwise: npm run revocations -- ${remove}\n`);
    expect(findings).toMatchObject([{ mayBeMeant: true, otherwise: `npm run revocations -- ${remove}` }]);
    expect(await operator.run(remove)).toMatchObject({ exitCode: 0 });
    expect(await operator.run('lint')).toMatchObject({ exitCode: 0 });
    expect(await operator.entry(target)).toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, AttributeValue>>, RegExp]>([
    ['sub#main#main#whole', withTimes, /^unless the value itself begins with an alias$/],
    ['jti#main#late', { purgeAt: { N: '1795600000' } }, /^if it is still to be revoked$/],
  ])('states its assumption about %s, and offers no removal otherwise', async (target, attributes, guess) => {
    await operator.table.put({ target: { S: target }, ...attributes });
    const { findings } = await operator.document('lint');
    await operator.table.remove(target);
    expect(findings).toMatchObject([{ guess: expect.stringMatching(guess), otherwise: null }]);
  });

  it.each([
    [
      'sub#prod#e',
      'if no issuer ever had the alias prod',
      'add it to the formerAliases of the issuer that had it, and deploy',
    ],
    ['cid#main#f', 'if entries of the level client are not to count', 'add it to revocationLevels, and deploy'],
  ])('states when to delete %s, which a deployment stopped reading', async (target, guess, otherwise) => {
    await operator.table.put({ target: { S: target } });
    const { findings } = await operator.document('lint');
    await operator.table.remove(target);
    expect(findings).toMatchObject([{ guess, otherwise }]);
  });

  it('removes a target that means nothing, because its level is not read', async () => {
    await operator.table.put({ target: { S: 'sub#main#cid#main#spa' } });
    const { findings } = await operator.document('lint');
    await operator.table.remove('sub#main#cid#main#spa');
    expect(findings[0]?.fix).toBe("npm run revocations -- restore target 'sub#main#cid#main#spa' --local");
  });

  it.each<[string, Readonly<Record<string, AttributeValue>>, RegExp]>([
    [
      'of a `before`',
      { before: { S: 'x' }, purgeAt: { N: String(NOW + 100_000) } },
      /^in the DynamoDB console, delete `before`$/,
    ],
    ['of a `purgeAt`', {}, /^in the DynamoDB console, set `purgeAt` \(/],
  ])('%s in an entry for a digest is made in the console', async (_, attributes, fix) => {
    const digests = await operatorAtWork(describedAuthorizer([trustedIssuer({ tokensWithoutId: 'digest' })]));
    await digests.table.put({ target: { S: `th#main#${'0'.repeat(64)}` }, ...attributes });
    expect((await digests.document('lint')).findings).toMatchObject([{ fix: expect.stringMatching(fix) }]);
    await digests.leave();
  });
});

it('lint exits with 1 when it finds something, and prints the fix', async () => {
  await operator.table.put({ target: { S: 'nonsense' } });
  const { exitCode, out } = await operator.run('lint');
  await operator.table.remove('nonsense');
  expect(exitCode).toBe(1);
  expect(out).toMatch(/unknown-prefix: .*\n {2}fix: npm run revocations -- restore target nonsense --local/);
});

it('lint finds nothing wrong with entries that the tool wrote', async () => {
  const commands = [
    'token --jwt-id t',
    'session s',
    'session s2 --ends-at 1800000060',
    'subject u',
    'subject v --block',
    'key k',
  ];
  for (const command of commands) expect(await operator.run(`revoke ${command}`)).toMatchObject({ exitCode: 0 });
  expect((await operator.document('lint')).findings).toEqual([]);
});
