import { formatTarget, type RevocationTarget, TARGET_PREFIXES } from '../lambda/revocation-target.ts';
import type { RevokeCommand } from './command.ts';
import { authorshipOf, entryDocument, nameOf, tokensRefusedBy } from './entry-text.ts';
import { formatInstant } from './instant.ts';
import { readPurgeAt } from './purge-at.ts';
import { isHeld, type RegionalResult } from './regional-result.ts';
import type { Report } from './report.ts';
import type { EntryItem } from './revocation.ts';
import { lagLines, lagOf } from './revocation-lag.ts';

/** @param now - seconds since the epoch */
export function revokeReport(command: RevokeCommand, results: readonly RegionalResult[], now: number): Report {
  return {
    text: lines(command, results, now).join('\n'),
    document: { command: 'revoke', dryRun: command.dryRun, regions: results.map(regionDocument) },
    exitCode: results.every(isHeld) ? 0 : 1,
  };
}

function regionDocument(result: RegionalResult) {
  const { region, outcome, confirmed, item, previous, acknowledgedAt, error } = result;
  const lag = lagOf(result);
  const refusedBy = confirmed && acknowledgedAt !== undefined ? acknowledgedAt + lag.guaranteed : undefined;
  return {
    region: region.region,
    table: region.table,
    outcome,
    confirmed,
    entry: item === undefined ? null : entryDocument(item),
    previous: previous === undefined ? null : entryDocument(previous),
    acknowledgedAt: acknowledgedAt === undefined ? null : formatInstant(acknowledgedAt),
    refusedForCertainBy: refusedBy === undefined ? null : formatInstant(refusedBy),
    guaranteedLagSeconds: lag.guaranteed,
    expectedLagSeconds: lag.expected,
    error: error ?? null,
  };
}

function lines(command: RevokeCommand, results: readonly RegionalResult[], now: number): readonly string[] {
  const [first] = results;
  if (first === undefined) return [];
  const { target } = first.revocation;
  const effects = results.filter(isHeld).flatMap((result) => effectOf(result, command));
  const common = commonEffect(effects);
  return [
    `${verdict(command, results)} ${nameOf(target)} (${formatTarget(target)})${common === undefined ? '' : `: ${common.refused}`}.`,
    ...(common?.hint ?? []),
    ...results.map((result) => `  ${result.region.region}: ${outcomeText(result)}`),
    ...lagLines(results, now),
    ...(common === undefined ? effects.map(effectLine) : [`The entry ${common.kept}.`]),
    ...failureLines(results),
  ];
}

function verdict({ dryRun }: RevokeCommand, results: readonly RegionalResult[]): string {
  if (dryRun) return 'Would revoke';
  if (results.every(isHeld)) return 'Revoked';
  if (results.some(isHeld)) return 'Revoked in part:';
  return results.every(({ outcome }) => outcome === 'failed') ? 'NOT revoked:' : 'NOT CONFIRMED:';
}

interface Effect {
  readonly region: string;
  readonly refused: string;
  readonly kept: string;
  readonly hint: readonly string[];
}

/** Undefined: there is none, or the Regions hold different entries. */
function commonEffect(effects: readonly Effect[]): Effect | undefined {
  const [first] = effects;
  return effects.every(({ refused, kept }) => refused === first?.refused && kept === first.kept) ? first : undefined;
}

function effectLine({ region, refused, kept }: Effect): string {
  return `The entry in ${region} refuses ${refused}; it ${kept}.`;
}

/** What the entry that stands does: more than was asked for, where a stronger one stood already. */
function effectOf({ region, revocation, item }: RegionalResult, { before }: RevokeCommand): readonly Effect[] {
  if (item === undefined) return [];
  const { target } = revocation;
  const isDefault =
    before === 'now' && revocation.before !== undefined && entryDocument(item).before === revocation.before;
  return [
    {
      region: region.region,
      refused: tokensRefusedBy(target, item),
      kept: keptUntil(target, item),
      hint: isDefault ? ['  (The default. --block refuses later tokens too; --before takes another instant.)'] : [],
    },
  ];
}

function keptUntil({ prefix }: RevocationTarget, item: EntryItem): string {
  const purgeAt = readPurgeAt(item);
  if (purgeAt === undefined) return 'is kept until you restore it';
  const subject = TARGET_PREFIXES[prefix] === 'token' ? 'the token' : 'every token it revokes';
  return `may be deleted from ${formatInstant(purgeAt)} on, when ${subject} has expired`;
}

const OUTCOMES = {
  planned: 'nothing written',
  written: 'written',
  strengthened: 'was revoked already; now the stronger of both entries',
  replaced: 'the entry that was there is replaced',
  unchanged: 'was revoked already by an entry at least as strong; nothing written',
} as const;

function outcomeText({ outcome, confirmed, previous, error }: RegionalResult): string {
  if (outcome === 'failed') return `NOT WRITTEN: ${error}`;
  const there = outcome === 'planned' ? 'there is an entry already, ' : '';
  const was = previous === undefined ? '' : ` (${there}${authorshipOf(entryDocument(previous))})`;
  const proof = confirmed ? ', confirmed by a strong read' : outcome === 'planned' ? '' : `, NOT CONFIRMED: ${error}`;
  return `${OUTCOMES[outcome]}${was}${proof}.`;
}

function failureLines(results: readonly RegionalResult[]): readonly string[] {
  const failed = results.filter((result) => !isHeld(result));
  if (failed.length === 0) return [];
  return [`NOT CONFIRMED in ${failed.map(({ region }) => region.region).join(', ')}: run the same command again.`];
}
