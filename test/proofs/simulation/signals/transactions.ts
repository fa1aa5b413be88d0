import { isDeepStrictEqual } from 'node:util';
import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { type Attributes, type Condition, isMet } from '../writers/condition-expression.ts';

/** A table with a key of one attribute. */
export interface KeyedTable {
  readonly key: string;
  readonly items: Map<string, Attributes>;
}

export type KeyedTables = Readonly<Record<string, KeyedTable>>;

/** One item that a transaction changed. */
export interface ItemChange {
  readonly table: string;
  readonly id: string;
  readonly from: Attributes | undefined;
  readonly to: Attributes;
}

/** Why a transaction was cancelled, for each of its items and in their order, as DynamoDB says it. */
export interface CancellationReason {
  readonly Code: string;
  readonly Item?: Attributes;
}

export type TransactionOutcome =
  | { readonly kind: 'written'; readonly changes: readonly ItemChange[] }
  | { readonly kind: 'failed'; readonly name: string; readonly reasons?: readonly CancellationReason[] };

/** Carries out transactions. */
export type Transact = (
  input: Pick<TransactWriteItemsCommandInput, 'TransactItems' | 'ClientRequestToken'>,
) => TransactionOutcome;

interface PlannedWrite {
  readonly table: string;
  readonly id: string;
  readonly condition: Condition & { readonly ReturnValuesOnConditionCheckFailure?: string | undefined };
  /** undefined: only its condition matters. */
  readonly put: Attributes | undefined;
}

/**
 * TransactWriteItems with DynamoDB's semantics, for puts and checks of conditions: all or nothing, and once for a client's token. A test
 * compares it with DynamoDB Local.
 */
export function transactions(tables: KeyedTables): Transact {
  const done = new Map<string, unknown>();
  return ({ TransactItems = [], ClientRequestToken: token }) => {
    const before = token === undefined ? undefined : done.get(token);
    if (before !== undefined) {
      if (isDeepStrictEqual(before, TransactItems)) return { kind: 'written', changes: [] };
      return { kind: 'failed', name: 'IdempotentParameterMismatchException' };
    }
    const outcome = carryOut(
      TransactItems.map((item) => plannedWrite(item, tables)),
      tables,
    );
    if (token !== undefined && outcome.kind === 'written') done.set(token, structuredClone(TransactItems));
    return outcome;
  };
}

function plannedWrite({ Put, ConditionCheck }: TransactWriteItem, tables: KeyedTables): PlannedWrite {
  const { TableName: table = '' } = Put ?? ConditionCheck ?? {};
  const attribute = tables[table]?.key ?? '';
  const id = (Put?.Item ?? ConditionCheck?.Key)?.[attribute]?.S;
  if (id === undefined) throw new Error('The transaction has an item that is not known here.');
  return { table, id, condition: Put ?? ConditionCheck ?? {}, put: Put?.Item };
}

function carryOut(writes: readonly PlannedWrite[], tables: KeyedTables): TransactionOutcome {
  const keys = new Set(writes.map(({ table, id }) => `${table} ${id}`));
  if (keys.size < writes.length) return { kind: 'failed', name: 'ValidationException' };
  const reasons = writes.map((write) => reasonFor(write, tables));
  if (reasons.some(({ Code }) => Code !== 'None')) {
    return { kind: 'failed', name: 'TransactionCanceledException', reasons };
  }
  const changes = writes.flatMap(({ table, id, put }) => {
    const from = tables[table]?.items.get(id);
    if (put === undefined) return [];
    tables[table]?.items.set(id, put);
    return [{ table, id, from, to: put }];
  });
  return { kind: 'written', changes };
}

function reasonFor({ table, id, condition }: PlannedWrite, tables: KeyedTables): CancellationReason {
  const found = tables[table]?.items.get(id);
  if (isMet(condition, found)) return { Code: 'None' };
  const isShown = found !== undefined && condition.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return { Code: 'ConditionalCheckFailed', ...(isShown && { Item: found }) };
}
