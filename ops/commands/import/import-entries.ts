import { itemOf } from '../../../lambda/revocation/revocation.ts';
import { formatTarget } from '../../../lambda/revocation/revocation-target.ts';
import { strongerRevocation, suffices } from '../../../lambda/revocation/stronger-entry.ts';
import { formatInstant } from '../../../lambda/token/numeric-date.ts';
import { OperatorError, sentenceOf, UsageError } from '../../cli/operator-error.ts';
import type { Report } from '../../cli/program.ts';
import { shellWord } from '../../cli/terminal-text.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import { flagsOf, type RegionalStack, type RevocationStack } from '../../stack/revocation-stack.ts';
import { counted } from '../../text/counted.ts';
import { missingEntries, writeEntries } from './entry-batch.ts';
import type { ImportCommand } from './import-command-line.ts';
import { doubtAbout } from './import-fields.ts';
import { type ImportLine, importLines, readImportInput } from './import-file.ts';
import { type ImportedEntry, type ImportFacts, importedEntry } from './import-line.ts';
import { importReport, type RegionalImport, someOf } from './import-report.ts';

interface ReadFile {
  readonly entries: readonly ImportedEntry[];
  /** Messages about lines whose tokens have all expired. */
  readonly expired: readonly string[];
  readonly bad: readonly string[];
  /** Messages about lines whose values are probably not as any token carries them. */
  readonly doubtful: readonly string[];
}

/** Revokes in bulk: checks the whole file first, then writes the missing entries, Region by Region. */
export async function importEntries(
  command: ImportCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const lines = importLines(await readImportInput(command.file, context));
  const now = context.now();
  // Whole seconds, so that the instant survives being printed and typed again.
  const asOf = command.asOf ?? Math.floor(now);
  requirePast(asOf, now);
  const facts = { command, revokedBy: command.by ?? (await stack.operator()), asOf, now };
  const files = stack.regions.map((region) => ({
    region,
    read: readLines(lines, { ...facts, deployment: region }),
  }));
  const said = (kind: 'bad' | 'expired' | 'doubtful') => [...new Set(files.flatMap(({ read }) => read[kind]))];
  const [bad, expired, doubtful] = [said('bad'), said('expired'), said('doubtful')];
  tellBeforeWriting({ bad, expired, doubtful }, lines.length, facts, context);
  const results: RegionalImport[] = [];
  for (const [index, { region, read }] of files.entries()) {
    const toCome = files.slice(index + 1).map((file) => file.region);
    const resumed = resumption(command, [region, ...toCome], asOf);
    results.push(await writeRegion(command, region, read, resumed, context));
  }
  return importReport(command, results, { bad: bad.length, doubtful: doubtful.length });
}

/** Requires `--as-of` to be in the past, since it repeats the first attempt's time. @throws UsageError */
function requirePast(asOf: number, now: number): void {
  if (asOf <= now) return;
  throw new UsageError(
    `--as-of is ${formatInstant(asOf)}, which is in the future: give the time of the first attempt.`,
  );
}

/** Prints the messages about lines. @throws OperatorError when lines are bad, without `--skip-bad` */
function tellBeforeWriting(
  { bad, expired, doubtful }: Omit<ReadFile, 'entries'>,
  lineCount: number,
  { command, asOf }: { readonly command: ImportCommand; readonly asOf: number },
  { tell }: OperatorContext,
): void {
  const isRejected = bad.length > 0 && !command.skipBad;
  if (!isRejected && !command.dryRun) {
    tell(`If this import is stopped, resume it with --as-of ${formatInstant(asOf)}.`);
  }
  for (const lines of [doubtful, bad]) if (lines.length > 0) tell(someOf(lines));
  if (isRejected) {
    throw new OperatorError(
      `Nothing was written, because ${bad.length} of ${counted(lineCount, 'line')} ${bad.length === 1 ? 'is' : 'are'} bad: correct the file, or add --skip-bad.`,
    );
  }
  if (expired.length > 0) tell(someOf(expired));
}

function readLines(lines: readonly ImportLine[], facts: ImportFacts): ReadFile {
  const entries = new Map<string, ImportedEntry>();
  const bad: string[] = [];
  const expired: string[] = [];
  const doubtful: string[] = [];
  for (const { number, fields } of lines) {
    try {
      if (typeof fields === 'string') throw new OperatorError(fields);
      const entry = importedEntry(fields, facts);
      if (typeof entry === 'string') expired.push(`line ${number}: left out, because ${entry}`);
      else addStronger(entries, entry);
      const doubt = doubtAbout(fields.value ?? '');
      if (doubt !== undefined) doubtful.push(`WARNING: line ${number}: its value ${doubt}: ${DOUBTFUL}`);
    } catch (error) {
      bad.push(`line ${number}: ${sentenceOf(error)}`);
    }
  }
  return { entries: [...entries.values()], expired, bad, doubtful };
}

const DOUBTFUL = 'tokens may carry another value, so compare it with its source';

/** Adds an entry. A target of two lines is written once, as strong as both. */
function addStronger(entries: Map<string, ImportedEntry>, entry: ImportedEntry): void {
  const target = formatTarget(entry.revocation.target);
  const earlier = entries.get(target);
  if (earlier === undefined) entries.set(target, entry);
  else if (!suffices(itemOf(earlier.revocation), entry.revocation)) entries.set(target, combined(earlier, entry));
}

function combined(a: ImportedEntry, b: ImportedEntry): ImportedEntry {
  return { revocation: strongerRevocation(a.revocation, b.revocation), least: strongerRevocation(a.least, b.least) };
}

async function writeRegion(
  command: ImportCommand,
  region: RegionalStack,
  { entries, expired }: ReadFile,
  resumed: string,
  { showProgress, onInterrupt }: OperatorContext,
): Promise<RegionalImport> {
  const counts = { region: region.region, entries: entries.length, expired: expired.length };
  if (command.dryRun) return { ...counts, ...(await foresee(region, entries)) };
  const sum = { done: 0, confirmed: 0 };
  const lastWords = () =>
    `Interrupted: ${sum.confirmed} of ${counted(entries.length, 'entry', 'entries')} confirmed in ${region.region}; resume with ${resumed}`;
  const forget = onInterrupt?.(lastWords);
  const written = await writeEntries(region, entries, {
    done: (count) => {
      sum.done += count;
      showProgress(`${region.region}:`, sum.done, entries.length);
    },
    confirmed: (count) => {
      sum.confirmed += count;
    },
  });
  forget?.();
  return { ...counts, ...written };
}

/** What an import would find and write. */
async function foresee(region: RegionalStack, entries: readonly ImportedEntry[]) {
  const nothing = { written: 0, unchanged: 0, unconfirmed: 0 };
  try {
    return { ...nothing, unchanged: entries.length - (await missingEntries(region, entries)), error: null };
  } catch (error) {
    return { ...nothing, error: sentenceOf(error) };
  }
}

/** The command that goes on with an import, in these Regions: what is there already is read, and not written. */
function resumption(command: ImportCommand, regions: RevocationStack['regions'], asOf: number): string {
  const { file, issuer, reason, by, flush, skipBad, force } = command;
  const options = [
    `--as-of ${formatInstant(asOf)}`,
    issuer !== undefined && `--issuer ${shellWord(issuer)}`,
    reason !== undefined && `--reason ${shellWord(reason)}`,
    by !== undefined && `--by ${shellWord(by)}`,
    !flush && '--no-flush',
    skipBad && '--skip-bad',
    force && '--force',
    flagsOf(regions),
  ];
  return regions[0].caller(`import ${shellWord(file)} ${options.filter(Boolean).join(' ')}`);
}
