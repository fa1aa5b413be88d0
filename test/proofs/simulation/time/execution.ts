import { setImmediate as turnOfEventLoop } from 'node:timers/promises';

/** One line of execution that may use real threads (they verify signatures): time stands still until it sleeps or ends. */
export interface Execution {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Whatever sleeps in it never wakes: the environment is gone. */
  end(): void;
}

export interface Executions {
  /** `after` calls at a later instant of virtual time. */
  start(after: CallLater): Execution;
  /** Resolves when nobody has anything left to do. */
  allAsleep(): Promise<void>;
}

type CallLater = (milliseconds: number, action: () => void) => void;

interface Wakefulness {
  wake(execution: Execution): void;
  fallAsleep(execution: Execution): void;
}

export function executions(): Executions {
  const awake = new Set<Execution>();
  let nobodyAwake = (): void => undefined;
  const wakefulness: Wakefulness = {
    wake: (execution) => void awake.add(execution),
    fallAsleep: (execution) => {
      awake.delete(execution);
      if (awake.size === 0) nobodyAwake();
    },
  };
  return {
    start: (after) => startExecution(after, wakefulness),
    async allAsleep() {
      for (;;) {
        // Lets everything run that waits for promises only.
        await turnOfEventLoop();
        if (awake.size === 0) return;
        await new Promise<void>((resolve) => {
          nobodyAwake = resolve;
        });
      }
    },
  };
}

function startExecution(after: CallLater, { wake, fallAsleep }: Wakefulness): Execution {
  let hasEnded = false;
  const execution: Execution = {
    run: (work) => {
      wake(execution);
      return work().finally(() => fallAsleep(execution));
    },
    sleep: (milliseconds) =>
      new Promise((resolve) => {
        fallAsleep(execution);
        after(milliseconds, () => {
          if (hasEnded) return;
          wake(execution);
          resolve();
        });
      }),
    end: () => {
      hasEnded = true;
    },
  };
  return execution;
}
