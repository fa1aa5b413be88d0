import type { PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { EntryItem } from './revocation.ts';

/** What makes DynamoDB reject a write to an entry that is no longer as it was read. */
type Condition = Pick<
  PutItemCommandInput,
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
  | 'ReturnValuesOnConditionCheckFailure'
>;

/**
 * The condition that an entry is still as it was read, in every attribute that we write: not in the times alone, or an
 * entry that was deleted and written again in between would pass for the old one.
 *
 * @param expected - undefined: there was none
 */
export function unchanged(expected: EntryItem | undefined): Condition {
  const parts = Object.values(ENTRY_ATTRIBUTES)
    .filter((name) => expected !== undefined || name === ENTRY_ATTRIBUTES.target)
    .map((name) => ({ name, value: expected?.[name] }));
  const values = parts.flatMap(({ name, value }) => (value === undefined ? [] : [[`:${name}`, value] as const]));
  const comparisons = parts.map(({ name, value }) =>
    value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}`,
  );
  return {
    ConditionExpression: comparisons.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(parts.map(({ name }) => [`#${name}`, name])),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}
