import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { SignalsConfiguration } from '../../lambda/configuration/signals-environment.ts';
import type { SignalPrefix } from '../../lambda/signal/signal.ts';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { KEY_ACTIONS_TO_READ, KEY_ACTIONS_TO_WRITE, statementsForKey } from '../table/encryption-key.ts';

type EntriesOf = Pick<SignalsConfiguration, 'issuers' | 'senders' | 'cognito' | 'tokenRevocation'>;

/**
 * Lets the receiver of signals write the entries that its sources ask for, and delete none: a lift writes too. A transaction needs the
 * permissions of its parts (DynamoDB developer guide, "Using IAM with DynamoDB transactions").
 */
export function grantEntries(table: AnyTable, sources: EntriesOf, grantee: IGrantable): void {
  const actions = ['dynamodb:ConditionCheckItem', 'dynamodb:PutItem'];
  grantee.grantPrincipal.addToPrincipalPolicy(onTargets(table, actions, targetsOf(sources)));
}

/** The targets that the sources can write: of their own issuers, and never a key, an issuer, a client or a claim. */
function targetsOf({ issuers, senders, cognito, tokenRevocation }: EntriesOf): readonly string[] {
  const subjects = [...senders, ...cognito].map(({ issuerAlias }) => pattern('sub', issuerAlias));
  const sessions = senders
    .filter(({ namesSessions }) => namesSessions)
    .map(({ issuerAlias }) => pattern('sid', issuerAlias));
  const ofClients: readonly SignalPrefix[] = tokenRevocation === undefined ? [] : ['jti', 'th', 'sid'];
  const tokens = ofClients.flatMap((prefix) => issuers.map(({ alias }) => pattern(prefix, alias)));
  return [...new Set([...subjects, ...sessions, ...tokens])];
}

function pattern(prefix: SignalPrefix, alias: string): string {
  return `${prefix}#${alias}#*`;
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
