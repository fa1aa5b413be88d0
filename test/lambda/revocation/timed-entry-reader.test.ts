import { describe, expect, it } from 'vitest';
import { CannotDecideError } from '../../../lambda/errors.ts';
import type { ReadEntries } from '../../../lambda/revocation/revocation-list.ts';
import { createTimedEntryReader, type TableReadEvent } from '../../../lambda/revocation/timed-entry-reader.ts';

/** Reads with a clock that each look at it moves by 2.4 ms. */
function timed(readEntries: ReadEntries) {
  const events: TableReadEvent[] = [];
  let milliseconds = 0;
  const clock = () => {
    milliseconds += 2.4;
    return milliseconds;
  };
  return { events, read: createTimedEntryReader(readEntries, (event) => void events.push(event), clock) };
}

describe('a read of the revocation table', () => {
  it('is handed on as it is, and its time told', async () => {
    const entry = { target: 'jti#main#1', before: undefined };
    const { read, events } = timed(async (targets) => (targets.includes(entry.target) ? [entry] : []));
    expect(await read([entry.target])).toEqual([entry]);
    expect(events).toEqual([{ event: 'table-read', milliseconds: 2 }]);
  });

  it('fails as it did without the clock, and its time is told too', async () => {
    const failure = new CannotDecideError('revocation-table', 'timeout');
    const { read, events } = timed(() => Promise.reject(failure));
    await expect(read([])).rejects.toBe(failure);
    expect(events).toHaveLength(1);
  });
});
