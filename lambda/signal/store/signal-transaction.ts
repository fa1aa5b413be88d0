import { randomUUID } from 'node:crypto';
import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type Condition, unchanged } from '../../revocation/revocation.ts';
import { ENTRY_ATTRIBUTES } from '../../revocation/revocation-entry.ts';
import { isJsonObject, type JsonObject } from '../../token/json-object.ts';
import { SIGNAL_ATTRIBUTES } from './signal-table.ts';
import type { Item, ItemWrite } from './signal-writes.ts';

/** The names of the two tables. */
export interface SignalTables {
  readonly revocationTable: string;
  readonly signalTable: string;
}

/**
 * One transaction of everything that a signal writes. Its token makes a repetition of the same request harmless when an answer was lost
 * (Amazon DynamoDB API reference, TransactWriteItems).
 */
export function transactionOf(writes: readonly ItemWrite[], tables: SignalTables): TransactWriteItemsCommandInput {
  return { ClientRequestToken: randomUUID(), TransactItems: writes.map((write) => transactItem(write, tables)) };
}

function transactItem({ table, id, seen, put }: ItemWrite, tables: SignalTables): TransactWriteItem {
  const isEntry = table === 'revocations';
  const TableName = isEntry ? tables.revocationTable : tables.signalTable;
  const condition = isEntry ? unchanged(seen) : unchangedRow(seen);
  if (put !== undefined) return { Put: { TableName, Item: { ...put }, ...condition } };
  const Key = { [isEntry ? ENTRY_ATTRIBUTES.target : SIGNAL_ATTRIBUTES.id]: { S: id } };
  return { ConditionCheck: { TableName, Key, ...condition, ConditionExpression: condition.ConditionExpression } };
}

/** The condition that a row of the table of signals is as it was seen: records never change, and lifts by their time only. */
function unchangedRow(seen: Item | undefined): Condition & { readonly ConditionExpression: string } {
  const { id, liftedAt } = SIGNAL_ATTRIBUTES;
  const value = seen?.[liftedAt];
  return {
    ...(value === undefined
      ? { ConditionExpression: 'attribute_not_exists(#id)', ExpressionAttributeNames: { '#id': id } }
      : {
          ConditionExpression: '#liftedAt = :liftedAt',
          ExpressionAttributeNames: { '#liftedAt': liftedAt },
          ExpressionAttributeValues: { ':liftedAt': value },
        }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}

/** An item that was not as it had been seen, and what was found; undefined: nothing. */
export interface ChangedItem {
  readonly id: string;
  readonly found: Item | undefined;
}

/** What DynamoDB says about the items of a cancelled transaction. */
export interface Cancellation {
  readonly changed: readonly ChangedItem[];
  /** Why it was cancelled besides, by AWS's codes. */
  readonly codes: readonly string[];
}

/** Reads the reasons of a cancelled transaction, one for each write and in their order. undefined: there are none. */
export function cancellationIn(reasons: unknown, writes: readonly ItemWrite[]): Cancellation | undefined {
  if (!Array.isArray(reasons) || reasons.length !== writes.length) return undefined;
  const named = reasons.map((reason: unknown): JsonObject => (isJsonObject(reason) ? reason : {}));
  const changed = writes.flatMap(({ id }, index) => {
    const { Code, Item } = named[index] ?? {};
    return Code === CONDITION_FAILED ? [{ id, found: isJsonObject(Item) ? (Item as Item) : undefined }] : [];
  });
  const codes = named.map(({ Code }) => String(Code)).filter((code) => code !== 'None' && code !== CONDITION_FAILED);
  return { changed, codes };
}

const CONDITION_FAILED = 'ConditionalCheckFailed';
