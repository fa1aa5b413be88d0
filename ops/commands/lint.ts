import { inspectEntry } from '../../lambda/revocation/entry-inspection.ts';
import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import type { Report } from '../cli/program.ts';
import { printable } from '../cli/terminal-text.ts';
import { scanEntries } from '../entry/entry-table.ts';
import { entryDocument } from '../entry/entry-text.ts';
import { inspectionFacts } from '../entry/revocation.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import { answersFrom } from '../stack/regional-answers.ts';
import type { RegionalStack, RevocationStack } from '../stack/revocation-stack.ts';
import { counted } from '../text/counted.ts';
import { fixFor } from './entry-fix.ts';
import type { LintCommand } from './lint-command-line.ts';

interface LintFinding {
  readonly region: string;
  readonly target: string;
  readonly kind: string;
  readonly sentence: string;
  /** A command to copy, or instructions where no command can help. */
  readonly fix: string;
  /** Whether the fix rests on a guess of what was meant, so that it may revoke less, or more. */
  readonly mayBeMeant: boolean;
  readonly guess: string | null;
  /** The fix where the guess is wrong; null: none. */
  readonly otherwise: string | null;
}

interface Inspection {
  readonly inspected: number;
  readonly findings: readonly LintFinding[];
}

/** Inspects every entry of every Region by the rules by which the flusher inspects new ones. */
export async function lint(_: LintCommand, stack: RevocationStack, context: OperatorContext): Promise<Report> {
  let read = 0;
  const tellPage = (length: number) => {
    read += length;
    context.showProgress('Entries inspected:', read, undefined);
  };
  const answers = await answersFrom(stack.regions, (region) => inspectRegion(region, context, tellPage));
  const inspected = answers.reduce((sum, { answer }) => sum + (answer?.inspected ?? 0), 0);
  const findings = answers.flatMap(({ answer }) => answer?.findings ?? []);
  const uninspected = answers.flatMap(({ place, error }) => (error ? [{ region: place.region, error }] : []));
  return {
    text: [
      ...findings.map(textOfFinding),
      ...uninspected.map(({ region, error }) => `${region}: NOT INSPECTED: ${error}`),
      summary(inspected, findings, uninspected),
    ].join('\n'),
    document: { command: 'lint', inspected, findings, uninspected },
    exitCode: findings.length === 0 && uninspected.length === 0 ? 0 : 1,
  };
}

async function inspectRegion(
  region: RegionalStack,
  { now }: OperatorContext,
  tellPage: (length: number) => void,
): Promise<Inspection> {
  const findings: LintFinding[] = [];
  let inspected = 0;
  for await (const page of scanEntries(region)) {
    inspected += page.length;
    findings.push(...page.flatMap((item) => findingsOf(item, region, now(region))));
    tellPage(page.length);
  }
  return { inspected, findings };
}

function findingsOf(item: EntryItem, region: RegionalStack, now: number): readonly LintFinding[] {
  const findings = inspectEntry(item, inspectionFacts(item, region.authorizer, now));
  if (findings.length === 0) return [];
  const { target } = entryDocument(item, now);
  const kinds = findings.map(({ kind }) => kind);
  const { fix, guess = null, otherwise = null } = fixFor(kinds, item, region);
  const repair = { fix, mayBeMeant: guess !== null, guess, otherwise };
  return findings.map(({ kind, sentence }) => ({ region: region.region, target, kind, sentence, ...repair }));
}

function textOfFinding({ region, target, kind, sentence, fix, guess, otherwise }: LintFinding): string {
  return [
    `${region}: ${printable(target)}`,
    `  ${kind}: ${sentence}`,
    `  fix${guess === null ? '' : `, ${guess}`}: ${fix}`,
    ...(otherwise === null ? [] : [`  otherwise: ${otherwise}`]),
  ].join('\n');
}

function summary(
  inspected: number,
  findings: readonly LintFinding[],
  uninspected: readonly { readonly region: string }[],
): string {
  const entries = new Set(findings.map(({ region, target }) => `${region} ${target}`)).size;
  const found =
    findings.length === 0
      ? 'nothing wrong'
      : `${counted(findings.length, 'finding')} in ${entries.toLocaleString('en')} of them`;
  const left = uninspected.map(({ region }) => region).join(', ');
  return `${counted(inspected, 'entry', 'entries')} inspected: ${found}${left === '' ? '' : `; NOT INSPECTED: ${left}`}.`;
}
