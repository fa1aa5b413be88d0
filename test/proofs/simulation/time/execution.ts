import { setImmediate as turnOfEventLoop } from 'node:timers/promises';

/** A line of execution that may use real threads (to verify signatures). Virtual time stands still until it sleeps or ends. */
export interface Execution {
  run<Result>(work: () => Promise<Result>): Promise<Result>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** One of several calls at the same time: when it ends, the execution sleeps until the others do. */
  call<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Ends the environment: nothing that sleeps in it wakes. */
  end(): void;
}

export interface Executions {
  /** Starts an execution. `after` calls an action at a later instant of virtual time. */
  start(after: CallLater): Execution;
  /** Resolves when every execution sleeps or has ended. */
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
        // Runs everything that waits only for promises.
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
  let calls = 0;
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
    call: (work) => {
      calls += 1;
      return work().finally(() => {
        calls -= 1;
        if (calls > 0) fallAsleep(execution);
      });
    },
    end: () => {
      hasEnded = true;
    },
  };
  return execution;
}
