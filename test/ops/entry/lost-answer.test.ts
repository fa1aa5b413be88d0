import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describedAuthorizer, type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { type FaultyDynamoDb, startFaultyDynamoDb, type Treatment } from '../../support/table/faulty-dynamodb.ts';
import { trustedIssuer } from '../../support/tokens/sample-issuer.ts';

let dynamoDb: FaultyDynamoDb;
let operator: OperatorAtWork;
beforeAll(async () => {
  dynamoDb = await startFaultyDynamoDb();
  operator = await operatorAtWork(describedAuthorizer([trustedIssuer()]), { dynamodb: dynamoDb.address });
});
afterAll(async () => {
  await operator.leave();
  await dynamoDb.close();
});
beforeEach(() => dynamoDb.treat(() => 'answer'));

const treatEvery = (operation: string, treatment: Treatment) =>
  dynamoDb.treat((asked) => (asked === operation ? treatment : 'answer'));
const treatInTurn = (operation: string, ...treatments: readonly Treatment[]) =>
  dynamoDb.treat((asked, earlier) => (asked === operation ? (treatments[earlier] ?? 'answer') : 'answer'));

describe('an entry that was written although the answer was lost', () => {
  it.each<Treatment>(['lose-answer', 'break'])('is not reported as missing (%s)', async (treatment) => {
    treatEvery('PutItem', treatment);
    const { exitCode, out } = await operator.run(`revoke key k-${treatment}`);
    expect(exitCode).toBe(1);
    expect(out).toMatch(new RegExp(`^NOT CONFIRMED: key k-${treatment} of main`));
    expect(out).toMatch(/eu-west-1: NOT CONFIRMED: nobody knows whether the entry was written: The table/);
    expect(out).toMatch(/run the same command again/);
    expect(out).not.toMatch(/NOT revoked|NOT WRITTEN|Rejected for certain/);
    expect(await operator.entry(`kid#main#k-${treatment}`)).toBeDefined();
  });

  it('is null in JSON, with an unknown outcome', async () => {
    treatEvery('PutItem', 'lose-answer');
    expect((await operator.document('revoke key programs')).regions).toMatchObject([
      { outcome: 'unknown', confirmed: false, entry: null, acknowledgedAt: null, rejectedForCertainBy: null },
    ]);
  });

  it('is not reported as missing because a retry was rejected', async () => {
    treatInTurn('PutItem', 'lose-answer', 'deny');
    const { out } = await operator.run('revoke key rejected-later');
    expect(out).toMatch(/eu-west-1: NOT CONFIRMED: nobody knows whether the entry was written: .*AccessDenied/);
    expect(await operator.entry('kid#main#rejected-later')).toBeDefined();
  });

  it('is reported as written, with its flush, when a retry finds it', async () => {
    treatInTurn('PutItem', 'lose-answer');
    const { exitCode, out } = await operator.run('revoke key again --by ann');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/eu-west-1: written, confirmed/) });
    expect(out).toMatch(/expected within about 2 s, because the entry flushes/);
  });

  it('is reported as strengthened when a retry finds it', async () => {
    await operator.table.put({ target: { S: 'sub#main#weak' }, before: { N: '1799990000' }, note: { S: 'by hand' } });
    treatInTurn('PutItem', 'answer', 'lose-answer');
    const { regions } = await operator.document('revoke subject weak');
    expect(regions).toMatchObject([{ outcome: 'strengthened', confirmed: true, previous: { before: 1_799_990_000 } }]);
  });

  it('is reported as unchanged when no answer was lost and the same command ran twice within a second', async () => {
    await operator.run('revoke key twice --by ann');
    expect((await operator.document('revoke key twice --by ann')).regions).toMatchObject([{ outcome: 'unchanged' }]);
  });
});

it('an entry that DynamoDB rejects is reported as not written', async () => {
  treatEvery('PutItem', 'deny');
  const { exitCode, out } = await operator.run('revoke key denied');
  expect({ exitCode, out }).toEqual({ exitCode: 1, out: expect.stringMatching(/^NOT revoked: key denied/) });
  expect(out).toMatch(/eu-west-1: NOT WRITTEN: The table/);
});

describe('an import whose answers are lost', () => {
  it.each<Treatment>(['lose-answer', 'break'])('finds its entries by a strong read (%s)', async (loss) => {
    treatEvery('PutItem', loss);
    const { exitCode, out } = await operator.run('import -', `level,value\nkey,${loss}`);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringMatching(/1 entry written, 0 were there/) });
    expect(await operator.entry(`kid#main#${loss}`)).toBeDefined();
  });

  it('says how many entries are perhaps written when they cannot be read back', async () => {
    treatInTurn('BatchGetItem', 'answer', 'deny');
    const { exitCode, out } = await operator.run('import -', 'level,value\nkey,unread');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(
        /eu-west-1: NOT CONFIRMED: 0 of 1 entry confirmed, 1 perhaps written: The table .* Run the command again with its --as-of\.\n$/,
      ),
    });
    expect(await operator.entry('kid#main#unread')).toBeDefined();
  });

  it('counts them in JSON', async () => {
    treatInTurn('BatchGetItem', 'answer', 'deny');
    const { regions } = await operator.document('import -', 'level,value\nkey,counted');
    expect(regions).toMatchObject([{ entries: 1, written: 0, unchanged: 0, unconfirmed: 1 }]);
  });
});

