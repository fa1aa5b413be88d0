import { parseTarget, type RevocationTarget } from '../lambda/revocation-target.ts';
import type { RestoreCommand } from './command.ts';
import { deleteEntry, readEntry } from './entry-table.ts';
import { authorshipOf, entryDocument, nameOf, tokensRefusedBy } from './entry-text.ts';
import { sentenceOf } from './operator-error.ts';
import { printable, withholdToken } from './printable.ts';
import type { OperatorContext, Report } from './report.ts';
import type { EntryItem } from './revocation.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { targetText } from './target-selection.ts';
import { withToken } from './token-input.ts';

interface RestoreResult {
  readonly region: RegionalStack;
  readonly target: string;
  readonly previous: EntryItem | undefined;
  readonly outcome: 'deleted' | 'absent' | 'planned' | 'failed';
  readonly error: string | undefined;
}

/** Deletes an entry in every Region, and confirms with a strong read that it is gone. */
export async function restore(
  command: RestoreCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const selector = await withToken(command.selector, context);
  const targets = stack.regions.map((region) => ({ region, target: targetText(selector, region.authorizer) }));
  const results = await Promise.all(targets.map(({ region, target }) => restoreIn(region, target, command.dryRun)));
  return {
    text: results.flatMap((result) => lines(result, command.dryRun)).join('\n'),
    document: { command: 'restore', dryRun: command.dryRun, regions: results.map(regionDocument) },
    exitCode: results.some(({ outcome }) => outcome === 'failed') ? 1 : 0,
  };
}

async function restoreIn(region: RegionalStack, target: string, dryRun: boolean): Promise<RestoreResult> {
  try {
    const previous = dryRun ? await readEntry(region, target) : await deleteEntry(region, target);
    if (previous === undefined) return { region, target, previous, outcome: 'absent', error: undefined };
    if (dryRun) return { region, target, previous, outcome: 'planned', error: undefined };
    const isGone = (await readEntry(region, target)) === undefined;
    const error = isGone ? undefined : 'a strong read finds the entry again: somebody else has just revoked it anew';
    return { region, target, previous, outcome: isGone ? 'deleted' : 'failed', error };
  } catch (error) {
    return { region, target, previous: undefined, outcome: 'failed', error: sentenceOf(error) };
  }
}

function regionDocument({ region, target, previous, outcome, error }: RestoreResult) {
  return {
    region: region.region,
    table: region.table,
    target: withholdToken(target),
    outcome,
    previous: previous === undefined ? null : entryDocument(previous),
    error: error ?? null,
  };
}

function lines({ region, target, previous, outcome, error }: RestoreResult, dryRun: boolean): readonly string[] {
  const parsed = parseTarget(target);
  const name = parsed === undefined ? printable(withholdToken(target)) : nameOf(parsed);
  if (outcome === 'failed') return [`${region.region}: ${name} is NOT RESTORED: ${error}.`];
  if (previous === undefined)
    return [`${region.region}: there is no entry for ${name}; nothing ${dryRun ? 'to delete' : 'was deleted'}.`];
  return [
    `${region.region}: ${dryRun ? 'would restore' : 'restored'} ${name} (${authorshipOf(entryDocument(previous))}).`,
    parsed === undefined
      ? '  The entry matched no token, so nothing changes.'
      : `  Works again: ${comeback(parsed, previous)}`,
  ];
}

function comeback(target: RevocationTarget, previous: EntryItem): string {
  const tokens = tokensRefusedBy(target, previous).replace(/;.*|, also later ones/, '');
  return `${tokens}, unless expired or refused by another entry (see \`check\`).`;
}
