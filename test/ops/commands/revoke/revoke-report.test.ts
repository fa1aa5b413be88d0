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

  it('is headed as one, and promises nothing', async () => {
    const { exitCode, out } = await cut.run('revoke subject alice');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/^NOT revoked: subject alice of main/);
    expect(out).toMatch(
      /eu-west-1: NOT WRITTEN: The table no-such-table in eu-west-1 cannot be written: ResourceNotFoundException/,
    );
    expect(out).not.toMatch(/^Revoked|may be deleted|is kept until|The default/m);
  });

  it('has no entry for programs', async () => {
    const { regions } = await cut.document('revoke subject alice');
    expect(regions).toMatchObject([{ outcome: 'failed', confirmed: false, entry: null, rejectedForCertainBy: null }]);
  });

  it('as a dry run says that the table cannot be read', async () => {
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

  it('and cannot be read back is reported as written and not confirmed', async () => {
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

  it('and that a strong read does not find is not shown to programs', async () => {
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

describe('revoking what a stronger entry revokes already', () => {
  beforeAll(async () => {
    await operator.run('revoke subject blocked --block --by ann');
  });

  it.each(['', ' --dry-run'])('describes the entry that stands, not the weaker one%s', async (dryRun) => {
    const { exitCode, out } = await operator.run(`revoke subject blocked${dryRun}`);
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(/every token of this subject, also later ones\.\n/),
    });
    expect(out).toMatch(/The entry is kept until you restore it/);
    expect(out).toMatch(/was revoked already by an entry at least as strong; nothing written \(written by ann/);
    expect(out).not.toMatch(/later ones work|may be deleted|The default/);
  });

  it.each(['', ' --dry-run'])('for programs too%s', async (dryRun) => {
    const { regions } = await operator.document(`revoke subject blocked${dryRun}`);
    expect(regions).toMatchObject([{ outcome: 'unchanged', entry: { before: null, purgeAt: null, revokedBy: 'ann' } }]);
  });

  it('describes the stronger of both where one reaches further and the other stays longer', async () => {
    await operator.table.put({ target: { S: 'sub#main#both' }, before: { N: String(NOW - 500) } });
    const { out } = await operator.run('revoke subject both');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The entry is kept until you restore it/);
  });

  it('describes what --replace puts in its place', async () => {
    const { out } = await operator.run('revoke subject blocked --replace');
    expect(out).toMatch(/issued until 2027-01-15T08:00:00Z; later ones work/);
    expect(out).toMatch(/The entry may be deleted from/);
  });
});

describe('a flush is promised only when the write makes one', () => {
  it('not when nothing was written', async () => {
    await operator.run('revoke key again');
    const { out } = await operator.run('revoke key again');
    expect(out).toMatch(/nothing was written, so nothing is flushed now/);
    expect(out).not.toMatch(/expected within/);
    expect((await operator.document('revoke key again')).regions).toMatchObject([
      { outcome: 'unchanged', guaranteedLagSeconds: 67, expectedLagSeconds: 67 },
    ]);
  });

  it('not by a dry run that would write nothing', async () => {
    await operator.run('revoke key dry-again');
    expect((await operator.run('revoke key dry-again --dry-run')).out).not.toMatch(/expected within/);
    expect((await operator.run('revoke key dry-new --dry-run')).out).toMatch(/expected within about 2 s/);
  });

  it('an entry with `flush: false` is written anew when a flush is wanted', async () => {
    await operator.run('revoke key quiet --no-flush --by ann');
    const { out } = await operator.run('revoke key quiet --by bob');
    expect(out).toMatch(/expected within about 2 s, because the entry flushes/);
    expect(await operator.entry('kid#main#quiet')).toEqual({
      target: { S: 'kid#main#quiet' },
      revokedBy: { S: 'bob' },
      revokedAt: { S: '2027-01-15T08:00:00Z' },
    });
  });

  it('and an entry that flushed is left alone when none is wanted', async () => {
    await operator.run('revoke key loud');
    expect((await operator.run('revoke key loud --no-flush')).out).toMatch(/at least as strong; nothing written/);
    expect(await operator.entry('kid#main#loud')).not.toHaveProperty('flush');
  });
});
