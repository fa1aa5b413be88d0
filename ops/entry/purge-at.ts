import { isHeededByTtl } from '../../lambda/revocation/entry-inspection.ts';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import type { EntryItem } from './revocation.ts';

/** Seconds since the epoch, as `now` is; undefined where DynamoDB will never delete the entry. */
export function readPurgeAt(item: EntryItem, now: number): number | undefined {
  const seconds = Number(item[ENTRY_ATTRIBUTES.purgeAt]?.N ?? Number.NaN);
  return isHeededByTtl(seconds, now) ? seconds : undefined;
}
