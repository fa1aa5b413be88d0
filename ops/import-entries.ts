import { readFile } from 'node:fs/promises';
import type { ImportCommand } from './command.ts';
import { writeEntries } from './entry-batch.ts';
import { type ImportLine, importLines } from './import-file.ts';
import { type ImportedEntry, type ImportFacts, importedEntry } from './import-line.ts';
import { badLines, importReport, type RegionalImport } from './import-report.ts';
import { formatInstant } from './instant.ts';
import { OperatorError, sentenceOf } from './operator-error.ts';
import type { OperatorContext, Report } from './report.ts';
import { itemOf } from './revocation.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { strongerEntry } from './stronger-entry.ts';

interface ReadFile {
  readonly entries: readonly ImportedEntry[];
  /** Entries whose tokens have all expired: they would be deleted before they revoked anything. */
  readonly expired: number;
  readonly bad: readonly string[];
}

/** Revokes in bulk: reads and checks the whole file first, then writes what is not there yet, Region by Region. */
export async function importEntries(
  command: ImportCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const lines = importLines(await readInput(command.file, context));
  const now = context.now();
  const facts = { command, revokedBy: command.by ?? (await stack.operator()), asOf: asOfInstant(command, now), now };
  const files = stack.regions.map((region) => ({
    region,
    read: readLines(lines, { ...facts, authorizer: region.authorizer }),
  }));
  const bad = [...new Set(files.flatMap(({ read }) => read.bad))];
  if (bad.length > 0) context.tell(badLines(bad));
  if (bad.length > 0 && !command.skipBad) {
    throw new OperatorError(
      `Nothing was written, because ${bad.length} of ${lines.length} lines are bad: correct them, or add --skip-bad.`,
    );
  }
  if (!command.dryRun) context.tell(`If this import is stopped, resume it with --as-of ${formatInstant(facts.asOf)}.`);
  const results: RegionalImport[] = [];
  for (const { region, read } of files) results.push(await writeRegion(command, region, read, context));
  return importReport(command, results, bad.length);
}

/** Whole seconds, so that the instant survives being printed and typed again. @throws OperatorError */
function asOfInstant({ asOf }: ImportCommand, now: number): number {
  if (asOf === undefined) return Math.floor(now);
  if (asOf <= now) return asOf;
  throw new OperatorError(
    `--as-of is ${formatInstant(asOf)}, which is in the future: give the time of the first attempt.`,
  );
}

async function readInput(file: string, { readStandardInput }: OperatorContext): Promise<string> {
  if (file === '-') return readStandardInput();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new OperatorError(`The file cannot be read: ${sentenceOf(error)}`);
  }
}

function readLines(lines: readonly ImportLine[], facts: ImportFacts): ReadFile {
  const entries = new Map<string, ImportedEntry>();
  const bad: string[] = [];
  let expired = 0;
  for (const { number, fields } of lines) {
    try {
      if (typeof fields === 'string') throw new OperatorError(fields);
      const entry = importedEntry(fields, facts);
      if ((entry.revocation.purgeAt ?? Infinity) <= facts.now) expired += 1;
      else addStronger(entries, entry);
    } catch (error) {
      bad.push(`line ${number}: ${sentenceOf(error)}`);
    }
  }
  return { entries: [...entries.values()], expired, bad };
}

/** A target that stands in two lines is written once, as strong as both; BatchWriteItem refuses a key given twice. */
function addStronger(entries: Map<string, ImportedEntry>, entry: ImportedEntry): void {
  const target = itemOf(entry.revocation).target?.S ?? '';
  const earlier = entries.get(target);
  const isNeeded = earlier === undefined || strongerEntry(itemOf(earlier.revocation), entry.revocation) !== undefined;
  if (isNeeded) entries.set(target, earlier === undefined ? entry : combined(earlier, entry));
}

function combined(a: ImportedEntry, b: ImportedEntry): ImportedEntry {
  return { revocation: strongerOf(a.revocation, b.revocation), least: strongerOf(a.least, b.least) };
}

function strongerOf<R extends ImportedEntry['revocation']>(a: R, b: R): R {
  return { ...b, before: later(a.before, b.before), purgeAt: later(a.purgeAt, b.purgeAt), flush: a.flush || b.flush };
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

async function writeRegion(
  { dryRun }: ImportCommand,
  region: RegionalStack,
  { entries, expired }: ReadFile,
  { showProgress }: OperatorContext,
): Promise<RegionalImport> {
  const counts = { region: region.region, entries: entries.length, expired };
  if (dryRun) return { ...counts, written: 0, unchanged: 0, error: null };
  const progress = (done: number) => showProgress(`${region.region}:`, done, entries.length);
  return { ...counts, ...(await writeEntries(region, entries, progress)) };
}