describe('an import that DynamoDB rejects', () => {
  it('says that it wrote nothing', async () => {
    treatEvery('PutItem', 'deny');
    const { exitCode, out } = await operator.run('import -', 'level,value\nkey,rejected-1\nkey,rejected-2');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/NOT CONFIRMED: 0 of 2 entries confirmed, 2 not written: The table .*AccessDenied/),
    });
    expect(await operator.entry('kid#main#rejected-1')).toBeUndefined();
  });

  it('in part tells the entries that exist from those that do not', async () => {
    treatInTurn('PutItem', 'answer', 'deny', 'answer');
    const file = `level,value\n${['part-1', 'part-2', 'part-3'].map((key) => `key,${key}`).join('\n')}`;
    const { out } = await operator.run('import -', file);
    expect(out).toMatch(/2 of 3 entries confirmed, 1 not written: The table/);
  });

  it('stops when nothing can be written, before it has tried every entry', async () => {
    let puts = 0;
    dynamoDb.treat((operation) => {
      if (operation !== 'PutItem') return 'answer';
      puts += 1;
      return 'deny';
    });
    const lines = Array.from({ length: 3000 }, (_, index) => `key,many-${index}`);
    const { regions } = await operator.document('import -', ['level,value', ...lines].join('\n'));
    expect(regions).toMatchObject([{ entries: 3000, written: 0, unchanged: 0, unconfirmed: 0 }]);
    expect(puts).toBeLessThanOrEqual(50 + 48);
  });
});

describe('restore', () => {
  beforeEach(async () => {
    await operator.run('revoke subject alice --by ann --reason laptop');
  });

  it('of an entry that is deleted but cannot be read back says so, and shows the entry', async () => {
    treatInTurn('GetItem', 'answer', 'deny');
    const { exitCode, out } = await operator.run('restore subject alice');
    expect(await operator.entry('sub#main#alice')).toBeUndefined();
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /eu-west-1: the entry for subject alice of main \(written by ann on 2027-01-15T08:00:00Z: "laptop"\) is deleted, NOT CONFIRMED: The table \S+ in eu-west-1 cannot be read: AccessDeniedException/,
    );
    expect(out).toMatch(/Works again: tokens of this subject issued until 2027-01-15T08:00:00Z/);
    expect(out).not.toMatch(/NOT RESTORED/);
  });

  it('says so in JSON too', async () => {
    treatInTurn('GetItem', 'answer', 'deny');
    expect((await operator.document('restore subject alice')).regions).toMatchObject([
      {
        outcome: 'deleted',
        confirmed: false,
        previous: { reason: 'laptop', revokedBy: 'ann' },
        error: expect.stringMatching(/cannot be read/),
      },
    ]);
  });

  it.each<Treatment>(['lose-answer', 'break'])(
    'whose answer is lost does not say that it failed (%s)',
    async (loss) => {
      treatEvery('DeleteItem', loss);
      const { exitCode, out } = await operator.run('restore subject alice');
      expect(await operator.entry('sub#main#alice')).toBeUndefined();
      expect({ exitCode, out }).toEqual({
        exitCode: 1,
        out: expect.stringMatching(
          /eu-west-1: subject alice of main: NOT CONFIRMED: nobody knows whether the entry was deleted: The table/,
        ),
      });
      expect(out).not.toMatch(/NOT RESTORED/);
    },
  );

  it('that is retried after a lost answer does not say that nothing was deleted', async () => {
    treatInTurn('DeleteItem', 'lose-answer');
    const { exitCode, out } = await operator.run('restore subject alice');
    expect({ exitCode, out }).toEqual({
      exitCode: 0,
      out: expect.stringMatching(
        /there is no entry for subject alice of main \(written by ann .*\) any more: an answer of DynamoDB was lost, so this command may have deleted it/,
      ),
    });
  });

  it('whose retry is rejected does not say that it failed', async () => {
    treatInTurn('DeleteItem', 'lose-answer', 'deny');
    const { regions } = await operator.document('restore subject alice');
    expect(regions).toMatchObject([{ outcome: 'unknown', confirmed: false, previous: null }]);
  });

  it('that DynamoDB rejects says that it failed', async () => {
    treatEvery('DeleteItem', 'deny');
    const { exitCode, out } = await operator.run('restore subject alice');
    expect({ exitCode, out }).toEqual({
      exitCode: 1,
      out: expect.stringMatching(/eu-west-1: subject alice of main is NOT RESTORED: The table/),
    });
    expect(await operator.entry('sub#main#alice')).toBeDefined();
  });
});
