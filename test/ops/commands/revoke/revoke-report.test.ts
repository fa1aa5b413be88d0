import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  describedAuthorizer,
  type OperatorAtWork,
  operatorAtWork,
} from '../../../support/operator/operator-at-work.ts';
import { type FaultyDynamoDb, startFaultyDynamoDb } from '../../../support/table/faulty-dynamodb.ts';
import { NOW, trustedIssuer } from '../../../support/tokens/sample-issuer.ts';

const authorizer = describedAuthorizer([trustedIssuer()]);

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork(authorizer);
});
afterAll(() => operator.leave());
beforeEach(() => operator.setClock(NOW));

describe('a revocation that failed', () => {
  let cut: OperatorAtWork;
  beforeAll(async () => {
    cut = await operatorAtWork(authorizer, { table: 'no-such-table' });
  });
  afterAll(() => cut.leave());

  it('begins with "NOT revoked" and promises nothing', async () => {
    const { exitCode, out } = await cut.run('revoke subject alice');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^NOT revoked: subject alice of main/);
    expect(out).toMatch(
      /eu-west-1: NOT WRITTEN: The table no-such-table in eu-west-1 cannot be written: ResourceNotFoundException/,
    );
    expect(out).not.toMatch(/^Revoked|may be deleted|is kept until|The default/m);
  });

  it('has no entry in its document', async () => {
    const { regions } = await cut.document('revoke subject alice');
    expect(regions).toMatchObject([{ outcome: 'failed', confirmed: false, entry: null, rejectedForCertainBy: null }]);
  });

  it('says that the table cannot be read if it was a dry run', async () => {
    const { exitCode, out, err } = await cut.run('revoke subject alice --dry-run');
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toMatch(/^The table no-such-table in eu-west-1 cannot be read: ResourceNotFoundException/);
  });
});

describe('an entry that was written', () => {
  let dynamoDb: FaultyDynamoDb;
  let writer: OperatorAtWork;
  beforeAll(async () => {
    dynamoDb = await startFaultyDynamoDb();
    writer = await operatorAtWork(authorizer, { dynamodb: dynamoDb.address });
  });
  afterAll(async () => {
    await writer.leave();
    await dynamoDb.close();
  });

  it('is reported as written and not confirmed when it cannot be read back', async () => {
    dynamoDb.treat((operation) => (operation === 'GetItem' ? 'deny' : 'answer'));
    const { exitCode, out } = await writer.run('revoke key k');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^NOT CONFIRMED: key k of main/);
    expect(out).toMatch(
      /eu-west-1: written, NOT CONFIRMED: The table \S+ in eu-west-1 cannot be read: AccessDeniedException/,
    );
    expect(out).not.toMatch(/NOT WRITTEN|Rejected for certain/);
    expect(await writer.entry('kid#main#k')).toBeDefined();
    expect((await writer.document('revoke key k2')).regions).toMatchObject([
      { outcome: 'written', confirmed: false, entry: { target: 'kid#main#k2' }, rejectedForCertainBy: null },
    ]);
  });

  it('is left out of the document when a strong read does not find it', async () => {
    dynamoDb.treat((operation) => (operation === 'PutItem' ? 'undo' : 'answer'));
    const { exitCode, out } = await writer.run('revoke key undone');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/eu-west-1: written, NOT CONFIRMED: a strong read did not find the entry/),
    });
    expect((await writer.document('revoke key undone')).regions).toMatchObject([
      { outcome: 'written', confirmed: false, entry: null },
    ]);
  });
});

describe('revoking where there is an entry already', () => {
  beforeAll(async () => {
    await operator.run('revoke subject blocked --block --by ann');
  });

  it.each(['', ' --dry-run'])('describes the stronger entry of the table, not the weaker one%s', async (dryRun) => {
    const { exitCode, out } = await operator.run(`revoke subject blocked${dryRun}`);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/every token of this subject, also later ones\.\n/),
    });
    expect(out).toMatch(/The entry is kept until you restore it/);
    expect(out).toMatch(/was revoked already by an entry at least as strong; nothing written \(written by ann/);
    expect(out).not.toMatch(/later ones work|may be deleted|The default/);
  });

  it.each(['', ' --dry-run'])('has the stronger entry in its document%s', async (dryRun) => {
    const { regions } = await operator.document(`revoke subject blocked${dryRun}`);
    expect(regions).toMatchObject([{ outcome: 'unchanged', entry: { before: null, purgeAt: null, revokedBy: 'ann' } }]);
  });

  it('describes the stronger of both where one has the later `before` and the other is kept longer', async () => {
    await operator.table.put({ target: { S: 'sub#main#both' }, before: { N: String(NOW - 500) } });
    const { out } = await operator.run('revoke subject both');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The entry is kept until you restore it/);
  });

  it('describes the new entry with --replace', async () => {
    const { out } = await operator.run('revoke subject blocked --replace');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The entry may be deleted from/);
  });
});

describe('a flush is promised only when a write causes one', () => {
  it('and not when nothing was written', async () => {
    await operator.run('revoke key again');
    const { out } = await operator.run('revoke key again');
    expect(out).toMatch(/nothing was written, so nothing is flushed now/);
    expect(out).not.toMatch(/expected within/);
    expect((await operator.document('revoke key again')).regions).toMatchObject([
      { outcome: 'unchanged', guaranteedLagSeconds: 67, expectedLagSeconds: 67 },
    ]);
  });

  it('and not by a dry run that would write nothing', async () => {
    await operator.run('revoke key dry-again');
    expect((await operator.run('revoke key dry-again --dry-run')).out).not.toMatch(/expected within/);
    expect((await operator.run('revoke key dry-new --dry-run')).out).toMatch(/expected within about 2 s/);
  });

  it('and an entry with `flush: false` is written again when a flush is wanted', async () => {
    await operator.run('revoke key quiet --no-flush --by ann');
    const { out } = await operator.run('revoke key quiet --by bob');
    expect(out).toMatch(/expected within about 2 s, because the entry flushes/);
    expect(await operator.entry('kid#main#quiet')).toEqual({
      target: { S: 'kid#main#quiet' },
      revokedBy: { S: 'bob' },
      revokedAt: { S: '2027-01-15T08:00:00Z' },
    });
  });

  it('and an entry that flushed stays unchanged when no flush is wanted', async () => {
    await operator.run('revoke key loud');
    expect((await operator.run('revoke key loud --no-flush')).out).toMatch(/at least as strong; nothing written/);
    expect(await operator.entry('kid#main#loud')).not.toHaveProperty('flush');
  });
});
