import { isDeepStrictEqual } from 'node:util';
import { isBreakGlass, TARGET_PREFIXES, takesBefore } from '../../../lambda/revocation/revocation-level.ts';
import type { RevocationTarget } from '../../../lambda/revocation/revocation-target.ts';
import { formatInstant } from '../../../lambda/token/numeric-date.ts';
import { OperatorError, sentenceOf } from '../../cli/operator-error.ts';
import type { Report } from '../../cli/program.ts';
import { type Ended, endedTokens, problemWithSize, requireNearBefore } from '../../entry/entry-checks.ts';
import { confirmedEntry, foreseenEntry, type WrittenEntry, writeEntry } from '../../entry/entry-table.ts';
import { nameOf } from '../../entry/entry-text.ts';
import { hasWrittenNothing } from '../../entry/lost-answer.ts';
import { requireLevelRead, revocationOf } from '../../entry/revocation.ts';
import { selectTarget } from '../../selection/target-selection.ts';
import { withToken } from '../../selection/token-input.ts';
import type { OperatorContext } from '../../stack/operator-context.ts';
import { answersFrom, type RegionalAnswer } from '../../stack/regional-answers.ts';
import type { RegionalStack, RevocationStack } from '../../stack/revocation-stack.ts';
import { openProbe } from './probe.ts';
import { keyNotice } from './published-key.ts';
import type { HeldResult, MovedEntry, RegionalPlan, RegionalResult } from './regional-result.ts';
import type { RevokeCommand } from './revoke-command-line.ts';
import { revokeReport } from './revoke-report.ts';

/** Writes an entry in every Region and confirms each with a strong read. Everything is checked before the first write. */
export async function revoke(
  command: RevokeCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const selector = await withToken(command.selector, context);
  const resolved = { ...command, selector };
  const revokedBy = command.by ?? (await stack.operator());
  const planIn = (region: RegionalStack) => plan(resolved, region, revokedBy, context.now(region));
  const plans = stack.regions.map(planIn);
  const [first] = plans;
  // Not awaited yet: the write must not wait for the issuer.
  const notice = first && keyNotice(first.revocation.target, first.issuer);
  if (command.dryRun) {
    const foreseen = await answersFrom(plans, (regional) => foresee(regional, command.replace));
    return revokeReport(resolved, foreseen.map(foreseenResult), context.now(), await notice);
  }
  if (first !== undefined) await requireMeant(command, first.revocation.target, stack, context);
  const probe = await openProbe(resolved, stack, context);
  const results = await Promise.all(stack.regions.map((region) => write(() => planIn(region), command, context)));
  const report = revokeReport(resolved, results, context.now(), await notice);
  return probe === undefined ? report : probe.untilRejected(report, results);
}

/**
 * Asks on a terminal before an entry that shuts out everybody. Without a terminal nobody could answer, and then it does not ask:
 * a script that fails to revoke a leaked key does more harm than one that revokes too much.
 *
 * @throws OperatorError when the answer is not yes
 */
async function requireMeant(
  { yes }: RevokeCommand,
  target: RevocationTarget,
  { regions }: RevocationStack,
  { ask }: OperatorContext,
): Promise<void> {
  if (yes || ask === undefined || !isBreakGlass(TARGET_PREFIXES[target.prefix])) return;
  const where = regions.map(({ region, table }) => `${table} in ${region}`).join(', ');
  const answer = await ask(`Revoke ${nameOf(target)} (${where})? This rejects the tokens of all its users. [y/N] `);
  if (/^\s*y(es)?\s*$/i.test(answer)) return;
  throw new OperatorError('Nothing was written, because the answer was not yes (--yes gives it in advance).');
}

