import type { EntryItem } from '../../lambda/revocation/revocation.ts';
import { parseTarget, type RevocationTarget } from '../../lambda/revocation/revocation-target.ts';
import type { Report } from '../cli/program.ts';
import { printable, withholdToken } from '../cli/terminal-text.ts';
import { authorshipOf, entryDocument, nameOf, tokensRejectedBy } from '../entry/entry-text.ts';
import type { RegionalStack } from '../stack/revocation-stack.ts';

/** An entry to delete in one Region. */
export interface RestorePlan {
  readonly region: RegionalStack;
  readonly target: string;
}

/** The result of a deletion. */
export interface RestoreResult extends RestorePlan {
  /**
   * `unconfirmed`: deleted, but not read back. `superseded`: deleted, and another entry was written. `gone`: there is no entry
   * any more, perhaps because we deleted it. `failed`: not deleted. `changed`: not deleted, because it is another entry now.
   * `unknown`: an answer was lost, so it may be deleted.
   */
  readonly outcome:
    | 'deleted'
    | 'unconfirmed'
    | 'superseded'
    | 'absent'
    | 'gone'
    | 'planned'
    | 'failed'
    | 'changed'
    | 'unknown';
  /** The entry that was deleted or would be; for `changed` and perhaps for `unknown`, the entry that is there. */
  readonly previous?: EntryItem | undefined;
  readonly error?: string;
}

/** Reports the results of `restore`. @param now - seconds since the epoch */
export function restoreReport(results: readonly RestoreResult[], dryRun: boolean, now: number): Report {
  return {
    text: results.flatMap((result) => lines(result, now)).join('\n'),
    document: { command: 'restore', dryRun, regions: results.map((result) => regionDocument(result, now)) },
    exitCode: results.every(({ error }) => error === undefined) ? 0 : 1,
  };
}

/** JSON has fewer outcomes; `confirmed` and `error` carry the difference. */
const PRINTED_OUTCOMES: Readonly<Record<string, string>> = {
  unconfirmed: 'deleted',
  superseded: 'deleted',
  gone: 'absent',
  changed: 'failed',
};

/** Outcomes after which the entry's tokens work again, or would. */
const RESTORING: readonly RestoreResult['outcome'][] = ['deleted', 'unconfirmed', 'gone', 'planned'];

function regionDocument({ region, target, previous, outcome, error }: RestoreResult, now: number) {
  return {
    region: region.region,
    table: region.table,
    target: withholdToken(target),
    outcome: PRINTED_OUTCOMES[outcome] ?? outcome,
    confirmed: error === undefined && outcome !== 'planned',
    previous: previous === undefined ? null : entryDocument(previous, now),
    error: error ?? null,
  };
}

const SENTENCES: Readonly<Record<RestoreResult['outcome'], (name: string, error?: string) => string>> = {
  deleted: (name) => `restored ${name}.`,
  unconfirmed: (name, error) => `the entry for ${name} is deleted, NOT CONFIRMED: ${error}.`,
  superseded: (name, error) => `the entry for ${name} is deleted, and NOT RESTORED: ${error}.`,
  absent: (name) => `there is no entry for ${name}; nothing to delete.`,
  gone: (name) =>
    `there is no entry for ${name} any more: an answer of DynamoDB was lost, so this command may have deleted it.`,
  planned: (name) => `would restore ${name}.`,
  failed: (name, error) => `${name} is NOT RESTORED: ${error}.`,
  changed: (name, error) => `${name} is NOT RESTORED: ${error}.`,
  unknown: (name, error) => `${name}: NOT CONFIRMED: nobody knows whether the entry was deleted: ${error}.`,
};

function lines({ region, target, previous, outcome, error }: RestoreResult, now: number): readonly string[] {
  const parsed = parseTarget(target);
  const name = parsed === undefined ? printable(withholdToken(target)) : nameOf(parsed);
  const by = previous === undefined ? '' : ` (${authorshipOf(entryDocument(previous, now))})`;
  const sentence = `${region.region}: ${SENTENCES[outcome](`${name}${by}`, error)}`;
  return previous === undefined || !RESTORING.includes(outcome)
    ? [sentence]
    : [sentence, comeback(parsed, previous, outcome === 'planned')];
}

function comeback(target: RevocationTarget | undefined, previous: EntryItem, isPlanned: boolean): string {
  if (target === undefined)
    return `  The entry matched no token, so nothing ${isPlanned ? 'would change' : 'changes'}.`;
  const tokens = tokensRejectedBy(target, previous).replace(/;.*|, also later ones/, '');
  return `  ${isPlanned ? 'Would work' : 'Works'} again: ${tokens}, unless expired or rejected by another entry (see \`check\`).`;
}
