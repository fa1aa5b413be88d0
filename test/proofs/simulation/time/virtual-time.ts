import type { Chance } from './chance.ts';
import { type Execution, executions } from './execution.ts';

/** A clock that advances only when every execution sleeps. Actions that are due at the same instant run in any order. */
export interface VirtualTime {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  at(instant: number, action: () => void): void;
  startExecution(): Execution;
  /** Runs actions until none is due. */
  run(): Promise<void>;
}

interface Appointment {
  readonly instant: number;
  readonly order: number;
  readonly action: () => void;
}

export function virtualTime(start: number, chance: Chance): VirtualTime {
  let now = start;
  const appointments: Appointment[] = [];
  const started = executions();
  const at = (instant: number, action: () => void): void => {
    appointments.push({ instant: Math.max(now, instant), order: chance.between(0, 2 ** 31), action });
  };
  const sleep = (milliseconds: number) => new Promise<void>((resolve) => at(now + milliseconds, resolve));
  return {
    now: () => now,
    sleep,
    at,
    startExecution: () => started.start((milliseconds, action) => at(now + milliseconds, action)),
    async run() {
      await started.allAsleep();
      for (let next = takeNext(appointments); next !== undefined; next = takeNext(appointments)) {
        now = next.instant;
        next.action();
        await started.allAsleep();
      }
    },
  };
}

function takeNext(appointments: Appointment[]): Appointment | undefined {
  const isEarlier = (a: Appointment, b: Appointment) =>
    a.instant < b.instant || (a.instant === b.instant && a.order < b.order);
  const next = appointments.reduce<Appointment | undefined>(
    (first, each) => (first === undefined || isEarlier(each, first) ? each : first),
    undefined,
  );
  if (next !== undefined) appointments.splice(appointments.indexOf(next), 1);
  return next;
}
