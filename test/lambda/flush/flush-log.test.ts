import { expect, it } from 'vitest';
import { createFlushLog, type FlushEvent } from '../../../lambda/flush/flush-log.ts';

const events: readonly (readonly [metric: string, value: number, unit: string, event: FlushEvent])[] = [
  ['BreakGlassEntry', 1, 'Count', { event: 'break-glass-entry', level: 'key', writtenAt: 'then' }],
  ['FlushLag', 1500, 'Milliseconds', { event: 'flushed', entries: 2, stages: 1, lag: 1500 }],
  ['FlushFailed', 1, 'Count', { event: 'flush-failed', stage: 'abc123/live', errorName: 'TimeoutError' }],
  ['FlushFailed', 1, 'Count', { event: 'stages-unread', reason: 'SSM answered with status 500.' }],
  ['StageGone', 1, 'Count', { event: 'stage-gone', stage: 'abc123/live' }],
  ['EntriesUnread', 2, 'Count', { event: 'entries-unread', entries: 2, inspected: 3, all: true }],
  ['FlushAbandoned', 3, 'Count', { event: 'flush-abandoned', entries: 3 }],
  ['EntryFinding', 1, 'Count', { event: 'entry-finding', finding: 'unknown-alias', sentence: 'x', writtenAt: 'then' }],
];

it.each(events)('%s is counted by the function, %d %s for %j', (metric, value, unit, event) => {
  const lines: string[] = [];
  createFlushLog({ write: (line) => lines.push(line), functionName: 'flusher', now: () => 1_800_000_000_000 })(event);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    ...event,
    Function: 'flusher',
    [metric]: value,
    _aws: {
      Timestamp: 1_800_000_000_000,
      CloudWatchMetrics: [
        { Namespace: 'BearerAuthorizer', Dimensions: [['Function']], Metrics: [{ Name: metric, Unit: unit }] },
      ],
    },
  });
});
