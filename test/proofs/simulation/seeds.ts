import type { Composition } from './composition.ts';
import { runSchedule, type ScheduleRun } from './schedule.ts';

/** Schedules that run at the same time: while one waits for a signature, others continue. They share no state. */
const AT_ONCE = 8;

/** Runs the schedules of the seeds from 1 to `last` until `isWanted`. @returns that run; undefined: there is none */
export async function findSchedule(
  composition: Composition,
  last: number,
  isWanted: (run: ScheduleRun) => boolean,
): Promise<ScheduleRun | undefined> {
  let seed = 0;
  let found: ScheduleRun | undefined;
  const runSome = async (): Promise<void> => {
    while (seed < last && found === undefined) {
      seed += 1;
      const run = await runSchedule(seed, composition);
      if (isWanted(run)) found ??= run;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runSome));
  return found;
}
