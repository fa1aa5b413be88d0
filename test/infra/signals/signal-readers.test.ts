import { expect, it } from 'vitest';
import type { AuthorizerSettings } from '../../../infra/settings/deployment-schema.ts';
import { provider } from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

function statementsWith(settings: Partial<AuthorizerSettings>): unknown {
  const policies = Object.entries(
    signalsStack({ sources: { provider }, settings }).template().findResources('AWS::IAM::ManagedPolicy'),
  );
  const [, policy] = policies.find(([id]) => id.startsWith('SignalsReaders')) ?? [];
  return policy?.Properties.PolicyDocument.Statement;
}

const reads = {
  Effect: 'Allow',
  Action: ['dynamodb:BatchGetItem', 'dynamodb:DescribeTable', 'dynamodb:GetItem'],
  Resource: { 'Fn::GetAtt': [expect.stringMatching(/^SignalsTable/), 'Arn'] },
};

it('people who ask what was heard may read records by their keys, and write none', () => {
  expect(statementsWith({})).toEqual([reads]);
});

it('with an encryption key they may decrypt, through DynamoDB only', () => {
  expect(statementsWith({ encryptionKey: 'create' })).toEqual([
    reads,
    expect.objectContaining({
      Action: ['kms:Decrypt', 'kms:DescribeKey'],
      Condition: { StringLike: { 'kms:ViaService': expect.anything() } },
    }),
  ]);
});
