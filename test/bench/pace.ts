import { type Summary, summaryOf } from './samples.ts';

/** Microseconds for one input, the mean of a batch. */
export interface Pace {
  readonly wall: number;
  /** CPU time of all threads. */
  readonly cpu: number;
}

export interface PaceSummary {
  readonly wall: Summary;
  readonly cpu: Summary;
}

/** Runs `work` on one input after the other, as Lambda does. */
export async function paceOf<Input>(inputs: readonly Input[], work: (input: Input) => Promise<unknown>): Promise<Pace> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (const input of inputs) await work(input);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (wall * 1000) / inputs.length, cpu: (user + system) / inputs.length };
}

export function paceSummary(paces: readonly Pace[]): PaceSummary {
  return { wall: summaryOf(paces.map(({ wall }) => wall)), cpu: summaryOf(paces.map(({ cpu }) => cpu)) };
}

/** New string objects with the same characters: a repeated token is never the same object in Lambda either. */
export function copiesOf(text: string, count: number): readonly string[] {
  const bytes = Buffer.from(text, 'latin1');
  return Array.from({ length: count }, () => bytes.toString('latin1'));
}
