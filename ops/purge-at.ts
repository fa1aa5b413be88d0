import { ENTRY_ATTRIBUTES, FIRST_IMPLAUSIBLE_SECOND } from '../lambda/revocation-entry.ts';
import type { EntryItem } from './revocation.ts';

/** Seconds since the epoch; undefined where DynamoDB will never delete the entry. */
export function readPurgeAt(item: EntryItem): number | undefined {
  const seconds = Number(item[ENTRY_ATTRIBUTES.purgeAt]?.N ?? Number.NaN);
  return seconds >= 0 && seconds < FIRST_IMPLAUSIBLE_SECOND ? seconds : undefined;
}
