import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { itemOf } from '../../lambda/revocation/revocation.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { formatTarget, type RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import { revocationOf } from '../../ops/entry/revocation.ts';
import type { RegionalStack } from '../../ops/stack/revocation-stack.ts';
import { NotMeasurableError } from './finding.ts';
import type { HeldToken } from './held-token.ts';

/** Entries of this run. Entries of others are neither overwritten nor deleted. */
export class OwnEntries {
  readonly #place: Pick<RegionalStack, 'client' | 'table'>;
  readonly #revokedBy = `test:deployed ${randomUUID()}`;
  readonly #written = new Set<string>();
  readonly #underway = new Set<Promise<void>>();
  #isClosed = false;

  constructor(place: Pick<RegionalStack, 'client' | 'table'>) {
    this.#place = place;
  }

  /** Returns when DynamoDB has acknowledged the entry. `flush: false` leaves cached decisions alone. */
  async write(target: RevocationTarget, held: HeldToken, { flush }: { readonly flush: boolean }): Promise<void> {
    if (this.#isClosed) throw new Error('The run is over: no entry is written any more.');
    const writing = this.#put(formatTarget(target), entryFor(target, held, flush, this.#revokedBy));
    this.#underway.add(writing);
    await writing.finally(() => this.#underway.delete(writing));
  }

  remove(target: RevocationTarget): Promise<void> {
    return this.#remove(formatTarget(target));
  }

  /** Allows no more writes, and deletes what is left. @returns targets that could not be deleted */
  async close(): Promise<readonly string[]> {
    this.#isClosed = true;
    await Promise.allSettled(this.#underway);
    await Promise.allSettled([...this.#written].map((target) => this.#remove(target)));
    return [...this.#written];
  }

  async #put(target: string, item: ReturnType<typeof itemOf>): Promise<void> {
    const { client, table } = this.#place;
    this.#written.add(target);
    try {
      await client.send(new PutItemCommand({ TableName: table, Item: { ...item }, ...UNLESS_THERE }));
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      this.#written.delete(target);
      throw new NotMeasurableError(`an entry ${target} of another writer exists already`);
    }
  }

  async #remove(target: string): Promise<void> {
    await deleteIfOurs(this.#place, target, this.#revokedBy);
    this.#written.delete(target);
  }
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
