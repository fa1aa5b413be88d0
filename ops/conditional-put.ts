import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ENTRY_ATTRIBUTES } from '../lambda/revocation-entry.ts';
import { wasRepeated } from './lost-answer.ts';
import type { EntryItem } from './revocation.ts';
import type { RegionalStack } from './revocation-stack.ts';

/** What DynamoDB found instead of what was expected. */
export interface Refused {
  readonly found: EntryItem | undefined;
  /** An earlier request, whose answer was lost, may have written what this one found. */
  readonly wasRepeated: boolean;
}

/** Undefined: written. Otherwise what was found instead of `expected`. */
export async function putUnlessChanged(
  { client, table }: Pick<RegionalStack, 'client' | 'table'>,
  item: EntryItem,
  expected: EntryItem | undefined,
): Promise<Refused | undefined> {
  const condition = unchanged(expected);
  try {
    const put = { TableName: table, Item: { ...item }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
    await client.send(new PutItemCommand({ ...put, ...condition }));
    return undefined;
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return { found: error.Item, wasRepeated: wasRepeated(error) };
  }
}

/** The condition that the times which decide are still as they were read. */
function unchanged(expected: EntryItem | undefined) {
  const { target, before, purgeAt } = ENTRY_ATTRIBUTES;
  const names = { '#target': target };
  if (expected === undefined) {
    return { ConditionExpression: 'attribute_not_exists(#target)', ExpressionAttributeNames: names };
  }
  const compared = [before, purgeAt].map((name) => ({ name, value: expected[name] }));
  const values = compared.flatMap(({ name, value }) => (value === undefined ? [] : [[`:${name}`, value] as const]));
  const conditions = compared.map(({ name, value }) =>
    value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}`,
  );
  return {
    ConditionExpression: ['attribute_exists(#target)', ...conditions].join(' AND '),
    ExpressionAttributeNames: { ...names, [`#${before}`]: before, [`#${purgeAt}`]: purgeAt },
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  };
}