/** Plans the entry for one Region. @throws OperatorError when it would revoke nothing, or cannot be written */
function plan(command: RevokeCommand, region: RegionalStack, revokedBy: string, now: number): RegionalPlan {
  if (command.selector.by === 'target') throw new OperatorError('An entry is revoked by its level and value.');
  const { target, issuer } = selectTarget(command.selector, region);
  requireLevelRead(region.authorizer, target);
  requireNearBefore(command.before, now, command.force);
  const revocation = revocationOf(target, issuer, { ...command, revokedBy }, now);
  requireLiving(endedTokens(target, issuer, { before: revocation.before, endsAt: command.endsAt }, now), command.force);
  const problem = problemWithSize(revocation);
  if (problem !== undefined) throw new OperatorError(`Nothing was written: ${problem}.`);
  return { region, revocation, issuer };
}

/** @throws OperatorError when all tokens of the entry have expired */
function requireLiving(ended: Ended | undefined, force: boolean): void {
  if (ended === undefined || (ended.by === 'before' && force)) return;
  const at = formatInstant(ended.at);
  throw new OperatorError(
    ended.by === 'before'
      ? `Tokens issued until ${at} have all expired, so the entry would revoke nothing: correct --before, or add --force.`
      : `--ends-at is ${at}, by which the tokens have all expired, so the entry would revoke nothing and vanish: correct it, or leave it out.`,
  );
}

/** Foresees what a write would do. */
async function foresee(regional: RegionalPlan, replace: boolean): Promise<HeldResult> {
  const foreseen = await foreseenEntry(regional.region, { ...regional, replace });
  const state = foreseen.outcome === 'unchanged' ? 'confirmed' : 'planned';
  return { ...regional, ...foreseen, state, acknowledgedAt: undefined, acknowledgedTick: undefined };
}

function foreseenResult({ place, answer, error }: RegionalAnswer<RegionalPlan, HeldResult>): RegionalResult {
  return answer ?? { ...place, state: 'failed', error };
}

/** Seconds after which a write is slow: its `before` is rounded up by a second, and is in the past after that. */
const MAX_WRITE_TIME = 1;

async function write(
  planNow: () => RegionalPlan,
  command: RevokeCommand,
  context: OperatorContext,
): Promise<RegionalResult> {
  const startedAt = context.elapsed();
  const regional = planNow();
  try {
    const written = await writeEntry(regional.region, { ...regional, replace: command.replace });
    const isLate = context.elapsed() - startedAt > MAX_WRITE_TIME;
    if (isLate && command.before === 'now' && takesBefore(TARGET_PREFIXES[regional.revocation.target.prefix])) {
      return await writeLater(planNow(), written, context);
    }
    return await confirm(regional, written, context);
  } catch (error) {
    return { ...regional, state: hasWrittenNothing(error) ? 'failed' : 'unknown', error: sentenceOf(error) };
  }
}

/**
 * Moves the `before` of a slow write to the present, since tokens were issued while it was repeated. The second write keeps
 * the stronger entry and never replaces: another operator's entry may have been confirmed since the first write.
 */
async function writeLater(
  regional: RegionalPlan,
  { outcome, previous, item }: WrittenEntry,
  context: OperatorContext,
): Promise<RegionalResult> {
  // The strong read that follows notices a failure, because it does not find this entry.
  const later = await writeEntry(regional.region, regional, item).catch(() => ({ outcome, previous: item, item }));
  const first = outcome === 'unchanged' ? later.outcome : outcome;
  const met = isDeepStrictEqual(later.previous, item) ? {} : { met: later.previous ?? ('nothing' as const) };
  return confirm(regional, { outcome: first, previous, item: later.item, ...met }, context);
}

async function confirm(
  regional: RegionalPlan,
  written: MovedEntry,
  { now, elapsed }: OperatorContext,
): Promise<RegionalResult> {
  const result = { ...regional, ...written, acknowledgedAt: now(regional.region), acknowledgedTick: elapsed() };
  try {
    const item = await confirmedEntry(regional.region, regional.revocation);
    if (item !== undefined) {
      const met = isDeepStrictEqual(item, written.item) ? {} : { met: item };
      return { ...result, ...met, item, state: 'confirmed' };
    }
    const error = 'a strong read did not find the entry, so somebody else removed or changed it';
    return { ...result, item, state: 'unconfirmed', error };
  } catch (error) {
    return { ...result, state: 'unconfirmed', error: sentenceOf(error) };
  }
}
