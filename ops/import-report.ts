import type { ImportCommand } from './command.ts';
import type { Report } from './report.ts';

/** Bad lines that are printed; the rest is counted. */
const MOST_BAD_LINES = 20;

export interface RegionalImport {
  readonly region: string;
  readonly entries: number;
  readonly expired: number;
  readonly written: number;
  readonly unchanged: number;
  readonly error: string | null;
}

export function importReport(command: ImportCommand, results: readonly RegionalImport[], badCount: number): Report {
  const isDone = results.every(({ error }) => error === null);
  const lines = results.map(({ region, entries, expired, written, unchanged, error }) => {
    const past = expired === 0 ? '' : `, ${expired} lines left out because their tokens have expired`;
    if (command.dryRun) return `${region}: would write up to ${entries} entries${past}.`;
    if (error !== null) return `${region}: NOT CONFIRMED: ${written} of ${entries} entries written, then ${error}`;
    return `${region}: ${written} entries written, ${unchanged} were there already${past}; all confirmed by strong reads.`;
  });
  return {
    text: [...lines, ...(badCount === 0 ? [] : [`${badCount} bad lines left out.`])].join('\n'),
    document: { command: 'import', dryRun: command.dryRun, badLines: badCount, regions: results },
    exitCode: isDone ? 0 : 1,
  };
}

export function badLines(bad: readonly string[]): string {
  const more = bad.length > MOST_BAD_LINES ? [`… and ${bad.length - MOST_BAD_LINES} more`] : [];
  return [...bad.slice(0, MOST_BAD_LINES), ...more].join('\n');
}
