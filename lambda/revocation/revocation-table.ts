import type { AttributeValue, BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { CannotDecideError } from '../errors.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import type { ReadEntries, StoredEntry } from './revocation-list.ts';

/**
 * Sends one `BatchGetItem`, retries included: by the SDK's client in the operator's tool, by `dynamodb-call.ts` in the
 * authorizer. `attempts`: the maximum. @default what the client sets
 */
export type BatchGetItem = (
  input: BatchGetItemCommandInput,
  attempts?: number,
) => Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;

/** Attempts for `UnprocessedKeys`: one, to stay within the decision's time. DynamoDB throttles partitions, not requests. */
const ATTEMPTS_AT_KEYS_LEFT = 1;

/**
 * Reads the revocation table with one strongly consistent `BatchGetItem`: one read unit for each target. Unprocessed keys
 * are requested once more.
 *
 * @throws CannotDecideError from the reader unless the responses cover exactly the requested targets
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
    // Not the request that `UnprocessedKeys` suggests: the reads have to stay strongly consistent.
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

/** Throws with the error's name only: AWS's messages repeat the request, which holds claim values. */
function cannotDecide(error: unknown): never {
  throw new CannotDecideError('revocation-table', error instanceof Error ? error.name : 'unknown error');
}

/** How long a read of the revocation table took, retries and failures included. */
export type TableReadEvent = { readonly event: 'table-read'; readonly milliseconds: number };

/** Reports how long each read takes. @param clock - monotonic milliseconds, from any start */
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
