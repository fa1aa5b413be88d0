import type { AttributeValue, BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { CannotDecideError } from '../errors.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import type { ReadEntries, StoredEntry } from './revocation-list.ts';

/**
 * Asks DynamoDB once, retries included: the SDK's client for people's tools, `dynamodb-call.ts` for the authorizer.
 * `attempts`: how many at most. @default as many as the client makes of its own accord
 */
export type BatchGetItem = (
  input: BatchGetItemCommandInput,
  attempts?: number,
) => Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;

/** At the keys that DynamoDB leaves unprocessed: the decision has to end in time. It throttles partitions, not requests. */
const ATTEMPTS_AT_KEYS_LEFT = 1;

/**
 * Reads the revocation table with one strongly consistent `BatchGetItem`: one read unit for each target asked. Keys that
 * it leaves unprocessed are asked for once more.
 *
 * An answer that is not about every target asked, and about nothing else, is no answer.
 */
export function createEntryReader(batchGetItem: BatchGetItem, table: string): ReadEntries {
  const itemsFor = async (targets: readonly string[], attempts?: number): Promise<readonly Item[]> => {
    const request = requestFor(table, targets);
    const { Responses, UnprocessedKeys = {} } = await batchGetItem(request, attempts).catch(cannotDecide);
    const items = Responses?.[table];
    if (items === undefined) throw new CannotDecideError('revocation-table', 'an answer that names no table');
    const left = targetsLeft(UnprocessedKeys, table);
    if (left.length === 0) return items;
    if (attempts !== undefined) throw new CannotDecideError('revocation-table', 'UnprocessedKeys');
    // A request of our own, not the one suggested: the reads have to stay strongly consistent.
    return [...items, ...(await itemsFor(left, ATTEMPTS_AT_KEYS_LEFT))];
  };
  return async (targets) =>
    (await itemsFor(targets)).map(({ target, before }): StoredEntry => {
      if (target?.S === undefined || !targets.includes(target.S)) {
        throw new CannotDecideError('revocation-table', 'an item that was not asked for');
      }
      return { target: target.S, before };
    });
}

type Item = Readonly<Record<string, AttributeValue>>;

function targetsLeft(unprocessed: NonNullable<BatchGetItemCommandOutput['UnprocessedKeys']>, table: string): string[] {
  const keys = Object.entries(unprocessed).flatMap(([name, { Keys = [] }]) => (name === table ? Keys : [{}]));
  return keys.map(({ target }: Item) => {
    if (target?.S === undefined) throw new CannotDecideError('revocation-table', 'UnprocessedKeys');
    return target.S;
  });
}

function requestFor(table: string, targets: readonly string[]): BatchGetItemCommandInput {
  const { target, before } = ENTRY_ATTRIBUTES;
  return {
    RequestItems: {
      [table]: {
        Keys: targets.map((value) => ({ [target]: { S: value } })),
        ConsistentRead: true,
        ProjectionExpression: '#target, #before',
        ExpressionAttributeNames: { '#target': target, '#before': before },
      },
    },
  };
}

/** The name only: messages of AWS repeat what was asked, and that is claim values. */
function cannotDecide(error: unknown): never {
  throw new CannotDecideError('revocation-table', error instanceof Error ? error.name : 'unknown error');
}

/** How long the revocation table took to answer, or not to, retries included. */
export type TableReadEvent = { readonly event: 'table-read'; readonly milliseconds: number };

/** `clock`: milliseconds that only ever grow, from any start. */
export function createTimedEntryReader(
  readEntries: ReadEntries,
  report: (event: TableReadEvent) => void,
  clock: () => number,
): ReadEntries {
  return async (targets) => {
    const start = clock();
    try {
      return await readEntries(targets);
    } finally {
      report({ event: 'table-read', milliseconds: Math.round(clock() - start) });
    }
  };
}
