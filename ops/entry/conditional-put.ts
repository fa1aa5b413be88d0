import { ConditionalCheckFailedException, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type EntryItem, unchanged } from '../../lambda/revocation/revocation.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { RegionalStack } from '../stack/revocation-stack.ts';
import { wasRepeated } from './lost-answer.ts';

type Table = Pick<RegionalStack, 'client' | 'table'>;

/** A conditional write that DynamoDB rejected. */
export interface Rejected {
  readonly found: EntryItem | undefined;
  /** The SDK repeated the request: an earlier one, whose answer was lost, may have been carried out. */
  readonly wasRepeated: boolean;
  readonly cause: ConditionalCheckFailedException;
}

/** Writes the item. @returns undefined: written; otherwise what was found instead of `expected` */
export async function putUnlessChanged(
  { client, table }: Table,
  item: EntryItem,
  expected: EntryItem | undefined,
): Promise<Rejected | undefined> {
  const put = new PutItemCommand({ TableName: table, Item: { ...item }, ...unchanged(expected) });
  return rejection(client.send(put));
}

/** Deletes the entry. @returns undefined: deleted; otherwise what was found instead of `expected` */
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
