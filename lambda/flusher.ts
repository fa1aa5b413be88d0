import type { DynamoDBStreamEvent } from 'aws-lambda';
import { inspectEntry } from './entry-inspection.ts';
import { type WrittenEntry, wantsFlush, writtenEntries } from './flush-batch.ts';
import type { ReportFlushEvent } from './flush-log.ts';
import { settledFlushes } from './flush-schedule.ts';
import { STREAM_TIME_GRANULARITY } from './flush-timing.ts';
import type { FlushedStage, FlusherConfiguration } from './flusher-environment.ts';
import { ENTRY_ATTRIBUTES } from './revocation-entry.ts';
import { BREAK_GLASS_LEVELS, type BreakGlassLevel, parseTarget, TARGET_PREFIXES } from './revocation-target.ts';

export interface FlusherParts {
  readonly configuration: FlusherConfiguration;
  /** Resolves when API Gateway has accepted the flush of the stage's result cache; accepted is not done. */
  readonly flushStage: (stage: FlushedStage) => Promise<void>;
  readonly report: ReportFlushEvent;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * What runs for each batch of the revocation table's stream. It rejects when a flush must be tried again: the stream then
 * delivers the batch once more, until its entries are past `giveUpAge`.
 */
export function createFlusher(parts: FlusherParts): (event: DynamoDBStreamEvent) => Promise<void> {
  return async (event) => {
    const entries = writtenEntries(event);
    if (parts.configuration.mode === 'at-once') for (const entry of entries) reportEntry(entry, parts);
    const flushing = entries.filter(wantsFlush);
    const late = flushing.filter((entry) => isTooOld(entry, parts));
    if (late.length > 0) parts.report({ event: 'flush-abandoned', entries: late.length });
    const pending = flushing.filter((entry) => !late.includes(entry));
    if (pending.length > 0) await flushFor(pending, parts);
  };
}

function reportEntry({ item, createdAt }: WrittenEntry, { configuration, report, now }: FlusherParts): void {
  const { issuers, revocationLevels } = configuration;
  const writtenAt = createdAt ?? seconds(now());
  const written = new Date(writtenAt * 1000).toISOString();
  const level = breakGlassLevelOf(item[ENTRY_ATTRIBUTES.target]?.S ?? '');
  if (level !== undefined) report({ event: 'break-glass-entry', level, writtenAt: written });
  const findings = inspectEntry(item, { issuers, revocationLevels, now: seconds(now()), writtenAt });
  for (const { kind, sentence } of findings) {
    report({ event: 'entry-finding', finding: kind, sentence, writtenAt: written });
  }
}

function breakGlassLevelOf(text: string): BreakGlassLevel | undefined {
  const target = parseTarget(text);
  if (target === undefined) return undefined;
  return BREAK_GLASS_LEVELS.find((level) => level === TARGET_PREFIXES[target.prefix]);
}

/** Decided on arrival, not after waiting: with a short result TTL the settled flush itself comes after that age. */
function isTooOld({ createdAt }: WrittenEntry, { configuration, now }: FlusherParts): boolean {
  return createdAt !== undefined && seconds(now()) - (createdAt + STREAM_TIME_GRANULARITY) > configuration.giveUpAge;
}

/** Each flush covers what the ones before it were for, so that only the last has to succeed. */
async function flushFor(entries: readonly WrittenEntry[], parts: FlusherParts): Promise<void> {
  let failures = 0;
  for (const instant of flushesFor(entries, parts)) {
    await parts.sleep(Math.max(0, instant * 1000 - parts.now()));
    failures = await flushStages(parts);
    if (failures === 0) reportFlushed(entries, parts);
  }
  if (failures > 0) throw new Error(`API Gateway did not accept the flush of ${failures} stages.`);
}

function flushesFor(entries: readonly WrittenEntry[], { configuration, now }: FlusherParts): readonly number[] {
  const instant = seconds(now());
  if (configuration.mode === 'at-once') return [instant];
  return settledFlushes(
    entries.map(({ createdAt }) => createdAt),
    configuration.settleTime,
    instant,
  );
}

async function flushStages({ configuration, flushStage, report }: FlusherParts): Promise<number> {
  const outcomes = await Promise.all(
    configuration.stages.map((stage) =>
      flushStage(stage).then(
        () => 0,
        (error: unknown) => {
          const errorName = error instanceof Error ? error.name : 'unknown';
          report({ event: 'flush-failed', stage: `${stage.restApiId}/${stage.stageName}`, errorName });
          return 1;
        },
      ),
    ),
  );
  return outcomes.reduce<number>((sum, outcome) => sum + outcome, 0);
}

function reportFlushed(entries: readonly WrittenEntry[], { configuration, report, now }: FlusherParts): void {
  const oldest = Math.min(...entries.map(({ createdAt }) => createdAt ?? seconds(now())));
  const lag = Math.max(0, Math.round(now() - oldest * 1000));
  report({ event: 'flushed', entries: entries.length, stages: configuration.stages.length, lag });
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}
