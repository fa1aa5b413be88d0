import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb';
import { CannotDecideError } from './failure.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import type { ReadEntries, StoredEntry } from './revocation-list.ts';

/** Asks DynamoDB once, retries included: the SDK's client for people's tools, `dynamodb-call.ts` for the authorizer. */
export type BatchGetItem = (
  input: BatchGetItemCommandInput,
) => Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;

/**
 * Reads the revocation table with one strongly consistent `BatchGetItem`: one read unit for each target asked.
 *
 * An answer that is not about every target asked, and about nothing else, is no answer.
 */
export function createEntryReader(batchGetItem: BatchGetItem, table: string): ReadEntries {
  return async (targets) => {
    const output = await batchGetItem(requestFor(table, targets)).catch(cannotDecide);
    if (Object.keys(output.UnprocessedKeys ?? {}).length > 0) {
      throw new CannotDecideError('revocation-table', 'UnprocessedKeys');
    }
    const items = output.Responses?.[table];
    if (items === undefined) throw new CannotDecideError('revocation-table', 'an answer that names no table');
    return items.map(({ target, before }): StoredEntry => {
      if (target?.S === undefined || !targets.includes(target.S)) {
        throw new CannotDecideError('revocation-table', 'an item that was not asked for');
      }
      return { target: target.S, before };
    });
  };
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
