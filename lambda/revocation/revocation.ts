import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { formatInstant } from '../token/numeric-date.ts';
import { isHeededByTtl } from './entry-inspection.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import { formatTarget, type RevocationTarget } from './revocation-target.ts';

/** An entry of the table, as DynamoDB holds it. */
export type EntryItem = Readonly<Record<string, AttributeValue>>;

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
}

/** The item of an entry. `revokedAt` is ISO 8601 in UTC, for people; `before` and `purgeAt` are numbers of seconds. */
export function itemOf({ target, before, purgeAt, flush, reason, revokedBy, revokedAt }: Revocation): EntryItem {
  return {
    [ENTRY_ATTRIBUTES.target]: { S: formatTarget(target) },
    ...(before !== undefined && { [ENTRY_ATTRIBUTES.before]: { N: String(before) } }),
    ...(purgeAt !== undefined && { [ENTRY_ATTRIBUTES.purgeAt]: { N: String(purgeAt) } }),
    ...(!flush && { [ENTRY_ATTRIBUTES.flush]: { BOOL: false } }),
    ...(reason !== undefined && { [ENTRY_ATTRIBUTES.reason]: { S: reason } }),
    [ENTRY_ATTRIBUTES.revokedBy]: { S: revokedBy },
    [ENTRY_ATTRIBUTES.revokedAt]: { S: formatInstant(revokedAt) },
  };
}

/** Reads `purgeAt`; undefined: DynamoDB will never delete the entry. Both in seconds since the epoch. */
export function readPurgeAt(item: EntryItem, now: number): number | undefined {
  const seconds = Number(item[ENTRY_ATTRIBUTES.purgeAt]?.N ?? Number.NaN);
  return isHeededByTtl(seconds, now) ? seconds : undefined;
}
