import type { AttributeValue, PutItemCommandInput } from '@aws-sdk/client-dynamodb';
import { formatInstant } from '../token/numeric-date.ts';
import { isHeededByTtl } from './entry-inspection.ts';
import { BLOCK_ATTRIBUTES, type Blocks, blockAttributes, NO_BLOCKS, type TimeAttributes } from './liftable-block.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import { formatTarget, type RevocationTarget } from './revocation-target.ts';

/** An entry of the table, as DynamoDB holds it. */
export type EntryItem = Readonly<Record<string, AttributeValue>>;

/** Names of all attributes that a writer of entries may write. */
export const WRITTEN_ATTRIBUTES: readonly string[] = Object.values({ ...ENTRY_ATTRIBUTES, ...BLOCK_ATTRIBUTES });

/** An entry to be written. All instants in seconds since the epoch. */
export interface Revocation {
  readonly target: RevocationTarget;
  /** Tokens issued at or before it are revoked; undefined: all. */
  readonly before: number | undefined;
  /** When DynamoDB may delete the entry; undefined: never. */
  readonly purgeAt: number | undefined;
  readonly flush: boolean;
  readonly reason: string | undefined;
  readonly revokedBy: string;
  readonly revokedAt: number;
  /**
   * The sources of signals that block the subject: each may lift its own block. `before` and `purgeAt` are undefined then. Left out:
   * nobody lifts the entry.
   */
  readonly blocks?: Blocks;
}

/** The item of an entry. `revokedAt` is ISO 8601 in UTC, for people; `before` and `purgeAt` are numbers of seconds. */
export function itemOf(revocation: Revocation): EntryItem {
  const { target, before, purgeAt, flush, reason, revokedBy, revokedAt, blocks = NO_BLOCKS } = revocation;
  return {
    [ENTRY_ATTRIBUTES.target]: { S: formatTarget(target) },
    ...(blocks.size > 0 ? blockAttributes({ blocks, afterLift: undefined }) : timeAttributes({ before, purgeAt })),
    ...(!flush && { [ENTRY_ATTRIBUTES.flush]: { BOOL: false } }),
    ...(reason !== undefined && { [ENTRY_ATTRIBUTES.reason]: { S: reason } }),
    [ENTRY_ATTRIBUTES.revokedBy]: { S: revokedBy },
    [ENTRY_ATTRIBUTES.revokedAt]: { S: formatInstant(revokedAt) },
  };
}

/** The attributes of an entry's times in seconds. A time that is undefined has none. */
export function timeAttributes({ before, purgeAt }: Pick<Revocation, 'before' | 'purgeAt'>): TimeAttributes {
  return {
    ...(before !== undefined && { [ENTRY_ATTRIBUTES.before]: { N: String(before) } }),
    ...(purgeAt !== undefined && { [ENTRY_ATTRIBUTES.purgeAt]: { N: String(purgeAt) } }),
  };
}

/** Reads `purgeAt`; undefined: DynamoDB will never delete the entry. Both in seconds since the epoch. */
export function readPurgeAt(item: TimeAttributes, now: number): number | undefined {
  const seconds = Number(item[ENTRY_ATTRIBUTES.purgeAt]?.N ?? Number.NaN);
  return isHeededByTtl(seconds, now) ? seconds : undefined;
}

/** The members of a write by which DynamoDB rejects it where the entry is no longer as it was read. */
export type Condition = Pick<
  PutItemCommandInput,
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
  | 'ReturnValuesOnConditionCheckFailure'
>;

/**
 * The condition that an entry is still as it was read, in every attribute that we write. Not in the times alone, because
 * an entry that was deleted and written again in between would pass for the old one.
 *
 * @param expected - undefined: there was none
 */
export function unchanged(expected: EntryItem | undefined): Condition {
  const parts = WRITTEN_ATTRIBUTES.filter((name) => expected !== undefined || name === ENTRY_ATTRIBUTES.target).map(
    (name) => ({ name, value: expected?.[name] }),
  );
  const values = parts.flatMap(({ name, value }) => (value === undefined ? [] : [[`:${name}`, value] as const]));
  const comparisons = parts.map(({ name, value }) =>
    value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :${name}`,
  );
  return {
    ConditionExpression: comparisons.join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(parts.map(({ name }) => [`#${name}`, name])),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}
