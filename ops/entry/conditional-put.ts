import { ConditionalCheckFailedException, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { RegionalStack } from '../stack/revocation-stack.ts';
import { wasRepeated } from './lost-answer.ts';
import type { EntryItem } from './revocation.ts';
import { unchanged } from './unchanged-entry.ts';

type Table = Pick<RegionalStack, 'client' | 'table'>;

/** What DynamoDB found instead of what was expected. */
export interface Rejected {
  readonly found: EntryItem | undefined;
  /** An earlier request, whose answer was lost, may have done what this one was rejected. */
  readonly wasRepeated: boolean;
  readonly cause: ConditionalCheckFailedException;
}

/** Undefined: written. Otherwise what was found instead of `expected`. */
export async function putUnlessChanged(
  { client, table }: Table,
  item: EntryItem,
  expected: EntryItem | undefined,
): Promise<Rejected | undefined> {
  const put = new PutItemCommand({ TableName: table, Item: { ...item }, ...unchanged(expected) });
  return rejection(client.send(put));
}

/** Undefined: deleted. Otherwise what was found instead of `expected`. */
export async function deleteUnlessChanged(
  { client, table }: Table,
  target: string,
  expected: EntryItem,
): Promise<Rejected | undefined> {
  const Key = { [ENTRY_ATTRIBUTES.target]: { S: target } };
  return rejection(client.send(new DeleteItemCommand({ TableName: table, Key, ...unchanged(expected) })));
}

async function rejection(sent: Promise<unknown>): Promise<Rejected | undefined> {
  try {
    await sent;
    return undefined;
  } catch (cause) {
    if (!(cause instanceof ConditionalCheckFailedException)) throw cause;
    return { found: cause.Item, wasRepeated: wasRepeated(cause), cause };
  }
}
