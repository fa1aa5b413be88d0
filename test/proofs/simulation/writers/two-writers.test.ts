import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Interleaving, runInterleaving } from './writers.ts';
import { NETWORK_FAULTS } from './writers-network.ts';
import { brokenBy, textOfInterleaving, type WriterProperty } from './writers-properties.ts';
import type { TableFlaw } from './writers-table.ts';

/** WRITER_INTERLEAVINGS=10000 makes a long run. WRITER_SEED=7 also prints that interleaving step by step. */
const { WRITER_INTERLEAVINGS, WRITER_SEED } = process.env;
const interleavings = Number(WRITER_INTERLEAVINGS ?? 500);

/** Generous, for a machine that does other work as well. */
const MILLISECONDS_FOR_AN_INTERLEAVING = 100;

// Pauses before a retry end at once, because the network chooses the order of steps.
beforeAll(async () => {
  vi.stubGlobal('setTimeout', (action: () => void) => void queueMicrotask(action));
  // The SDK loads parts of itself with its first request, which would make the steps depend on real time.
  await runInterleaving(0);
});
afterAll(() => vi.unstubAllGlobals());

async function firstThat(
  isWanted: (run: Interleaving) => boolean,
  last: number,
  flaw: TableFlaw = {},
): Promise<Interleaving | undefined> {
  for (let seed = 1; seed <= last; seed += 1) {
    const run = await runInterleaving(seed, flaw);
    if (isWanted(run)) return run;
  }
  return undefined;
}

describe('revoke, import and restore at once, interleaved at every request', () => {
  it(`keep every property in ${interleavings} interleavings`, {
    timeout: 60_000 + interleavings * MILLISECONDS_FOR_AN_INTERLEAVING,
  }, async () => {
    const struck = new Set<string>();
    const broken = await firstThat((run) => {
      for (const fault of run.network.struck) struck.add(fault);
      return brokenBy(run).length > 0;
    }, interleavings);
    if (broken !== undefined) expect.fail(textOfInterleaving(broken));
    expect([...struck].sort()).toEqual([...NETWORK_FAULTS].sort());
  });

  it('take the same steps for the same seed', async () => {
    const [one, again] = [await runInterleaving(7), await runInterleaving(7)];
    expect(again.network.steps).toEqual(one.network.steps);
    expect(one.network.steps.length).toBeGreaterThan(5);
  });

  if (WRITER_SEED !== undefined) {
    it(`keep every property in the interleaving of seed ${WRITER_SEED}`, async () => {
      const run = await runInterleaving(Number(WRITER_SEED));
      console.log(textOfInterleaving(run));
      expect(brokenBy(run)).toEqual([]);
    });
  }
});

const weaker = 'no entry ever becomes weaker, unless a command restored or replaced it';
const unseen = 'restore and --replace undo only what they have seen';
const broken: readonly (readonly [flaw: string, compared: readonly string[], property: WriterProperty])[] = [
  ['no conditions', [], weaker],
  ['no conditions', [], unseen],
  ['conditions on the times alone', ['target', 'before', 'purgeAt'], unseen],
];

describe('an interleaving is found that breaks a property', () => {
  it.each(broken)('with %s (%j): %s', { timeout: 180_000 }, async (_, compared, property) => {
    const run = await firstThat((each) => brokenBy(each).includes(property), 2000, { compared });
    expect(run?.seed).toBeDefined();
  });
});
