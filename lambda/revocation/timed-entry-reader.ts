import type { ReadEntries } from './revocation-list.ts';

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
