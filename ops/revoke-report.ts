import { expectedLag, guaranteedLag } from '../lambda/flush-timing.ts';
import { formatTarget, TARGET_PREFIXES } from '../lambda/revocation-target.ts';
import type { RevokeCommand } from './command.ts';
import type { WrittenEntry } from './entry-table.ts';
import { authorshipOf, entryDocument, nameOf, tokensOf } from './entry-text.ts';
import { formatFromNow, formatInstant } from './instant.ts';
import type { Report } from './report.ts';
import { type EntryItem, itemOf, type Revocation } from './revocation.ts';
import type { RegionalStack } from './revocation-stack.ts';

export interface RegionalPlan {
  readonly region: RegionalStack;
  readonly revocation: Revocation;
}

export interface RegionalResult extends RegionalPlan {
  readonly outcome: WrittenEntry['outcome'] | 'planned' | 'failed';
  readonly confirmed: boolean;
  /** Seconds since the epoch. */
  readonly acknowledgedAt: number | undefined;
  readonly previous: EntryItem | undefined;
  readonly error: string | undefined;
}

/** @param now - seconds since the epoch */
export function revokeReport(command: RevokeCommand, results: readonly RegionalResult[], now: number): Report {
  const isDone = command.dryRun || results.every(({ confirmed }) => confirmed);
  return {
    text: results.length === 0 ? '' : lines(command, results, now).join('\n'),
    document: { command: 'revoke', dryRun: command.dryRun, regions: results.map(regionDocument) },
    exitCode: isDone ? 0 : 1,
  };
}

function regionDocument(result: RegionalResult) {
  const { region, revocation, outcome, confirmed, acknowledgedAt, error } = result;
  const lag = lagOf(result);
  return {
    region: region.region,
    table: region.table,
    outcome,
    confirmed,
    entry: entryDocument(itemOf(revocation)),
    previous: result.previous === undefined ? null : entryDocument(result.previous),
    acknowledgedAt: acknowledgedAt === undefined ? null : formatInstant(acknowledgedAt),
    refusedForCertainBy: acknowledgedAt === undefined ? null : formatInstant(acknowledgedAt + lag.guaranteed),
    guaranteedLagSeconds: lag.guaranteed,
    expectedLagSeconds: lag.expected,
    error: error ?? null,
  };
}

/** Seconds from the acknowledged write to the last request that may still be allowed. */
export function lagOf({ region, revocation }: RegionalPlan) {
  const { resultTtlSeconds, authorizerTimeoutSeconds, flush } = region.authorizer;
  const guaranteed = guaranteedLag(resultTtlSeconds, authorizerTimeoutSeconds);
  const flushes = flush && revocation.flush;
  return {
    guaranteed,
    expected: flushes ? expectedLag(resultTtlSeconds, authorizerTimeoutSeconds) : guaranteed,
    flushes,
  };
}

function lines(command: RevokeCommand, results: readonly RegionalResult[], now: number): readonly string[] {
  const [first] = results;
  if (first === undefined) return [];
  const verb = command.dryRun ? 'Would revoke' : 'Revoked';
  const { target, before } = first.revocation;
  return [
    `${verb} ${nameOf(target)} (${formatTarget(target)}): ${tokensOf(target, before)}.`,
    ...defaultHint(command, first),
    ...results.map((result) => `  ${result.region.region}: ${outcomeText(result)}`),
    ...lagLines(results, now),
    `The entry ${keptUntil(first.revocation)}.`,
    ...failureLines(results),
  ];
}

function defaultHint({ before }: RevokeCommand, { revocation }: RegionalPlan): readonly string[] {
  if (before !== 'now' || revocation.before === undefined) return [];
  return ['  (The default. --block refuses later tokens too; --before takes another instant.)'];
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
  const was = previous === undefined ? '' : ` (${authorshipOf(entryDocument(previous))})`;
  const proof = confirmed ? ', confirmed by a strong read' : outcome === 'planned' ? '' : `, NOT CONFIRMED: ${error}`;
  return `${OUTCOMES[outcome]}${was}${proof}.`;
}

function lagLines(results: readonly RegionalResult[], now: number): readonly string[] {
  const [first] = results;
  const confirmed = results.filter((result) => result.confirmed || result.outcome === 'planned');
  if (first === undefined || confirmed.length === 0) return [];
  const { expected, flushes } = lagOf(first);
  const byWhen = Math.max(...confirmed.map((result) => (result.acknowledgedAt ?? now) + lagOf(result).guaranteed));
  const soon = flushes
    ? `; expected within about ${expected} s, because the entry flushes API Gateway's cached decisions`
    : '; without a cache flush, cached decisions run out until then';
  return [`Refused for certain by ${formatFromNow(byWhen, now)}${soon}.`];
}

function keptUntil({ target, purgeAt }: Revocation): string {
  if (purgeAt === undefined) return 'is kept until you restore it';
  const subject = TARGET_PREFIXES[target.prefix] === 'token' ? 'the token' : 'every token it revokes';
  return `may be deleted from ${formatInstant(purgeAt)} on, when ${subject} has expired`;
}

function failureLines(results: readonly RegionalResult[]): readonly string[] {
  const failed = results.filter(({ outcome, confirmed }) => outcome !== 'planned' && !confirmed);
  if (failed.length === 0) return [];
  return [`NOT CONFIRMED in ${failed.map(({ region }) => region.region).join(', ')}: run the same command again.`];
}
