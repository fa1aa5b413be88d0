import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

const issuers = [trustedIssuer(), trustedIssuer({ alias: 'other', issuer: 'https://other.example/' })];

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork(describedAuthorizer(issuers));
});
afterAll(() => operator.leave());

describe('restore', () => {
  it('deletes the entry and says what comes back to life, who wrote the entry, and why', async () => {
    await operator.run('revoke subject alice --issuer main --by ann --reason laptop');
    const { exitCode, out } = await operator.run('restore subject alice --issuer main');
    expect({ exitCode, entry: await operator.entry('sub#main#alice') }).toEqual({ exitCode: 0, entry: undefined });
    expect(out).toMatch(/restored subject alice of main \(written by ann on 2027-01-15T08:00:00Z: "laptop"\)/);
    expect(out).toMatch(/Works again: tokens of this subject issued until 2027-01-15T08:00:00Z/);
  });

  it('deletes nothing when there is no entry, and says so', async () => {
    const { exitCode, out } = await operator.run('restore key none --issuer main');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/there is no entry for key none of main/),
    });
  });

  it('deletes nothing with --dry-run', async () => {
    await operator.run('revoke key k --issuer main');
    const { out } = await operator.run('restore key k --issuer main --dry-run');
    expect(out).toMatch(/would restore key k of main/);
    expect(await operator.entry('kid#main#k')).toBeDefined();
  });

  it('deletes an entry that matches nothing, by its partition key', async () => {
    await operator.table.put({ target: { S: 'SUB#main#x y' } });
    await operator.run("restore target 'SUB#main#x y'");
    expect(await operator.entry('SUB#main#x y')).toBeUndefined();
  });
});

describe('show', () => {
  it('shows what an entry rejects, who wrote it, and what is wrong with it', async () => {
    await operator.table.put({
      target: { S: 'sub#main#hand' },
      before: { S: 'yesterday' },
      revokedBy: { S: 'a\u001b[2Jb' },
    });
    const { exitCode, out } = await operator.run('show subject hand --issuer main');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/rejects +every token of this subject/);
    expect(out).toMatch(/WARNING.*`before` is not a plain number/);
    expect(out).toContain('a\\u001b[2Jb');
  });

  it('says when there is no entry', async () => {
    expect((await operator.run('show subject nobody --issuer main')).out).toMatch(
      /there is no entry for subject nobody/,
    );
  });
});

describe('list', () => {
  let shelf: OperatorAtWork;
  beforeAll(async () => {
    shelf = await operatorAtWork(describedAuthorizer(issuers));
    for (let index = 0; index < 25; index += 1)
      await shelf.run(`revoke subject s${index} --issuer main --reason r${index}`);
    for (let index = 0; index < 5; index += 1) await shelf.run(`revoke key k${index} --issuer other`);
  });
  afterAll(() => shelf.leave());

  it('pages through every entry once', async () => {
    const seen: unknown[] = [];
    let after = '';
    for (let page = 0; page < 10; page += 1) {
      const { entries, next } = await shelf.document(`list --limit 7${after}`);
      expect(entries.length).toBeLessThanOrEqual(7);
      seen.push(...entries.map(({ target }) => target));
      if (next === null) break;
      after = ` --after '${next}'`;
    }
    expect(new Set(seen).size).toBe(30);
    expect(seen).toHaveLength(30);
  });

  it('prints the command for the next page', async () => {
    const { err } = await shelf.run('list --limit 7 --level subject');
    expect(err).toMatch(
      /There are more: npm run revocations -- list --level subject --limit 7 --after '?sub#main#s\d+'? --local/,
    );
  });

  it.each([
    ['--level key', 5],
    ['--issuer main', 25],
    ['--issuer main --level key', 0],
    ['--all', 30],
  ])('lists with %s', async (options, count) => {
    const { entries, next } = await shelf.document(`list ${options}`);
    expect({ count: entries.length, next }).toEqual({ count, next: null });
  });

  it.each([
    ['--issuer mian', 'This deployment has no issuer with the alias "mian": it has main, other.\n'],
    ['--issuer main', ''],
  ])('warns of an unknown alias: %s', async (options, err) => {
    expect(await shelf.run(`list ${options}`)).toMatchObject({ exitCode: 0, err });
  });

  it('prints a table for people and the stored times, in seconds, for programs', async () => {
    const [entry] = (await shelf.document('list --limit 1 --level subject')).entries;
    expect(entry).toMatchObject({ level: 'subject', issuer: 'main', before: NOW, purgeAt: NOW + 90_007, flush: true });
    const seat = { isTTY: true, columns: 120, environment: { NO_COLOR: '1' } };
    expect((await shelf.run('list --level key --wide', '', seat)).out).toMatch(
      /LEVEL +ISSUER +VALUE.*\nkey +other +k\d +\(all\) +never/,
    );
  });
});

it('a token in a target is not printed', async () => {
  const token = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2kifQ.c2lnbmF0dXJl';
  await operator.table.put({ target: { S: `jti#main#${token}` } });
  for (const command of ['list --all', 'list --all --json', 'lint', 'lint --json']) {
    expect((await operator.run(command)).out).not.toMatch(/eyJ/);
  }
});
