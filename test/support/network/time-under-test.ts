/** The time of a client whose waits end at once, and move its clock. */
export interface TimeUnderTest {
  /** Milliseconds since the epoch. It starts on 2026-01-01. */
  now(): number;
  random(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** The waits so far, in milliseconds. */
  readonly waits: readonly number[];
  advance(seconds: number): void;
}

/** @param chance - what `random` returns */
export function timeUnderTest(chance = 0): TimeUnderTest {
  const waits: number[] = [];
  let now = Date.parse('2026-01-01T00:00:00Z');
  return {
    waits,
    now: () => now,
    random: () => chance,
    wait: async (milliseconds, signal) => {
      signal.throwIfAborted();
      waits.push(milliseconds);
      now += milliseconds;
    },
    advance: (seconds) => {
      now += seconds * 1000;
    },
  };
}
