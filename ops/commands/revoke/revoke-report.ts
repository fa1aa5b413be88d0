import { type EntryItem, readPurgeAt } from '../../../lambda/revocation/revocation.ts';
import { TARGET_PREFIXES } from '../../../lambda/revocation/revocation-level.ts';
import { formatTarget, type RevocationTarget } from '../../../lambda/revocation/revocation-target.ts';
import { formatInstant } from '../../../lambda/token/numeric-date.ts';
import { aliasesOf } from '../../../lambda/token/trusted-issuer.ts';
import type { Report } from '../../cli/program.ts';
import { claimsInWords, coveredClaims } from '../../entry/covered-claims.ts';
import {
  authorshipOf,
  commandFor,
  commandLine,
  entryDocument,
  nameOf,
  tokensRejectedBy,
} from '../../entry/entry-text.ts';
import { flagsOf } from '../../stack/revocation-stack.ts';
import {
  type FailedResult,
  type HeldResult,
  isHeld,
  lagLines,
  lagOf,
  type MovedEntry,
  type RegionalResult,
} from './regional-result.ts';
import type { RevokeCommand } from './revoke-command-line.ts';

/**
 * Reports the results of `revoke`.
 * @param now - seconds since the epoch
 * @param notice - a warning to add; undefined: none
 */
export function revokeReport(
  command: RevokeCommand,
  results: readonly RegionalResult[],
  now: number,
  notice: string | undefined,
): Report {
  const undo = undoCommand(results);
  return {
    text: [...lines(command, results, now), ...(notice === undefined ? [] : [notice])].join('\n'),
    ...(undo !== undefined && { last: `Undo: ${undo}` }),
    document: {
      command: 'revoke',
      dryRun: command.dryRun,
      notice: notice ?? null,
      undo: undo ?? null,
      regions: results.map((result) => regionDocument(result, now)),
    },
    exitCode: results.every(isHeld) ? 0 : 1,
  };
}

/** The command that deletes the entries written, in all Regions at once; undefined: none was, or there was one before. */
function undoCommand(results: readonly RegionalResult[]): string | undefined {
  const [first, ...others] = results.filter(isNew);
  if (first === undefined) return undefined;
  const { region, revocation, issuer } = first;
  const flags = flagsOf([region, ...others.map((other) => other.region)]);
  // By its key where the issuer has had other aliases: `restore` with a level deletes the entries under those as well.
  const isRenamed = aliasesOf(issuer).length > 1;
  return isRenamed
    ? commandLine(region.caller, 'restore target', formatTarget(revocation.target), flags)
    : commandFor(region.caller, 'restore', revocation.target, flags);
}

/**
 * Whether our entry stands where there was none. To delete another operator's would give back more than this command took: one
 * that changed ours meanwhile, or one that may stand where an answer was lost.
 */
function isNew(result: RegionalResult): boolean {
  if (!('outcome' in result) || result.state === 'planned') return false;
  return result.outcome === 'written' && result.met === undefined && result.item !== undefined;
}

function lines(command: RevokeCommand, results: readonly RegionalResult[], now: number): readonly string[] {
  const [first] = results;
  if (first === undefined) return [];
  const { target } = first.revocation;
  const effects = results.filter(isHeld).map((result) => effectOf(result, command, now));
  const common = commonEffect(effects);
  return [
    `${verdict(command, results)} ${nameOf(target)} (${formatTarget(target)})${common === undefined ? '' : `: ${common.rejected}`}.`,
    ...(common?.hint ?? []),
    ...coverageLines(first),
    ...results.map((result) => `  ${result.region.region}: ${outcomeText(result, command.dryRun, now)}`),
    ...lagLines(results, now),
    ...(common === undefined ? effects.map(effectLine) : [`The entry ${common.kept}.`]),
    ...failureLines(results, command.dryRun),
  ];
}

/** Says which claims the entry covers, where the deployment decides that. */
function coverageLines({ revocation, issuer, region }: RegionalResult): readonly string[] {
  const claims = coveredClaims(revocation.target, region.authorizer);
  return claims === undefined
    ? []
    : [`  (It covers tokens of ${issuer.alias} that have this value in ${claimsInWords(claims)}.)`];
}

function verdict({ dryRun }: RevokeCommand, results: readonly RegionalResult[]): string {
  if (dryRun) return results.every(isHeld) ? 'Would revoke' : 'Would revoke in part:';
  if (results.every(isHeld)) return 'Revoked';
  if (results.some(isHeld)) return 'Revoked in part:';
  return results.every(({ state }) => state === 'failed') ? 'NOT revoked:' : 'NOT CONFIRMED:';
}

interface Effect {
  readonly region: string;
  readonly rejected: string;
  readonly kept: string;
  readonly hint: readonly string[];
}

