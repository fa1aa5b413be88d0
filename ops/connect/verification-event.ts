import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readHeard } from '../commands/signals/sources/heard-signals.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import type { SignalsStack } from '../stack/signals-stack.ts';
import type { Stream, StreamManagement } from './stream.ts';

/** Seconds until a verification event counts as lost. Transmitters send it at once; some queue it. */
export const MAX_WAIT = 60;

/** Milliseconds between two reads of the table of signals. */
const PAUSE = 500;

/**
 * Requests a verification event with a random `state` (SSF 1.0 section 8.1.4), and waits until the receiver has accepted one more
 * of this source.
 * @returns the seconds until it was there; undefined: it did not arrive in time
 */
export async function verifiedAfter(
  { id }: Stream,
  source: string,
  { requestVerification }: StreamManagement,
  stack: SignalsStack,
  { elapsed, tell, showProgress }: OperatorContext,
): Promise<number | undefined> {
  const before = await verificationsHeard(stack, source);
  const start = elapsed();
  await requestVerification(id, randomUUID());
  tell(`A verification event is requested; it may take up to ${MAX_WAIT} s.`);
  for (let waited = 0; waited <= MAX_WAIT; waited = elapsed() - start) {
    if ((await verificationsHeard(stack, source)) > before) return elapsed() - start;
    showProgress('Seconds waited:', Math.floor(waited), MAX_WAIT);
    await delay(PAUSE);
  }
  return undefined;
}

async function verificationsHeard(stack: SignalsStack, source: string): Promise<number> {
  const heard = await readHeard(stack, source);
  const counts = heard.find(({ type }) => type === 'verification')?.counts ?? new Map<string, number>();
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
