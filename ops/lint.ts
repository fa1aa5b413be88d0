import { inspectEntry } from '../lambda/entry-inspection.ts';
import type { LintCommand } from './command.ts';
import { inspectionFacts } from './entry-facts.ts';
import { fixFor } from './entry-fix.ts';
import { scanEntries } from './entry-table.ts';
import { entryDocument } from './entry-text.ts';
import { printable } from './printable.ts';
import type { OperatorContext, Report } from './report.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';

interface LintFinding {
  readonly region: string;
  readonly target: string;
  readonly kind: string;
  readonly sentence: string;
  /** A command to copy, or what to do where no command can help. */
  readonly fix: string;
  /** Whether somebody may have wanted it so; then the fix would revoke less than was meant. */
  readonly mayBeMeant: boolean;
}

/** Inspects every entry of every Region with the rules by which the flusher inspects new ones. */
export async function lint(_: LintCommand, stack: RevocationStack, context: OperatorContext): Promise<Report> {
  const findings: LintFinding[] = [];
  let inspected = 0;
  for (const region of stack.regions) {
    for await (const page of scanEntries(region)) {
      inspected += page.length;
      findings.push(...page.flatMap((item) => findingsOf(item, region, context.now())));
      context.showProgress('Entries inspected:', inspected, undefined);
    }
  }
  return {
    text: [...findings.map(textOfFinding), summary(inspected, findings)].join('\n'),
    document: { command: 'lint', inspected, findings },
    exitCode: findings.length === 0 ? 0 : 1,
  };
}

function findingsOf(
  item: Parameters<typeof inspectEntry>[0],
  region: RegionalStack,
  now: number,
): readonly LintFinding[] {
  const findings = inspectEntry(item, inspectionFacts(item, region.authorizer, now));
  if (findings.length === 0) return [];
  const { target } = entryDocument(item);
  const kinds = findings.map(({ kind }) => kind);
  const mayBeMeant = kinds.includes('before-in-future');
  const fix = fixFor(kinds, item, region);
  return findings.map(({ kind, sentence }) => ({ region: region.region, target, kind, sentence, fix, mayBeMeant }));
}

function textOfFinding({ region, target, kind, sentence, fix, mayBeMeant }: LintFinding): string {
  const unless = mayBeMeant ? ', unless the future `before` is meant' : '';
  return `${region}: ${printable(target)}\n  ${kind}: ${sentence}\n  fix${unless}: ${fix}`;
}

function summary(inspected: number, findings: readonly LintFinding[]): string {
  const entries = new Set(findings.map(({ region, target }) => `${region} ${target}`)).size;
  const found = findings.length === 0 ? 'nothing wrong' : `${findings.length} findings in ${entries} of them`;
  return `${inspected.toLocaleString('en')} entries inspected: ${found}.`;
}
