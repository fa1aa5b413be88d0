import type { LambdaFunction } from '../../../../local/functions/lambda-function.ts';
import { type SimulatedTable, TABLE } from '../parts/simulated-table.ts';
import type { World } from '../time/world.ts';
import { requestFor, targetOf } from './signal-messages.ts';
import type { PlannedSignal } from './signal-plan.ts';

/** An answer to the delivery of a signal. */
export interface SignalAnswer {
  readonly signal: PlannedSignal;
  /** undefined: the function failed, or its answer was lost. */
  readonly status: number | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Whether the table held what the signal writes when the answer was given. */
  readonly isWritten: boolean;
}

/** Delivers a signal as often as it takes. @returns the answer that accepted it; undefined: none did */
export type Deliver = (signal: PlannedSignal) => Promise<SignalAnswer | undefined>;

/** Milliseconds between two attempts. */
const MIN_PAUSE = 500;
const MAX_PAUSE = 5000;

/** Attempts after the last one that faults can spoil. During its cool-down a key set is not asked again. */
const MORE_ATTEMPTS = 20;

/** Senders that come again until they are told that the signal was accepted. `answers` gets every answer. */
export function signalSenders(
  receiver: LambdaFunction,
  table: SimulatedTable,
  { time, chance, faultBudget, note }: World,
  beginning: number,
  answers: SignalAnswer[],
): Deliver {
  return async (signal) => {
    const request = requestFor(signal, Math.floor((beginning + signal.eventAfter) / 1000));
    for (let left = faultBudget + MORE_ATTEMPTS; left > 0; left -= 1) {
      const result = await receiver.invoke(structuredClone({ ...request }) as never);
      const status = 'payload' in result ? statusIn(result.payload) : undefined;
      const answer = { signal, status, at: time.now(), isWritten: isWritten(signal, table) };
      note(`${status ?? 'no answer'} for ${signal.id}, ${signal.kind} of ${signal.token}`);
      answers.push(answer);
      if (status !== undefined && status < 500) return answer;
      await time.sleep(MIN_PAUSE + chance.delayUpTo(MAX_PAUSE));
    }
    return undefined;
  };
}

function statusIn(payload: unknown): number | undefined {
  const { statusCode } = payload as { readonly statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** Whether a transaction of the signal was carried out. One without a record writes nothing where its entry is there. */
function isWritten(signal: PlannedSignal, { tables, changes }: SimulatedTable): boolean {
  if (changes.some(({ by }) => by === signal.id)) return true;
  return signal.kind === 'token revocation' && tables[TABLE]?.items.has(targetOf(signal)) === true;
}
