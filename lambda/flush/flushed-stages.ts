import type { FlushedStage } from '../configuration/environment.ts';
import type { ReportFlushEvent } from './flush-log.ts';
import { type FlusherMemory, type FlushRejection, nameOfStage } from './flusher-memory.ts';

/** Resolves when API Gateway has accepted the flush of the stage's result cache; accepted is not done. */
export type StageFlush = (stage: FlushedStage) => Promise<void>;

/** How many stages were flushed, and which must be tried again. Stages that are gone are neither. */
export interface FlushOutcome {
  readonly accepted: number;
  readonly rejections: readonly FlushRejection[];
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
  return {
    accepted: outcomes.filter((outcome) => outcome === 'accepted').length,
    rejections: outcomes.flatMap((outcome) => (typeof outcome === 'string' ? [] : [outcome])),
  };
}

type StageOutcome = 'accepted' | 'gone' | FlushRejection;

async function flushOne(
  stage: FlushedStage,
  done: (stage: FlushedStage) => void,
  { flushStage, report, memory }: FlushParts,
): Promise<StageOutcome> {
  const name = nameOfStage(stage);
  try {
    await flushStage(stage);
  } catch (error) {
    if (!isGone(error)) {
      report({ event: 'flush-failed', stage: name, errorName: error instanceof Error ? error.name : 'unknown' });
      return { name, isLasting: isLasting(error) };
    }
    if (memory.noteGone(stage)) report({ event: 'stage-gone', stage: name });
    // There is nothing left to flush, which is as good as flushed.
    done(stage);
    return 'gone';
  }
  memory.noteThere(stage);
  done(stage);
  return 'accepted';
}

/** Whether API Gateway says that the stage or its API was deleted, after the flusher had been deployed. */
function isGone(error: unknown): boolean {
  return error instanceof Error && (error.name === 'NotFoundException' || statusOf(error) === 404);
}

/** Whether a retry cannot help, as with a missing permission. It may help against throttling, lost requests and 5xx. */
function isLasting(error: unknown): boolean {
  const status = error instanceof Error ? statusOf(error) : undefined;
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

function statusOf(error: Error): number | undefined {
  const { status, $metadata } = error as Error & { status?: number; $metadata?: { httpStatusCode?: number } };
  return status ?? $metadata?.httpStatusCode;
}
