import type { Report } from '../../cli/program.ts';
import { printable } from '../../cli/terminal-text.ts';
import { counted } from '../../text/counted.ts';
import type { ImportCommand } from './import-command-line.ts';

/** Maximum number of messages about lines, and of characters of each message. The other messages are counted. */
const MAX_LINES = 20;
const MAX_LENGTH = 500;

export interface RegionalImport {
  readonly region: string;
  readonly entries: number;
  readonly expired: number;
  /** Written entries, confirmed by a strong read as the `unchanged` ones are. */
  readonly written: number;
  readonly unchanged: number;
  /** Entries that may or may not have been written, or that somebody else removed. All others were not written. */
  readonly unconfirmed: number;
  readonly error: string | null;
}

/** The numbers of bad lines and of lines with doubtful values. */
export interface OddLines {
  readonly bad: number;
  readonly doubtful: number;
}

export function importReport(
  { dryRun }: ImportCommand,
  results: readonly RegionalImport[],
  { bad, doubtful }: OddLines,
): Report {
  // Lines that were left out are not imported, and the exit code is all that some callers read.
  const isDone = bad === 0 && results.every(({ error }) => error === null);
  const lines = [
    ...results.map((result) => `${result.region}: ${outcomeText(result, dryRun)}`),
    ...(bad === 0 ? [] : [`${counted(bad, 'bad line')} left out.`]),
    ...(doubtful === 0 ? [] : [`${counted(doubtful, 'doubtful value')}: see the warnings.`]),
  ];
  return {
    text: lines.join('\n'),
    document: { command: 'import', dryRun, badLines: bad, doubtfulValues: doubtful, regions: results },
    exitCode: isDone ? 0 : 1,
  };
}

function outcomeText(result: RegionalImport, dryRun: boolean): string {
  const { entries, expired, written, unchanged, error } = result;
  const past = expired === 0 ? '' : `, ${counted(expired, 'line')} left out because the tokens have expired`;
  if (dryRun && error === null) {
    return `would write ${entriesText(entries - unchanged)}; ${unchanged} ${unchanged === 1 ? 'is' : 'are'} there already${past}.`;
  }
  if (dryRun) return `NOT READ: ${error}.`;
  if (error !== null) return `NOT CONFIRMED: ${partText(result)}: ${error}. Run the command again with its --as-of.`;
  return `${entriesText(written)} written, ${unchanged} ${unchanged === 1 ? 'was' : 'were'} there already${past}; all confirmed by strong reads.`;
}

function entriesText(number: number): string {
  return counted(number, 'entry', 'entries');
}

function partText({ entries, written, unchanged, unconfirmed }: RegionalImport): string {
  const missing = entries - written - unchanged - unconfirmed;
  const parts = [
    `${written + unchanged} of ${entriesText(entries)} confirmed`,
    ...(missing === 0 ? [] : [`${missing} not written`]),
    ...(unconfirmed === 0 ? [] : [`${unconfirmed} perhaps written`]),
  ];
  return parts.join(', ');
}

/** The first messages about a file's lines, with control characters escaped: they quote the file. */
export function someOf(lines: readonly string[]): string {
  const more = lines.length > MAX_LINES ? [`… and ${lines.length - MAX_LINES} more`] : [];
  const shown = lines.slice(0, MAX_LINES).map((line) => printable(line.slice(0, MAX_LENGTH)));
  return [...shown, ...more].join('\n');
}
