/** Undoes a start in reverse order, also one that is interrupted between any two steps. */
export interface Teardown {
  /** Adds a step. It runs at once if the teardown has already begun. */
  add(undo: () => Promise<unknown>): Promise<void>;
  run(): Promise<void>;
}

export function teardown(): Teardown {
  const steps: (() => Promise<unknown>)[] = [];
  let hasBegun = false;
  let running: Promise<void> | undefined;
  const undoAll = async (): Promise<void> => {
    hasBegun = true;
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) await step().catch(() => {});
  };
  return {
    add: async (undo) => {
      if (hasBegun) await undo();
      else steps.push(undo);
    },
    run: () => {
      running ??= undoAll();
      return running;
    },
  };
}
