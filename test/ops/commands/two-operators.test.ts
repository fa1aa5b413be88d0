import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { type FaultyDynamoDb, startFaultyDynamoDb } from '../../support/table/faulty-dynamodb.ts';
import { NOW, trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let dynamoDb: FaultyDynamoDb;
let ann: OperatorAtWork;
let bob: OperatorAtWork;
beforeAll(async () => {
  dynamoDb = await startFaultyDynamoDb();
  const described = describedAuthorizer([trustedIssuer()]);
  ann = await operatorAtWork(described, { dynamodb: dynamoDb.address });
  bob = await operatorAtWork(described, { table: ann.table.name });
});
afterAll(async () => {
  await Promise.all([ann.leave(), bob.leave()]);
  await dynamoDb.close();
});
beforeEach(() => dynamoDb.treat(() => 'answer'));

describe('an import never weakens a block that another operator confirmed', () => {
  it('between its read and its write', async () => {
    const blocked: { exitCode?: number } = {};
    dynamoDb.outrunNextWrite(async () => Object.assign(blocked, await bob.run('revoke subject x --block --by bob')));
    const { exitCode, out } = await ann.run('import - --by ann', 'level,value\nsubject,x\nsubject,y');
    expect(blocked.exitCode).toBe(0);
    const entry = await ann.entry('sub#main#x');
    expect(entry).toMatchObject({ revokedBy: { S: 'bob' } });
    expect(entry).not.toHaveProperty('before');
    expect({ exitCode, out }).toMatchObject({ exitCode: 0, out: expect.stringMatching(/all confirmed/) });
    expect(await ann.entry('sub#main#y')).toBeDefined();
  });

  it('when it replaces an entry that both of them found', async () => {
    await ann.table.put({ target: { S: 'sub#main#old' }, before: { N: '1799990000' } });
    dynamoDb.outrunNextWrite(() => bob.run('revoke subject old --block --by bob'));
    await ann.run('import - --by ann', 'level,value\nsubject,old');
    expect(await ann.entry('sub#main#old')).not.toHaveProperty('before');
  });
});

describe('an import with --no-flush', () => {
  it('keeps the flush that another operator asked for', async () => {
    await ann.table.put({ target: { S: 'sub#main#quiet' }, before: { N: '1799990000' }, flush: { BOOL: false } });
    dynamoDb.outrunNextWrite(() => bob.run('revoke subject quiet --before 1799990000 --by bob'));
    await ann.run('import - --no-flush --by ann', 'level,value\nsubject,quiet');
    expect(await ann.entry('sub#main#quiet')).not.toHaveProperty('flush');
  });
});

beforeEach(async () => {
  await bob.run('restore subject alice');
  await bob.run('revoke subject alice --by bob');
});

describe('the command that undoes a revocation', () => {
  it('is left out where another operator strengthens the entry before it is read back', async () => {
    await bob.run('restore subject alice');
    dynamoDb.followNextWrite(() => bob.run('revoke subject alice --block --by carol'));
    const { exitCode, out } = await ann.run('revoke subject alice');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/somebody else changed the entry meanwhile \(written by carol/),
    });
    expect(out).not.toContain('Undo');
  });

  it("is left out where an answer is lost, because the entry that stands may be another operator's", async () => {
    await bob.run('restore subject alice');
    dynamoDb.outrunNextWrite(() => bob.run('revoke subject alice --before 1799990000 --by bob'));
    dynamoDb.treat((operation, earlier) => (operation === 'PutItem' && earlier > 0 ? 'break' : 'answer'));
    const { exitCode, out } = await ann.run('revoke subject alice');
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(/nobody knows whether the entry/) });
    expect(out).not.toContain('Undo');
  });
});

