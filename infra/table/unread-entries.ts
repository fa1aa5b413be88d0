import { Annotations, Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as CdkFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { REVOCATION_LEVELS, type RevocationLevel } from '../../lambda/revocation/revocation-level.ts';
import { suppressRules } from '../nag-suppressions.ts';

/**
 * Warns at every synth: neither the table nor the deployment before is known here, and a level may just have been left out.
 */
export function warnOfUnreadLevels(scope: Construct, levels: readonly RevocationLevel[]): void {
  // A deployment has the level `claim` only where it names claims of its own.
  const unread = REVOCATION_LEVELS.filter((level) => level !== 'claim' && !levels.includes(level));
  if (unread.length === 0) return;
  const warning =
    `revocationLevels leaves out ${unread.join(', ')}: entries of these levels that stand in the table revoke nothing. ` +
    '`revocations upgrade` finds them before the deployment, and `revocations lint` after it.';
  Annotations.of(scope).addWarningV2('bearer-authorizer:unread-levels', warning);
}

/** Time between two inspections: how late people learn of entries that a deployment has made useless. */
const INTERVAL = Duration.hours(1);

/** Lets a flusher scan the table's targets, and invokes it to do so every hour. */
export function inspectTable(flusher: CdkFunction, { tableArn }: Pick<Table, 'tableArn'>): void {
  flusher.addToRolePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['dynamodb:Scan'],
      resources: [tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': [ENTRY_ATTRIBUTES.target] },
        // `ForAllValues` is true of a request that names no attributes, which would get all of them.
        Null: { 'dynamodb:Attributes': 'false' },
        StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
      },
    }),
  );
  const target: IRuleTarget = new LambdaTarget(flusher, { retryAttempts: 2 });
  const rule = new Rule(flusher, 'Inspection', {
    description: 'Looks for revocation entries that the deployment does not read',
    schedule: Schedule.rate(INTERVAL),
    targets: [target],
  });
  suppressRules(rule, 'Serverless::Serverless-EventBusDLQ');
}
