import type { DynamoDBRecord } from 'aws-lambda';
import { FLUSH_MODES, type FlushMode } from '../../../lambda/configuration/environment.ts';
import { giveUpAge, settleTime, sharedFlushDelay } from '../../../lambda/flush/flush-timing.ts';
import { createFlusher } from '../../../lambda/flush/flusher.ts';
import { flushPeriod } from '../../../lambda/signal/flush-request.ts';
import { chanceFrom } from '../../proofs/simulation/time/chance.ts';
import { type VirtualTime, virtualTime } from '../../proofs/simulation/time/virtual-time.ts';
import { waitFor } from './random-times.ts';

/** Entries that arrive at random times (Poisson), and how they flush. Times in seconds. */
export interface FlushingEntries {
  /** Entries that flush at once, and again when they are settled. */
  readonly atOncePerSecond: number;
  /** Entries that share a flush, at most one in `every`. */
  readonly sharedPerSecond: number;
  readonly every: number;
  readonly authorizerTimeout: number;
}

/** Seconds from a write to the function, at most; and of a call that flushes. */
const MAX_STREAM_DELAY = 1;
const FLUSH_CALL = 0.1;

const STAGE = { restApiId: 'abc1234567', stageName: 'v1' };

/** The instants in `[0, duration)` at which the real flusher, or a shared flush, empties the cache. Ascending. */
export async function simulatedFlushes(
  entries: FlushingEntries,
  duration: number,
  random: () => number,
): Promise<readonly number[]> {
  const time = virtualTime(0, chanceFrom(1));
  const flushes: number[] = [];
  const written = arrivals(entries.atOncePerSecond, duration, random);
  for (const mode of FLUSH_MODES) readStream(mode, written, entries.authorizerTimeout, { flushes, random, time });
  await time.run();
  return [...flushes, ...sharedFlushes(entries, duration, random)].filter((at) => at < duration).sort((a, b) => a - b);
}

function arrivals(perSecond: number, duration: number, random: () => number): readonly number[] {
  const instants: number[] = [];
  if (perSecond === 0) return instants;
  for (let at = waitFor(perSecond, random); at < duration; at += waitFor(perSecond, random)) instants.push(at);
  return instants;
}

interface Surroundings {
  readonly flushes: number[];
  readonly random: () => number;
  readonly time: VirtualTime;
}

/** Delivers the entries to the real flusher in order: all that have arrived, when the batch before has ended. */
function readStream(
  mode: FlushMode,
  written: readonly number[],
  authorizerTimeout: number,
  { flushes, random, time }: Surroundings,
): void {
  const flush = createFlusher({
    configuration: configurationOf(mode, authorizerTimeout),
    flushStage: async () => {
      await time.sleep(FLUSH_CALL * 1000);
      flushes.push(time.now() / 1000);
    },
    report: () => undefined,
    now: time.now,
    sleep: time.sleep,
  });
  const waiting: DynamoDBRecord[] = [];
  let isBusy = false;
  const deliver = async (): Promise<void> => {
    if (isBusy) return;
    isBusy = true;
    while (waiting.length > 0) await flush({ Records: waiting.splice(0, 1000) });
    isBusy = false;
  };
  const take = (index: number, visibleFrom: number): void => {
    const at = written[index];
    if (at === undefined) return;
    const visible = Math.max(visibleFrom, at + random() * MAX_STREAM_DELAY);
    time.at(visible * 1000, () => {
      waiting.push(recordOf(at, index));
      void deliver();
      take(index + 1, visible);
    });
  };
  take(0, 0);
}

function configurationOf(mode: FlushMode, authorizerTimeout: number) {
  const times = { settleTime: settleTime(authorizerTimeout), giveUpAge: giveUpAge(3600, authorizerTimeout) };
  const none = { issuers: [], revocationTable: '', revocationEndpoint: '', revocationLevels: [], revocationClaims: [] };
  return { mode, stages: [STAGE], ...times, ...none };
}

function recordOf(writtenAt: number, index: number): DynamoDBRecord {
  const NewImage = { target: { S: `jti#main#${index}` } };
  return {
    eventID: `event-${index}`,
    eventName: 'INSERT',
    dynamodb: { ApproximateCreationDateTime: Math.floor(writtenAt), NewImage },
  };
}

/** One flush for the first entry of each period. */
function sharedFlushes(
  { sharedPerSecond, every, authorizerTimeout }: FlushingEntries,
  duration: number,
  random: () => number,
): readonly number[] {
  const first = new Map<number, number>();
  for (const at of arrivals(sharedPerSecond, duration, random)) {
    const period = flushPeriod(at, every);
    if (!first.has(period)) first.set(period, at + sharedFlushDelay(every, authorizerTimeout));
  }
  return [...first.values()];
}
