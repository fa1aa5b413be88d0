import { BatchGetItemCommand, type BatchGetItemCommandOutput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CannotDecideError } from './failure.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import type { ReadEntries, StoredEntry } from './revocation-list.ts';

/**
 * Reads the revocation table with one strongly consistent `BatchGetItem`: one read unit for each target asked.
 *
 * An answer that is not about every target asked, and about nothing else, is no answer.
 */
export function createEntryReader(client: DynamoDBClient, table: string): ReadEntries {
  return async (targets) => {
    const output = await answerOf(client, requestFor(table, targets));
    if (Object.keys(output.UnprocessedKeys ?? {}).length > 0) {
      throw new CannotDecideError('revocation-table', 'UnprocessedKeys');
    }
    return (output.Responses?.[table] ?? []).map(({ target, before }): StoredEntry => {
      if (target?.S === undefined || !targets.includes(target.S)) {
        throw new CannotDecideError('revocation-table', 'an item that was not asked for');
      }
      return { target: target.S, before };
    });
  };
}

function requestFor(table: string, targets: readonly string[]): BatchGetItemCommand {
  const { target, before } = ENTRY_ATTRIBUTES;
  return new BatchGetItemCommand({
    RequestItems: {
      [table]: {
        Keys: targets.map((value) => ({ [target]: { S: value } })),
        ConsistentRead: true,
        ProjectionExpression: '#target, #before',
        ExpressionAttributeNames: { '#target': target, '#before': before },
      },
    },
  });
}

async function answerOf(client: DynamoDBClient, command: BatchGetItemCommand): Promise<BatchGetItemCommandOutput> {
  try {
    return await client.send(command);
  } catch (error) {
    // The name only: messages of AWS repeat what was asked, and that is claim values.
    throw new CannotDecideError('revocation-table', error instanceof Error ? error.name : 'unknown error');
  }
}
