import { afterAll, beforeAll, expect, it } from 'vitest';
import { itemOf } from '../../../lambda/revocation/revocation.ts';
import { liftedEntry } from '../../../lambda/revocation/stronger-entry.ts';
import { type OperatorAtWork, operatorAtWork } from '../../support/operator/operator-at-work.ts';
import { NOW } from '../../support/tokens/sample-issuer.ts';

let operator: OperatorAtWork;
beforeAll(async () => {
  operator = await operatorAtWork();
});
afterAll(() => operator.leave());

const common = { reason: 'account-disabled', revokedBy: 'signal:okta', revokedAt: NOW } as const;

/** Writes a block that the source `okta` may lift. */
async function blocked(value: string): Promise<string> {
  const target = { prefix: 'sub', issuerAlias: 'main', value } as const;
  const times = { before: undefined, purgeAt: undefined, flush: true };
  const item = itemOf({ target, ...times, ...common, blocks: new Map([['okta', NOW - 10]]) });
  await operator.table.put({ ...item, target: { S: `sub#main#${value}` } });
  return `sub#main#${value}`;
}

/** The entry after okta has lifted its block; undefined: it had none to lift. */
async function lifted(name: string) {
  const target = { prefix: 'sub', issuerAlias: 'main', value: 'any' } as const;
  const entry = (await operator.entry(name)) ?? {};
  return liftedEntry(entry, {
    ...common,
    target,
    source: 'okta',
    eventAt: NOW - 5,
    before: NOW - 5,
    purgeAt: NOW + 1e6,
  });
}

it('an operator who blocks takes over the block of a signal, so that the source cannot lift it', async () => {
  const target = await blocked('alice');
  const { out } = await operator.run('revoke subject alice --block');
  expect(out).toMatch(/now the stronger of both entries/);
  expect(await operator.entry(target)).not.toHaveProperty('blockedBy');
  expect(await lifted(target)).toBeUndefined();
});

it('what an operator revokes under the block of a signal stays revoked when the source lifts it', async () => {
  const target = await blocked('bob');
  await operator.run('revoke subject bob');
  expect(await operator.entry(target)).not.toHaveProperty('before');
  expect(await lifted(target)).toMatchObject({ before: { N: String(NOW) }, purgeAt: { N: String(NOW + 1e6) } });
});

it('an operator restores the block of a signal like any other', async () => {
  const target = await blocked('carol');
  await operator.run('restore subject carol');
  expect(await operator.entry(target)).toBeUndefined();
});
