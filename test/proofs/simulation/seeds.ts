import type { Composition } from './composition.ts';
import { runSchedule, type ScheduleRun } from './schedule.ts';

/** Schedules that run at the same time: while one waits for a signature, others continue. They share no state. */
const AT_ONCE = 8;

/** Runs the schedules of the seeds from 1 to `last` until `isWanted`. @returns that run; undefined: there is none */
export function findSchedule(
  composition: Composition,
  last: number,
  isWanted: (run: ScheduleRun) => boolean,
): Promise<ScheduleRun | undefined> {
  return findRun((seed) => runSchedule(seed, composition), last, isWanted);
}

/** The same for schedules of any kind. */
export async function findRun<Run>(
  run: (seed: number) => Promise<Run>,
  last: number,
  isWanted: (run: Run) => boolean,
): Promise<Run | undefined> {
  let seed = 0;
  let found: Run | undefined;
  const runSome = async (): Promise<void> => {
    while (seed < last && found === undefined) {
      seed += 1;
      const ended = await run(seed);
      if (isWanted(ended)) found ??= ended;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runSome));
  return found;
}
