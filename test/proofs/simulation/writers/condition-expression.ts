import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Attributes = Readonly<Record<string, AttributeValue>>;

/** The condition of a request to DynamoDB. */
export interface Condition {
  readonly ConditionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Attributes | undefined;
}

/**
 * Whether DynamoDB carries out a write. It knows the three kinds of conditions that we use, joined by AND.
 *
 * @param item - the stored item; undefined: none
 * @param compared - the attributes that conditions look at; undefined: all
 */
export function isMet(condition: Condition, item: Attributes | undefined, compared?: readonly string[]): boolean {
  const { ConditionExpression, ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = condition;
  if (ConditionExpression === undefined) return true;
  return ConditionExpression.split(' AND ').every((part) => {
    const [, not, existing] = /^attribute_(not_)?exists\((#\w+)\)$/.exec(part) ?? [];
    const [, name = existing, value = ''] = /^(#\w+) = (:\w+)$/.exec(part) ?? [];
    if (name === undefined) throw new Error(`The condition ${part} is not known here.`);
    const attribute = ExpressionAttributeNames[name] ?? '';
    if (compared !== undefined && !compared.includes(attribute)) return true;
    const found = item?.[attribute];
    if (existing !== undefined) return (found === undefined) === (not !== undefined);
    return isEqual(found, ExpressionAttributeValues[value]);
  });
}

/** Compares numbers by value, and other types by type and content. */
function isEqual(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  if (a?.N !== undefined && b?.N !== undefined) return Number(a.N) === Number(b.N);
  return a !== undefined && isDeepStrictEqual(a, b);
}
