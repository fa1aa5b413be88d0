import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { formatTarget, type RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { itemOf, revocationOf } from '../../ops/entry/revocation.ts';
import type { RegionalStack } from '../../ops/stack/revocation-stack.ts';
import { NotMeasurableError } from './finding.ts';
import type { HeldToken } from './held-token.ts';

/** Entries of this run. Entries of others are neither overwritten nor deleted. */
export interface OwnEntries {
  /** Returns when DynamoDB has acknowledged the entry. `flush: false` leaves cached decisions alone. */
  write(target: RevocationTarget, held: HeldToken, options: { readonly flush: boolean }): Promise<void>;
  remove(target: RevocationTarget): Promise<void>;
  /** Allows no more writes, and deletes what is left. @returns targets that could not be deleted */
  close(): Promise<readonly string[]>;
}

export function ownEntries({ client, table }: RegionalStack): OwnEntries {
  const revokedBy = `test:deployed ${randomUUID()}`;
  const written = new Set<string>();
  const underway = new Set<Promise<void>>();
  let isClosed = false;
  const put = async (target: string, item: ReturnType<typeof itemOf>): Promise<void> => {
    written.add(target);
    try {
      await client.send(new PutItemCommand({ TableName: table, Item: { ...item }, ...UNLESS_THERE }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      written.delete(target);
      throw new NotMeasurableError(`an entry ${target} of another writer exists already`);
    }
  };
  const remove = async (target: string): Promise<void> => {
    await deleteIfOurs({ client, table }, target, revokedBy);
    written.delete(target);
  };
  return {
    write: async (target, held, { flush }) => {
      if (isClosed) throw new Error('The run is over: no entry is written any more.');
      const writing = put(formatTarget(target), entryFor(target, held, flush, revokedBy));
      underway.add(writing);
      await writing.finally(() => underway.delete(writing));
    },
    remove: (target) => remove(formatTarget(target)),
    close: async () => {
      isClosed = true;
      await Promise.allSettled(underway);
      await Promise.allSettled([...written].map(remove));
      return [...written];
    },
  };
}

const KEY = { '#target': ENTRY_ATTRIBUTES.target };
const UNLESS_THERE = { ConditionExpression: 'attribute_not_exists(#target)', ExpressionAttributeNames: KEY };

/** Revokes up to this token's own `iat`, so that clocks do not matter and later tokens are left alone. */
function entryFor(target: RevocationTarget, { accessToken, issuer }: HeldToken, flush: boolean, revokedBy: string) {
  const { issuedAt, expiresAt } = accessToken;
  const wish = { before: Math.ceil(issuedAt), endsAt: expiresAt, reason: 'npm run test:deployed', flush, revokedBy };
  return itemOf(revocationOf(target, issuer, wish, Date.now() / 1000));
}

async function deleteIfOurs(
  { client, table }: Pick<RegionalStack, 'client' | 'table'>,
  target: string,
  revokedBy: string,
): Promise<void> {
  const condition = {
    ConditionExpression: '#revokedBy = :revokedBy',
    ExpressionAttributeNames: { '#revokedBy': ENTRY_ATTRIBUTES.revokedBy },
    ExpressionAttributeValues: { ':revokedBy': { S: revokedBy } },
  };
  try {
    const Key = { [ENTRY_ATTRIBUTES.target]: { S: target } };
    await client.send(new DeleteItemCommand({ TableName: table, Key, ...condition }));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
