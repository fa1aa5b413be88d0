import type { FlushedStage, FlusherConfiguration } from '../configuration/environment.ts';
import { inspectEntry } from '../revocation/entry-inspection.ts';
import { ENTRY_ATTRIBUTES } from '../revocation/revocation-entry.ts';
import { isBreakGlass, TARGET_PREFIXES } from '../revocation/revocation-level.ts';
import { parseTarget } from '../revocation/revocation-target.ts';
import { type FlushBatch, isFlushRequest, wantsFlush, writtenEntries } from './flush-batch.ts';
import type { ReportFlushEvent } from './flush-log.ts';
import { type PlanFlushes, planFlushesOf, planSharedFlush } from './flush-schedule.ts';
import { STREAM_TIME_GRANULARITY } from './flush-timing.ts';
import { type FlushOutcome, flushEach, type StageFlush } from './flushed-stages.ts';
import { type Arrival, FlusherMemory, type FlushRejection, nameOfStage } from './flusher-memory.ts';

export interface FlusherParts {
  readonly configuration: FlusherConfiguration;
  readonly flushStage: StageFlush;
  readonly report: ReportFlushEvent;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Handles a batch. @param unread why the stages that are not in the configuration could not be read */
export type HandleBatch = (event: FlushBatch, unread?: Error) => Promise<void>;

/** The parts, and what lasts as long as the execution environment. */
interface Flusher extends FlusherParts {
  readonly memory: FlusherMemory;
  readonly planFlushes: PlanFlushes;
}

/** The name, among those of stages, for all that could not be read. */
const UNREAD_STAGES = 'unread';

/**
 * Returns the handler of the batches of the revocation table's stream, and of the messages for which stages are flushed at once. It
 * throws when a flush must be tried again: the stream then delivers the batch once more, until its entries are past `giveUpAge`, and
 * the queue delivers the message once more. What an earlier delivery has reported or flushed is neither reported nor flushed again
 * while the execution environment lives.
 *
 * A batch that comes again holds up every entry behind it. So it is let go, and its entries are reported as abandoned, when
 * another stage works and the rejecting one lacks a permission or has rejected for `MAX_HOLD`. That stage is tried again
 * with every later delivery.
 */
export function createFlusher(parts: FlusherParts): HandleBatch {
  const flusher = { ...parts, memory: new FlusherMemory(), planFlushes: planFlushesOf(parts.configuration) };
  return async (event, unread) => {
    if (unread === undefined) flusher.memory.rejections.settle(UNREAD_STAGES);
    const arrivals = flusher.memory.arrivals(writtenEntries(event), seconds(parts.now()));
    const isRequest = isFlushRequest(event);
    if (parts.configuration.mode === 'at-once' && !isRequest) {
      for (const arrival of arrivals) if (arrival.isFirst) reportEntry(arrival, parts);
    }
    const flushing = arrivals.filter(({ entry }) => wantsFlush(entry));
    const late = flushing.filter((arrival) => isTooOld(arrival, parts));
    const givenUp = flusher.memory.giveUp(late).length;
    if (givenUp > 0) parts.report({ event: 'flush-abandoned', entries: givenUp });
    const pending = flushing.filter((arrival) => !late.includes(arrival));
    if (pending.length === 0) return flushOwed(flusher);
    if (unread !== undefined) parts.report({ event: 'stages-unread', reason: unread.message });
    const rejections = await flushFor(pending, isRequest ? { ...flusher, planFlushes: planSharedFlush } : flusher);
    requireFlushed(pending, rejections, unread, flusher);
  };
}

function reportEntry({ entry, isFirstOfDate }: Arrival, { configuration, report, now }: FlusherParts): void {
  const { item, createdAt, isNew } = entry;
  const { issuers, revocationLevels, revocationClaims } = configuration;
  const writtenAt = createdAt ?? seconds(now());
  const written = new Date(writtenAt * 1000).toISOString();
  const target = parseTarget(item[ENTRY_ATTRIBUTES.target]?.S ?? '');
  const level = target && TARGET_PREFIXES[target.prefix];
  if (level && isBreakGlass(level)) report({ event: 'break-glass-entry', level, writtenAt: written });
  const facts = { issuers, revocationLevels, revocationClaims, now: seconds(now()), writtenAt };
  const writing = isNew && isFirstOfDate ? ('first' as const) : ('later' as const);
  for (const { kind, sentence } of inspectEntry(item, { ...facts, ...(createdAt !== undefined && { writing }) })) {
    report({ event: 'entry-finding', finding: kind, sentence, writtenAt: written });
  }
}

/** Checked on arrival, not after waiting: with a short result TTL the settled flush itself comes after that age. */
function isTooOld({ createdAt }: Arrival, { configuration, now }: FlusherParts): boolean {
  return createdAt !== undefined && seconds(now()) - (createdAt + STREAM_TIME_GRANULARITY) > configuration.giveUpAge;
}

/** Flushes for the arrivals. Each flush covers what the ones before it were for, so only the last has to succeed. */
async function flushFor(arrivals: readonly Arrival[], flusher: Flusher): Promise<readonly FlushRejection[]> {
  const { memory, now, sleep, planFlushes } = flusher;
  const flushes = planFlushes(arrivals, seconds(now()), memory.earliestFlush(seconds(now())));
  let outcome: FlushOutcome | undefined;
  for (const [index, { instant, due }] of flushes.entries()) {
    const next = flushes[index + 1];
    // A long flush may make several of those after it late: the last of these is enough.
    if (next !== undefined && next.instant <= seconds(now())) continue;
    await sleep(Math.max(0, instant * 1000 - now()));
    outcome = await flushStages(arrivals, due, flusher);
  }
  return outcome?.rejections ?? [];
}

/** Lets the batch go, or makes it come again. @throws Error when it must come again */
function requireFlushed(
  arrivals: readonly Arrival[],
  rejections: readonly FlushRejection[],
  unread: Error | undefined,
  flusher: Flusher,
): void {
  const { report, memory } = flusher;
  const all = unread === undefined ? rejections : [...rejections, { name: UNREAD_STAGES, isLasting: false }];
  if (all.length === 0) return;
  if (mustComeAgain(all, flusher)) throw new Error(sentenceFor(rejections, unread));
  const entries = memory.giveUp(arrivals).length;
  if (entries > 0) report({ event: 'flush-abandoned', entries });
  const until = Math.max(...arrivals.map(({ arrivedAt }) => arrivedAt)) + flusher.configuration.giveUpAge;
  for (const { name } of rejections) memory.rejections.owe(name, until);
}

/** Whether the batch must come again. If no stage works, the entries behind it lose nothing by waiting. */
function mustComeAgain(rejections: readonly FlushRejection[], { configuration, memory, now }: Flusher): boolean {
  const isWorthWaiting = rejections.map((rejection) => memory.rejections.isWorthWaiting(rejection, seconds(now())));
  const rejecting = rejections.map(({ name }) => name);
  const isBetterOff = (stage: FlushedStage) => !(rejecting.includes(nameOfStage(stage)) || memory.isGone(stage));
  return isWorthWaiting.includes(true) || !configuration.stages.some(isBetterOff);
}

function sentenceFor(rejections: readonly FlushRejection[], unread: Error | undefined): string {
  if (unread !== undefined) return `The stages to flush could not all be read: ${unread.message}`;
  return `API Gateway did not accept the flush of ${rejections.length} stages.`;
}

/** Flushes stages that were not flushed for earlier entries. Runs for a delivery that has nothing to flush itself. */
async function flushOwed({ configuration, flushStage, memory, report, now }: Flusher): Promise<void> {
  const beganAt = seconds(now());
  const owed = configuration.stages.filter((stage) => memory.rejections.isOwed(nameOfStage(stage), beganAt));
  if (owed.length === 0 || memory.earliestFlush(beganAt) > beganAt) return;
  await flushEach(owed, { flushStage, report, memory, beganAt });
}

async function flushStages(arrivals: readonly Arrival[], due: number, flusher: Flusher): Promise<FlushOutcome> {
  const { configuration, flushStage, memory, report, now } = flusher;
  const stages = configuration.stages.filter((stage) => !memory.isFlushed(stage, due, arrivals));
  if (stages.length === 0) return { accepted: 0, rejections: [] };
  const outcome = await flushEach(stages, { flushStage, report, memory, beganAt: seconds(now()) });
  if (outcome.accepted > 0 && outcome.rejections.length === 0) reportFlushed(arrivals, outcome, flusher);
  return outcome;
}

function reportFlushed(arrivals: readonly Arrival[], { accepted }: FlushOutcome, { report, now }: FlusherParts): void {
  const oldest = Math.min(...arrivals.map(({ createdAt }) => createdAt ?? seconds(now())));
  const lag = Math.max(0, Math.round(now() - oldest * 1000));
  report({ event: 'flushed', entries: arrivals.length, stages: accepted, lag });
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
