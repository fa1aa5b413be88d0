import { describe, expect, it } from 'vitest';
import { AS_DEPLOYED, type Composition } from '../composition.ts';
import { findRun } from '../seeds.ts';
import { SIGNAL_FAULTS } from '../time/world.ts';
import { DROPPED_SIGNAL_RULES, type DroppedSignalRule } from './dropped-signal-rules.ts';
import {
  brokenSignalProperties,
  type SignalProperty,
  signalReportOf,
  usedPartOfPaceBound,
} from './signal-properties.ts';
import { runSignalSchedule, type SignalRun } from './signal-schedule.ts';

/** SIMULATION_SCHEDULES=200000 makes a long run. SIMULATION_SEED=7 also prints that schedule step by step. */
const { SIMULATION_SCHEDULES, SIMULATION_SEED } = process.env;
const schedules = Number(SIMULATION_SCHEDULES ?? 150);
const seed = SIMULATION_SEED === undefined ? undefined : Number(SIMULATION_SEED);

/** Generous, for a machine that does other work as well. */
const MILLISECONDS_FOR_A_SCHEDULE = 100;

const find = (composition: Composition, last: number, isWanted: (run: SignalRun) => boolean) =>
  findRun((each) => runSignalSchedule(each, composition), last, isWanted);

if (seed !== undefined) {
  it(`the schedule of signals of seed ${seed} keeps every property`, async () => {
    const run = await runSignalSchedule(seed, AS_DEPLOYED);
    console.log(signalReportOf(run));
    expect(brokenSignalProperties(run)).toEqual([]);
  });
}

describe('the real receiver of signals, with the real authorizer, flusher and gateway, in virtual time', () => {
  it(`keep every property in ${schedules} schedules`, {
    timeout: 60_000 + schedules * MILLISECONDS_FOR_A_SCHEDULE,
  }, async () => {
    const struck = new Set<string>();
    const usedPart = { 'at-once': 0, shared: 0, never: 0 };
    const broken = await find(AS_DEPLOYED, schedules, (run) => {
      for (const fault of run.world.struck) struck.add(fault);
      const { pace } = run.plan;
      usedPart[pace] = Math.max(usedPart[pace], usedPartOfPaceBound(run));
      return brokenSignalProperties(run).length > 0;
    });
    if (broken !== undefined) expect.fail(signalReportOf(broken));
    console.log(
      `${schedules} schedules of signals; the last Allow came after at most ${JSON.stringify(usedPart)} of the bound`,
    );
    expect(SIGNAL_FAULTS.filter((fault) => !struck.has(fault))).toEqual([]);
    // A schedule must come near each bound; otherwise the test would pass with far too wide bounds.
    expect(Math.min(...Object.values(usedPart))).toBeGreaterThan(0.5);
  });

  it('do the same for the same seed', async () => {
    const [one, again] = [await runSignalSchedule(7, AS_DEPLOYED), await runSignalSchedule(7, AS_DEPLOYED)];
    expect(again.world.notes).toEqual(one.world.notes);
    expect(one.world.notes.length).toBeGreaterThan(10);
  });
});

const broken: readonly (readonly [rule: DroppedSignalRule, property: SignalProperty])[] = [
  ['no record of applied signals', 'a signal changes the table once, whatever was restored'],
  ['entries written over what is there', 'no signal weakens an entry, apart from the end of a block'],
  ['success whatever becomes of the write', 'a signal is accepted only after its entry was written'],
  [
    'the record and the entries in two writes',
    'an entry revokes what every accepted signal said, unless it was restored after',
  ],
  [
    'no message for a flush on a duplicate',
    'no Allow after the bound of its pace, while flushes work and clocks agree',
  ],
];

describe('schedules are found that break', () => {
  it.each(broken)('with %s: %s', { timeout: 180_000 }, async (rule, property) => {
    const found = await find(DROPPED_SIGNAL_RULES[rule], 600, (run) => brokenSignalProperties(run).includes(property));
    expect(found?.seed).toBeDefined();
  });
});
