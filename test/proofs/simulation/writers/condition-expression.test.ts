import { type AttributeValue, ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeAll, describe, expect, it } from 'vitest';
import { unchanged } from '../../../../lambda/revocation/revocation.ts';
import { createRevocationTable, type TestRevocationTable } from '../../../support/table/test-table.ts';
import { type Attributes, type Condition, isMet } from './condition-expression.ts';

const target = { S: 'sub#main#alice' };
const entry = (attributes: Readonly<Record<string, AttributeValue>> = {}) => ({ target, ...attributes });

/** Entries as people and programs write them; undefined: none. */
const ENTRIES: readonly (ReturnType<typeof entry> | undefined)[] = [
  undefined,
  entry(),
  entry({ before: { N: '1800000000' } }),
  entry({ before: { N: '1800000000.0' } }),
  entry({ before: { S: '1800000000' } }),
  entry({ before: { NULL: true } }),
  entry({ before: { L: [{ N: '1' }] } }),
  entry({ before: { N: '1800000000' }, purgeAt: { N: '1800100000' } }),
  entry({ before: { N: '1800000000' }, purgeAt: { N: '1800100001' } }),
  entry({ flush: { BOOL: false } }),
  entry({ flush: { BOOL: true } }),
  entry({ reason: { S: '' }, revokedBy: { S: 'ann' }, revokedAt: { S: '2027-01-15T08:00:00Z' } }),
  entry({ reason: { S: 'lost' }, revokedBy: { S: 'ann' }, revokedAt: { S: '2027-01-15T08:00:00Z' } }),
  entry({ note: { S: 'by hand' } }),
  entry({ blockedBy: { M: { okta: { N: '1800000000' } } } }),
  entry({ blockedBy: { M: { okta: { N: '1800000001' } } } }),
  entry({ blockedBy: { M: { okta: { N: '1800000000' } } }, afterLift: { M: { before: { N: '1800000000' } } } }),
];

let table: TestRevocationTable;
beforeAll(async () => {
  table = await createRevocationTable();
});

/** Whether DynamoDB's condition is met: it writes the item that is there already. */
async function isMetInDynamoDb(condition: Condition, item: Attributes | undefined): Promise<boolean> {
  const { ConditionExpression, ExpressionAttributeNames, ExpressionAttributeValues } = condition;
  const put = new PutItemCommand({
    TableName: table.name,
    Item: { ...(item ?? entry()) },
    ConditionExpression,
    ExpressionAttributeNames: { ...ExpressionAttributeNames },
    ...(ExpressionAttributeValues !== undefined && { ExpressionAttributeValues: { ...ExpressionAttributeValues } }),
  });
  try {
    await table.client.send(put);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

describe('isMet evaluates conditions as DynamoDB does', () => {
  it.each(ENTRIES)('for the stored item %j', async (item) => {
    for (const expected of ENTRIES) {
      await (item === undefined ? table.remove(target.S) : table.put(item));
      const condition = unchanged(expected);
      expect(isMet(condition, item), `expected ${JSON.stringify(expected)}`).toBe(
        await isMetInDynamoDb(condition, item),
      );
    }
  });

  it('for attributes that must exist', async () => {
    const names = { '#target': 'target', '#before': 'before' };
    for (const item of ENTRIES.slice(0, 3)) {
      for (const ConditionExpression of ['attribute_exists(#before)', 'attribute_not_exists(#before)']) {
        await (item === undefined ? table.remove(target.S) : table.put(item));
        const condition = {
          ConditionExpression: `attribute_exists(#target) AND ${ConditionExpression}`,
          ExpressionAttributeNames: names,
        };
        expect(isMet(condition, item)).toBe(await isMetInDynamoDb(condition, item));
      }
    }
  });

  it('and throws for an unknown condition', () => {
    expect(() => isMet({ ConditionExpression: '#a < :b' }, entry())).toThrow('not known');
  });
});
