import { Aws, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { isKnownLater } from '../settings/validators.ts';

/** What reading an encrypted table asks of KMS, and what writing asks besides (DynamoDB developer guide, "Usage notes"). */
export const KEY_ACTIONS_TO_READ = ['kms:Decrypt', 'kms:DescribeKey'] as const;
export const KEY_ACTIONS_TO_WRITE = [
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

/** The key that a deployment chose: `create`, the ARN of a key that exists, or undefined for AWS's own. */
export function encryptionKeyFor(scope: Construct, choice: string | undefined): IKey | undefined {
  if (choice === undefined) return undefined;
  return choice === 'create' ? createKey(scope) : Key.fromKeyArn(scope, 'Key', keyArnOf(scope, choice));
}

/** The form of a key's id. CDK, too, uses it in place of one that is yet to be looked up. */
const KEY_ID_TO_COME = '1234abcd-12ab-34cd-56ef-1234567890ab';

/** CDK reads the ARN of an imported key: the stand-in for one that is yet to be looked up must look like one. */
function keyArnOf(scope: Construct, choice: string): string {
  if (Token.isUnresolved(choice) || !isKnownLater(choice)) return choice;
  return Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: KEY_ID_TO_COME });
}

/** Through DynamoDB only: the key may be a team's own, with other things behind it. */
export function statementsForKey(key: IKey | undefined, actions: readonly string[]): readonly PolicyStatement[] {
  if (key === undefined) return [];
  const conditions = { StringLike: { 'kms:ViaService': `dynamodb.${Stack.of(key).region}.*` } };
  return [new PolicyStatement({ actions: [...actions], resources: [key.keyArn], conditions })];
}

export function grantDecryption(key: IKey | undefined, grantee: IGrantable): void {
  for (const statement of statementsForKey(key, KEY_ACTIONS_TO_READ)) {
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }
}

/** It outlives the stack as the table does, which could not be read without it. */
function createKey(scope: Construct): Key {
  const key = new Key(scope, 'Key', {
    description: 'Revocation entries, logs and alarms of bearer-authorizer',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  for (const statement of [logsMayUse(scope), alarmsMayUse()]) key.addToResourcePolicy(statement);
  return key;
}

/** CloudWatch Logs user guide, "Encrypt log data in CloudWatch Logs using AWS KMS". */
function logsMayUse(scope: Construct): PolicyStatement {
  const logGroups = Stack.of(scope).formatArn({ service: 'logs', resource: '*' });
  return new PolicyStatement({
    principals: [new ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
    actions: ['kms:Encrypt*', 'kms:Decrypt*', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:Describe*'],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
  });
}

/** CloudWatch user guide: an alarm that publishes to an encrypted topic. */
function alarmsMayUse(): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}
