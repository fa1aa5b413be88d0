import { BEFORE_SKEW } from '../lambda/revocation-entry.ts';
import type { RevokeCommand } from './command.ts';
import { isConfirmed, writeEntry } from './entry-table.ts';
import { formatInstant } from './instant.ts';
import { OperatorError, sentenceOf } from './operator-error.ts';
import { openProbe } from './probe.ts';
import type { OperatorContext, Report } from './report.ts';
import { type Revocation, requireLevelRead, revocationOf } from './revocation.ts';
import type { RegionalStack, RevocationStack } from './revocation-stack.ts';
import { type RegionalPlan, type RegionalResult, revokeReport } from './revoke-report.ts';
import { withToken } from './selector-resolution.ts';
import { selectTarget } from './target-selection.ts';

/** Writes an entry into every Region, and confirms each with a strong read. Everything is checked before the first write. */
export async function revoke(
  command: RevokeCommand,
  stack: RevocationStack,
  context: OperatorContext,
): Promise<Report> {
  const selector = await withToken(command.selector, context);
  const resolved = { ...command, selector };
  const revokedBy = command.by ?? (await stack.operator());
  const plans = stack.regions.map((region) => plan(resolved, region, revokedBy, context.now()));
  if (command.dryRun) return revokeReport(resolved, plans.map(planned), context.now());
  const probe = await openProbe(resolved, stack, context);
  const results = await Promise.all(plans.map((regional) => write(regional, command.replace, context)));
  const report = revokeReport(resolved, results, context.now());
  return probe === undefined ? report : probe.untilRefused(report, results);
}

/** @throws OperatorError when the entry would revoke nothing, or nobody knows what it would */
function plan(command: RevokeCommand, region: RegionalStack, revokedBy: string, now: number): RegionalPlan {
  if (command.selector.by === 'target') throw new OperatorError('An entry is revoked by its level and value.');
  const { target, issuer } = selectTarget(command.selector, region.authorizer);
  requireLevelRead(region.authorizer, target);
  const revocation = revocationOf(target, issuer, { ...command, revokedBy }, now);
  if (!command.force) requireLivingTokens(revocation, issuer.maxTokenAge + issuer.clockTolerance, now);
  return { region, revocation };
}

/** A typing error in a date makes an entry that looks right and revokes nothing. */
function requireLivingTokens({ before }: Revocation, longestLife: number, now: number): void {
  if (before === undefined || before + BEFORE_SKEW + longestLife >= now) return;
  throw new OperatorError(
    `Tokens issued until ${formatInstant(before)} have all expired, so the entry would revoke nothing: correct --before, or add --force.`,
  );
}

function planned(regional: RegionalPlan): RegionalResult {
  return {
    ...regional,
    outcome: 'planned',
    confirmed: false,
    acknowledgedAt: undefined,
    previous: undefined,
    error: undefined,
  };
}

async function write(regional: RegionalPlan, replace: boolean, { now }: OperatorContext): Promise<RegionalResult> {
  const { region, revocation } = regional;
  try {
    const written = await writeEntry(region, revocation, replace);
    const acknowledgedAt = now();
    const confirmed = await isConfirmed(region, revocation);
    const error = confirmed
      ? undefined
      : 'a strong read did not find the entry, so somebody else removed or changed it';
    return { ...regional, ...written, acknowledgedAt, confirmed, error };
  } catch (error) {
    return {
      ...regional,
      outcome: 'failed',
      confirmed: false,
      acknowledgedAt: undefined,
      previous: undefined,
      error: sentenceOf(error),
    };
  }
}
