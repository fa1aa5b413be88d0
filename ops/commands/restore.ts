import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import { sentenceOf } from '../cli/operator-error.ts';
import type { Report } from '../cli/program.ts';
import { type DeletedEntry, deleteEntry, readEntry } from '../entry/entry-table.ts';
import { hasWrittenNothing } from '../entry/lost-answer.ts';
import { targetTexts, worthTelling } from '../selection/target-selection.ts';
import { withToken } from '../selection/token-input.ts';
import type { OperatorContext } from '../stack/operator-context.ts';
import type { RevocationStack } from '../stack/revocation-stack.ts';
import type { RestoreCommand } from './restore-command-line.ts';
import { type RestorePlan, type RestoreResult, restoreReport } from './restore-report.ts';

/**
 * Deletes an entry in every Region, unless it changes meanwhile, and confirms with a strong read that it is gone. Entries under
 * the issuer's former aliases are deleted too, since each of them would go on revoking.
 */
export async function restore(
  { selector, dryRun }: RestoreCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const known = await withToken(selector, context);
  const plans = stack.regions.map((region) =>
    targetTexts(known, region).map((target): RestorePlan => ({ region, target })),
  );
  const results = await Promise.all(plans.map((spellings) => Promise.all(spellings.map(dryRun ? foresee : restoreIn))));
  const told = results.flatMap((spellings) => worthTelling(spellings, ({ outcome }) => outcome === 'absent'));
  return restoreReport(told, dryRun, context.now());
}

async function foresee(plan: RestorePlan): Promise<RestoreResult> {
  try {
    const previous = await readEntry(plan.region, plan.target);
    return { ...plan, outcome: previous === undefined ? 'absent' : 'planned', previous };
  } catch (error) {
    return { ...plan, outcome: 'failed', error: sentenceOf(error) };
  }
}

async function restoreIn(plan: RestorePlan): Promise<RestoreResult> {
  try {
    return await resultOf(plan, await deleteEntry(plan.region, plan.target));
  } catch (error) {
    return { ...plan, outcome: hasWrittenNothing(error) ? 'failed' : 'unknown', error: sentenceOf(error) };
  }
}

async function resultOf(plan: RestorePlan, { outcome, item }: DeletedEntry): Promise<RestoreResult> {
  if (item === undefined) return { ...plan, outcome: 'absent' };
  if (outcome === 'deleted') return confirm(plan, item);
  const error = outcome === 'gone' ? undefined : CHANGED;
  return { ...plan, outcome, previous: item, ...(error !== undefined && { error }) };
}

const CHANGED = 'somebody else changed the entry while it was being deleted: look at it, and try again';

/** Reads back a deletion. A failed read must not lose the deleted entry, which nobody else knows any more. */
async function confirm(plan: RestorePlan, previous: EntryItem): Promise<RestoreResult> {
  const result = { ...plan, previous };
  try {
    const found = await readEntry(plan.region, plan.target);
    if (found === undefined) return { ...result, outcome: 'deleted' };
    return { ...result, outcome: 'superseded', error: 'a strong read finds another: somebody else revoked it again' };
  } catch (error) {
    return { ...result, outcome: 'unconfirmed', error: sentenceOf(error) };
  }
}
