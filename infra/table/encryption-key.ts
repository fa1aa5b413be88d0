import { Aws, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { isKnownLater } from '../settings/values/validators.ts';

/** The KMS actions that reading an encrypted table needs (DynamoDB developer guide, "Usage notes"). */
export const KEY_ACTIONS_TO_READ = ['kms:Decrypt', 'kms:DescribeKey'] as const;

/** The KMS actions that writing needs as well. */
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

/** A placeholder in the form of a key's id. CDK uses the same for a key that is yet to be looked up. */
const KEY_ID_TO_COME = '1234abcd-12ab-34cd-56ef-1234567890ab';

/** CDK parses the ARN of an imported key, so the placeholder for one that is yet to be looked up has its form. */
function keyArnOf(scope: Construct, choice: string): string {
  if (Token.isUnresolved(choice) || !isKnownLater(choice)) return choice;
  return Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: KEY_ID_TO_COME });
}

/** Statements that allow the key's use through DynamoDB only: a team's own key may protect other things as well. */
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

/** Creates a key that outlives the stack, as the table does: without the key nobody could read the table. */
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

/** CloudWatch user guide: alarms that publish to an encrypted topic need these actions. */
function alarmsMayUse(): PolicyStatement {
  return new PolicyStatement({
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    resources: ['*'],
    conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
  });
}
