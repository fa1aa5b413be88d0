import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let operator: OperatorAtWork;
beforeEach(async () => {
  operator = await operatorAtWork(
    describedAuthorizer([
      trustedIssuer({ formerAliases: ['old', 'oldest'] }),
      trustedIssuer({ alias: 'other', issuer: 'https://other.example/' }),
    ]),
  );
});
afterEach(() => operator.leave());

const put = (target: string, attributes: Readonly<Record<string, AttributeValue>> = {}) =>
  operator.table.put({ target: { S: target }, revokedBy: { S: 'ann' }, ...attributes });

describe('an operator whose issuer has been renamed', () => {
  it('revokes under the present alias, also by the former name', async () => {
    expect(await operator.run('revoke subject alice --issuer old')).toMatchObject({ exitCode: 0, err: '' });
    expect(await operator.entry('sub#main#alice')).toBeDefined();
    expect(await operator.entry('sub#old#alice')).toBeUndefined();
  });

  it('restores entries under all aliases, because each of them goes on revoking', async () => {
    await put('sub#main#alice');
    await put('sub#oldest#alice');
    const { exitCode, out } = await operator.run('restore subject alice --issuer main');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/restored subject alice of main[\s\S]*restored subject alice of oldest/);
    expect(out).not.toContain('nothing to delete');
    expect(await operator.entry('sub#main#alice')).toBeUndefined();
    expect(await operator.entry('sub#oldest#alice')).toBeUndefined();
  });

  it('gives back with the undo no more than the command took: an entry under a former alias stays', async () => {
    await put('sub#old#alice');
    expect(await operator.document('revoke subject alice --issuer main')).toMatchObject({
      undo: "npm run revocations -- restore target 'sub#main#alice' --local",
    });
    await operator.run('restore target sub#main#alice');
    expect(await operator.entry('sub#main#alice')).toBeUndefined();
    expect(await operator.entry('sub#old#alice')).toBeDefined();
  });

  it("takes the undo of a value that begins with another issuer's alias", async () => {
    expect(await operator.document('revoke subject main#alice --issuer other --exact')).toMatchObject({
      undo: "npm run revocations -- restore subject 'main#alice' --issuer other --exact --local",
    });
  });

  it('is told once when there is nothing to restore or to show', async () => {
    const restored = await operator.run('restore subject nobody --issuer main');
    expect(restored.out.match(/there is no entry/g)).toHaveLength(1);
    const shown = await operator.run('show subject nobody --issuer main');
    expect(shown.out.match(/there is no entry/g)).toHaveLength(1);
  });

  it('sees what a restoration would do, without a deletion', async () => {
    await put('kid#old#k');
    const { out } = await operator.run('restore key k --issuer main --dry-run');
    expect(out).toMatch(/would restore key k of old/);
    expect(await operator.entry('kid#old#k')).toBeDefined();
  });

  it('is shown the entry under the former alias', async () => {
    await put('sid#old#s');
    const { regions } = await operator.document('show session s --issuer main');
    expect(regions).toMatchObject([{ target: 'sid#old#s', entry: { revokedBy: 'ann' }, findings: [] }]);
  });

  it('lists the entries of all its aliases under the present one, and those of a former one alone', async () => {
    for (const target of ['sub#main#a', 'sub#old#b', 'sub#oldest#c', 'sub#other#d']) await put(target);
    const targetsOf = async (alias: string) =>
      (await operator.document(`list --issuer ${alias}`)).entries.map(({ target }) => target).toSorted();
    expect(await targetsOf('main')).toEqual(['sub#main#a', 'sub#old#b', 'sub#oldest#c']);
    expect(await targetsOf('old')).toEqual(['sub#old#b']);
    expect((await operator.run('list --issuer old')).err).toBe('');
  });

  it('gets no finding from lint about correct entries under a former alias', async () => {
    await put('sub#old#alice');
    expect(await operator.run('lint')).toMatchObject({ exitCode: 0, out: expect.stringMatching(/nothing wrong/) });
  });

  it.each<[string, string, Readonly<Record<string, AttributeValue>>]>([
    ['a `before` of text', 'sub#old#a', { before: { S: 'yesterday' } }],
    ['an upper-case prefix', 'SUB#old#a', {}],
    ['an upper-case alias', 'sub#OLD#a', {}],
    ['no `purgeAt` where there is a `before`', 'sub#old#a', { before: { N: String(NOW) } }],
  ])('is given a command that moves an entry with %s to the present alias', async (_, target, attributes) => {
    await put(target, attributes);
    const { findings } = await operator.document('lint');
    expect(findings).toHaveLength(1);
    for (const command of String(findings[0]?.fix).split(' && ')) {
      expect(await operator.run(command.replace('npm run revocations -- ', ''))).toMatchObject({
        exitCode: 0,
        err: '',
      });
    }
    expect(await operator.entry(target)).toBeUndefined();
    expect(await operator.entry('sub#main#a')).toBeDefined();
    expect(await operator.run('lint')).toMatchObject({ exitCode: 0 });
  });
});
