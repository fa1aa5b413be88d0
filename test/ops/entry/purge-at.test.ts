import { afterAll, beforeAll, expect, it } from 'vitest';
import { type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());

/** More than five years ago: DynamoDB's TTL does not delete such an item. */
const ANCIENT = NOW - 6 * 365 * 86_400;

it('a purgeAt that is too long ago for DynamoDB is malformed in every command', async () => {
  await operator.table.put({ target: { S: 'kid#main#ancient' }, purgeAt: { N: String(ANCIENT) } });
  const { out } = await operator.run('show key ancient');
  expect(out).toMatch(/deleted from malformed\n +WARNING +`purgeAt` is not an instant in seconds.*never deleted/);
  expect((await operator.document('show key ancient')).regions).toMatchObject([{ entry: { purgeAt: 'malformed' } }]);
  expect((await operator.document('list --level key')).entries).toMatchObject([{ purgeAt: 'malformed' }]);
  expect((await operator.document('restore key ancient --dry-run')).regions).toMatchObject([
    { previous: { purgeAt: 'malformed' } },
  ]);
});

it('an entry with such a purgeAt is repaired when it is revoked again, and stays until it is restored', async () => {
  await operator.table.put({ target: { S: 'jti#main#old' }, purgeAt: { N: String(ANCIENT) } });
  const { out } = await operator.run('revoke token --jwt-id old');
  expect(out).toMatch(/now the stronger of both entries/);
  expect(out).toMatch(/is kept until you restore it/);
  expect(await operator.entry('jti#main#old')).not.toHaveProperty('purgeAt');
});
