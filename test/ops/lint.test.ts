import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOW, trustedIssuer } from '../support/trusted-issuer.ts';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from './operator-at-work.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork(
    describedAuthorizer([trustedIssuer()], { revocationLevels: ['token', 'session', 'subject', 'key'] }),
  );
});
afterAll(() => operator.leave());

const soon = { N: String(NOW + 60) };

/** Entries as a tired human writes them; what lint says; the entry that stands there after its fix was run. */
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
];

describe.each(CASES)('%s: %s', (_, target, attributes, kind, meant) => {
  it('is found, and the command that lint prints puts it right', async () => {
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

it('findings make the exit code 1, and are printed with their fix', async () => {
  await operator.table.put({ target: { S: 'nonsense' } });
  const { exitCode, out } = await operator.run('lint');
  await operator.table.remove('nonsense');
  expect(exitCode).toBe(1);
  expect(out).toMatch(/unknown-prefix: .*\n {2}fix: npm run revocations -- restore target nonsense --local/);
});

it('what the tool itself writes is never found', async () => {
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
