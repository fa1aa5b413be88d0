import type { ImportCommand } from './command.ts';
import { printable } from './printable.ts';
import type { Report } from './report.ts';

/** Lines of a file that are spoken of one by one; the rest is counted. */
const MOST_LINES = 20;

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

/** What is to be said of a file's lines: they repeat words of the file, which must not drive the terminal. */
export function someOf(lines: readonly string[]): string {
  const more = lines.length > MOST_LINES ? [`… and ${lines.length - MOST_LINES} more`] : [];
  return [...lines.slice(0, MOST_LINES).map(printable), ...more].join('\n');
}
