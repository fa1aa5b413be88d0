import type { ReportFlushEvent } from './flush-log.ts';
import type { FlushedStage } from './flusher-environment.ts';
import type { FlusherMemory } from './flusher-memory.ts';

/** Resolves when API Gateway has accepted the flush of the stage's result cache; accepted is not done. */
export type StageFlush = (stage: FlushedStage) => Promise<void>;

/** How many stages were flushed, and how many must be tried again. Stages that are gone are neither. */
export interface FlushOutcome {
  readonly accepted: number;
  readonly failed: number;
}

export interface FlushParts {
  readonly flushStage: StageFlush;
  readonly report: ReportFlushEvent;
  readonly memory: FlusherMemory;
  /** Seconds since the epoch. */
  readonly beganAt: number;
}

/** Flushes the stages at the same time; each has its own outcome. */
export async function flushEach(stages: readonly FlushedStage[], parts: FlushParts): Promise<FlushOutcome> {
  const done = parts.memory.begin(parts.beganAt);
  const outcomes = await Promise.all(stages.map((stage) => flushOne(stage, done, parts)));
  const count = (wanted: StageOutcome) => outcomes.filter((outcome) => outcome === wanted).length;
  return { accepted: count('accepted'), failed: count('failed') };
}

type StageOutcome = 'accepted' | 'gone' | 'failed';

async function flushOne(
  stage: FlushedStage,
  done: (stage: FlushedStage) => void,
  { flushStage, report, memory }: FlushParts,
): Promise<StageOutcome> {
  const name = `${stage.restApiId}/${stage.stageName}`;
  try {
    await flushStage(stage);
  } catch (error) {
    if (!isGone(error)) {
      report({ event: 'flush-failed', stage: name, errorName: error instanceof Error ? error.name : 'unknown' });
      return 'failed';
    }
    if (memory.isNewlyGone(stage)) report({ event: 'stage-gone', stage: name });
    // There is nothing left to flush, which is as good as flushed.
    done(stage);
    return 'gone';
  }
  memory.isThere(stage);
  done(stage);
  return 'accepted';
}

/** API Gateway's answer when the stage, or its whole API, was deleted after the flusher had been deployed. */
function isGone(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, status, $metadata } = error as Error & { status?: unknown; $metadata?: { httpStatusCode?: unknown } };
  return name === 'NotFoundException' || status === 404 || $metadata?.httpStatusCode === 404;
}
