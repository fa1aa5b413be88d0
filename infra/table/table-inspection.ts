import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type IRuleTarget, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as LambdaTarget } from 'aws-cdk-lib/aws-events-targets';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as CdkFunction } from 'aws-cdk-lib/aws-lambda';
import { ENTRY_ATTRIBUTES } from '../../lambda/revocation/revocation-entry.ts';
import { suppressRules } from '../nag-suppressions.ts';

/** How soon somebody is told of entries that a deployment has made useless. */
const INTERVAL = Duration.hours(1);

/** Lets a flusher look over the table's targets, and has it do so every hour. */
export function inspectTable(flusher: CdkFunction, { tableArn }: Pick<Table, 'tableArn'>): void {
  flusher.addToRolePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['dynamodb:Scan'],
      resources: [tableArn],
      conditions: {
        'ForAllValues:StringEquals': { 'dynamodb:Attributes': [ENTRY_ATTRIBUTES.target] },
        // The operator above is true of a request that names no attributes, and would so get all of them.
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