/** The effect that all Regions have in common; undefined: there is none, or the Regions hold different entries. */
function commonEffect(effects: readonly Effect[]): Effect | undefined {
  const [first] = effects;
  return effects.every(({ rejected, kept }) => rejected === first?.rejected && kept === first.kept) ? first : undefined;
}

function effectLine({ region, rejected, kept }: Effect): string {
  return `The entry in ${region} rejects ${rejected}; it ${kept}.`;
}

/** The effect of the entry in the table, which is more than was asked for where a stronger one was there already. */
function effectOf({ region, revocation, item, state }: HeldResult, { before }: RevokeCommand, now: number): Effect {
  const { target } = revocation;
  const isDefault =
    before === 'now' && revocation.before !== undefined && entryDocument(item, now).before === revocation.before;
  return {
    region: region.region,
    rejected: tokensRejectedBy(target, item),
    kept: keptUntil(target, item, state === 'planned', now),
    hint: isDefault ? ['  (The default. --block rejects later tokens too; --before takes another instant.)'] : [],
  };
}

function keptUntil({ prefix }: RevocationTarget, item: EntryItem, isPlanned: boolean, now: number): string {
  const purgeAt = readPurgeAt(item, now);
  if (purgeAt === undefined) return `${isPlanned ? 'would be' : 'is'} kept until you restore it`;
  const subject = TARGET_PREFIXES[prefix] === 'token' ? 'the token' : 'every token it revokes';
  return `${isPlanned ? 'could' : 'may'} be deleted from ${formatInstant(purgeAt)} on, when ${subject} has expired`;
}

const OUTCOMES = {
  written: 'written',
  strengthened: 'was revoked already; now the stronger of both entries',
  replaced: 'the entry that was there is replaced',
  unchanged: 'was revoked already by an entry at least as strong; nothing written',
} as const;

function outcomeText(result: RegionalResult, dryRun: boolean, now: number): string {
  if (!('outcome' in result)) return `${failureText(result, dryRun)}: ${result.error}`;
  const by = result.previous && authorshipOf(entryDocument(result.previous, now));
  if (result.state === 'planned') return `nothing written${by ? ` (there is an entry already, ${by})` : ''}.`;
  const proof = isHeld(result) ? 'confirmed by a strong read' : `NOT CONFIRMED: ${result.error}`;
  return `${OUTCOMES[result.outcome]}${by ? ` (${by})` : ''}${meetingText(result.met, now)}, ${proof}.`;
}

/** A clause about another operator's change between the two writes of a slow write. */
function meetingText(met: MovedEntry['met'], now: number): string {
  if (met === undefined) return '';
  if (met === 'nothing') return '; somebody else removed the entry meanwhile, and it is written again';
  const by = authorshipOf(entryDocument(met, now));
  return `; somebody else changed the entry meanwhile (${by}), and the stronger of both stands`;
}

function failureText({ state }: FailedResult, dryRun: boolean): string {
  if (state === 'unknown') return 'NOT CONFIRMED: nobody knows whether the entry was written';
  return dryRun ? 'NOT READ' : 'NOT WRITTEN';
}

function failureLines(results: readonly RegionalResult[], dryRun: boolean): readonly string[] {
  const failed = results.filter((result) => !isHeld(result)).map(({ region }) => region.region);
  if (failed.length === 0) return [];
  return [`${dryRun ? 'NOT READ' : 'NOT CONFIRMED'} in ${failed.join(', ')}: run the same command again.`];
}

/** The result in one Region, for programs. @param now - seconds since the epoch */
export function regionDocument(result: RegionalResult, now: number) {
  const { region, table } = result.region;
  const lag = lagOf(result);
  return {
    region,
    table,
    claims: coveredClaims(result.revocation.target, result.region.authorizer) ?? null,
    outcome: outcomeOf(result),
    confirmed: result.state === 'confirmed',
    ...entriesOf(result, now),
    ...instantsOf(result, lag.guaranteed),
    guaranteedLagSeconds: lag.guaranteed,
    expectedLagSeconds: lag.expected,
    error: isHeld(result) ? null : result.error,
  };
}

function outcomeOf(result: RegionalResult) {
  return 'outcome' in result && result.state !== 'planned' ? result.outcome : result.state;
}

function entriesOf(result: RegionalResult, now: number) {
  const documentOf = (item: EntryItem | undefined) => (item === undefined ? null : entryDocument(item, now));
  if (!('outcome' in result)) return { entry: null, previous: null };
  return { entry: documentOf(result.item), previous: documentOf(result.previous) };
}

function instantsOf(result: RegionalResult, guaranteedLag: number) {
  const acknowledgedAt = 'outcome' in result ? result.acknowledgedAt : undefined;
  if (acknowledgedAt === undefined) return { acknowledgedAt: null, rejectedForCertainBy: null };
  return {
    acknowledgedAt: formatInstant(acknowledgedAt),
    rejectedForCertainBy: isHeld(result) ? formatInstant(acknowledgedAt + guaranteedLag) : null,
  };
}
