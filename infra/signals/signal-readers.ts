import { Stack } from 'aws-cdk-lib';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AnyTable } from '../settings/deployment-schema.ts';
import { KEY_ACTIONS_TO_READ, statementsForKey } from '../table/encryption-key.ts';

/**
 * Creates the policy for people who ask what was heard of the sources. They need the authorizer's `readers` too, which finds the stack.
 * Not a part of that policy: the authorizer may stand in a stack to which this one refers.
 */
export function createSignalReaders(
  scope: Construct,
  id: string,
  { tableArn, encryptionKey }: AnyTable,
): ManagedPolicy {
  return new ManagedPolicy(scope, id, {
    // It never changes: CloudFormation would replace the policy, and people would keep the old one.
    description: `Read which signals were received by ${Stack.of(scope).stackName}`,
    statements: [
      new PolicyStatement({
        actions: ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable', 'dynamodb:GetItem'],
        resources: [tableArn],
      }),
      ...statementsForKey(encryptionKey, KEY_ACTIONS_TO_READ),
    ],
  });
}
