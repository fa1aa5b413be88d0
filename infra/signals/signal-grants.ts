import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { SignalPrefix } from '../../lambda/signal/signal.ts';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { KEY_ACTIONS_TO_READ, KEY_ACTIONS_TO_WRITE, statementsForKey } from '../table/encryption-key.ts';

/** The prefixes of the entries that a signal writes: never a key's, an issuer's, a client's or a claim's. */
const WRITTEN: Readonly<Record<SignalPrefix, string>> = { jti: 'jti#*', th: 'th#*', sid: 'sid#*', sub: 'sub#*' };

/**
 * Lets the receiver of signals write the entries of tokens, sessions and subjects, and delete none: a lift writes too. A transaction
 * needs the permissions of its parts (DynamoDB developer guide, "Using IAM with DynamoDB transactions").
 */
export function grantEntries(table: AnyTable, grantee: IGrantable): void {
  const actions = ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem'];
  grantee.grantPrincipal.addToPrincipalPolicy(onTargets(table, actions, Object.values(WRITTEN)));
}

/** Lets the receiver of signals keep its records. */
export function grantRecords(table: AnyTable, grantee: IGrantable): void {
  const statement = new PolicyStatement({
    actions: ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    resources: [table.tableArn],
  });
  grantee.grantPrincipal.addToPrincipalPolicy(statement);
}

/** Lets the receiver of signals read and write encrypted tables. */
export function grantKeys(keys: readonly (IKey | undefined)[], grantee: IGrantable): void {
  for (const key of new Set(keys)) {
    for (const statement of statementsForKey(key, [...KEY_ACTIONS_TO_READ, ...KEY_ACTIONS_TO_WRITE])) {
      grantee.grantPrincipal.addToPrincipalPolicy(statement);
    }
  }
}

/** `ForAllValues` is true where no key is named: hence the second condition. */
function onTargets({ tableArn }: AnyTable, actions: string[], patterns: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [tableArn],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...patterns] },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}