describe('restore', () => {
  it('deletes only the entry that it has read, and keeps one that another operator writes meanwhile', async () => {
    dynamoDb.outrunNextWrite(() => bob.run('revoke subject alice --block --by carol'));
    const { exitCode, out } = await ann.run('restore subject alice');
    expect(await ann.entry('sub#main#alice')).toMatchObject({ revokedBy: { S: 'carol' } });
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/alice of main \(written by carol .*\) is NOT RESTORED: .* changed .* while/),
    });
  });

  it('keeps an entry written in between when it repeats a request whose answer was lost', async () => {
    dynamoDb.treat((operation, earlier) => {
      if (operation !== 'DeleteItem' || earlier > 0) return 'answer';
      dynamoDb.outrunNextWrite(() => bob.run('revoke subject alice --block --by carol'));
      return 'lose-answer';
    });
    const { exitCode, out } = await ann.run('restore subject alice');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/written by carol .*: NOT CONFIRMED: nobody knows whether the entry was deleted/),
    });
    expect(await ann.entry('sub#main#alice')).toMatchObject({ revokedBy: { S: 'carol' } });
  });

  it('says that nothing is restored when another operator revokes again before the read-back', async () => {
    dynamoDb.followNextWrite(() => bob.run('revoke subject alice --block --by carol'));
    const { exitCode, out } = await ann.run('restore subject alice');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(
        /the entry for subject alice .*written by bob.* is deleted, and NOT RESTORED: .*somebody else/,
      ),
    });
    expect(out).not.toMatch(/Works again/);
  });

  it('says that there is nothing to delete when another operator is faster', async () => {
    dynamoDb.outrunNextWrite(() => bob.run('restore subject alice'));
    expect(await ann.run('restore subject alice')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/there is no entry for subject alice of main; nothing to delete/),
    });
  });
});

describe('revoke --replace', () => {
  it('replaces only the entry that it has read', async () => {
    dynamoDb.outrunNextWrite(async () => {
      dynamoDb.outrunNextWrite(() => bob.run('revoke subject alice --block --by carol'));
    });
    const { exitCode, out } = await ann.run('revoke subject alice --before 1799990000 --replace --by ann');
    expect(await ann.entry('sub#main#alice')).toMatchObject({ revokedBy: { S: 'carol' } });
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/NOT WRITTEN: .* changed .* while/),
    });
  });

  it('keeps an entry written in between when it repeats a request whose answer was lost', async () => {
    dynamoDb.treat((operation, earlier) => {
      if (operation !== 'PutItem' || earlier !== 1) return 'answer';
      dynamoDb.outrunNextWrite(() => bob.run('revoke subject alice --block --by carol'));
      return 'lose-answer';
    });
    const { exitCode, out } = await ann.run('revoke subject alice --before 1799990000 --replace --by ann');
    expect(await ann.entry('sub#main#alice')).toMatchObject({ revokedBy: { S: 'carol' } });
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/nobody knows whether the entry was written/),
    });
  });
});

describe('a slow write, whose `before` is moved afterwards', () => {
  /** The first write is rejected, since it expects no entry; the second takes 3 s; the third moves the `before`. */
  const outrunMove = (action: () => Promise<unknown>) =>
    dynamoDb.outrunNextWrite(async () =>
      dynamoDb.outrunNextWrite(async () => {
        ann.passTime(3);
        dynamoDb.outrunNextWrite(action);
      }),
    );

  it('keeps the block that another operator confirmed meanwhile, and says so', async () => {
    outrunMove(() => bob.run('revoke subject alice --block --by carol'));
    const { exitCode, out } = await ann.run('revoke subject alice --replace --by ann');
    const entry = await ann.entry('sub#main#alice');
    expect(entry).toMatchObject({ revokedBy: { S: 'carol' } });
    expect(entry).not.toHaveProperty('before');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(
        /somebody else changed the entry meanwhile \(written by carol .*\), and the stronger of both/,
      ),
    });
    expect(out).not.toMatch(/The default/);
  });

  it('joins what another operator wrote meanwhile, and says so', async () => {
    outrunMove(() => bob.run(`revoke subject alice --before ${NOW - 60} --no-flush --replace --by carol`));
    const { out } = await ann.run('revoke subject alice --replace --by ann');
    const entry = await ann.entry('sub#main#alice');
    expect(Number(entry?.before?.N)).toBeGreaterThanOrEqual(NOW + 3);
    expect(entry).not.toHaveProperty('flush');
    expect(out).toMatch(/somebody else changed the entry meanwhile \(written by carol /);
  });

  it('writes again what another operator restored meanwhile, and says so', async () => {
    outrunMove(() => bob.run('restore subject alice'));
    const { exitCode, out } = await ann.run('revoke subject alice --replace --by ann');
    expect(await ann.entry('sub#main#alice')).toMatchObject({ revokedBy: { S: 'ann' } });
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/somebody else removed the entry meanwhile, and it is written again/),
    });
  });

  it('does not mention others where nobody intervened', async () => {
    outrunMove(async () => {});
    const { exitCode, out } = await ann.run('revoke subject alice --replace --by ann');
    expect(Number((await ann.entry('sub#main#alice'))?.before?.N)).toBeGreaterThanOrEqual(NOW + 3);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.not.stringContaining('meanwhile') });
    expect(out).toMatch(/the entry that was there is replaced \(written by bob/);
  });
});
