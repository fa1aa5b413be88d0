import { isDeepStrictEqual } from 'node:util';
import type { CfnElement } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { isBreakGlass, REVOCATION_LEVELS } from '../../../lambda/revocation/revocation-level.ts';
import { apiStackOf, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';
import { clients } from '../../support/signals/signal-sources.ts';
import { signalsStack } from '../../support/signals/signals-stack.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

let template: Template;
beforeAll(() => {
  template = templateOf(apiStackOf(soundDeployment));
});

/** The statements of a policy after the reads with which each begins. */
function writesOf(name: string): readonly Statement[] {
  const [stack, list, reads, ...writes] = statementsOf(name);
  expect(stack).toEqual({
    Effect: 'Allow',
    Action: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'],
    Resource: stacksOfThatName(),
  });
  // The console lists tables before it shows one.
  expect(list).toEqual({ Effect: 'Allow', Action: 'dynamodb:ListTables', Resource: '*' });
  expect(reads).toEqual({
    Effect: 'Allow',
    Action: ['BatchGetItem', 'DescribeTable', 'GetItem', 'Query'].map((action) => `dynamodb:${action}`),
    Resource: tableArn(),
  });
  return writes;
}

/** The ARN by name: because the tool asks by name, CloudFormation checks the permission on `stack/<name>/*`, not on the id. */
function stacksOfThatName(): unknown {
  const parts = ['arn:', { Ref: 'AWS::Partition' }, ':cloudformation:', { Ref: 'AWS::Region' }, ':'];
  return { 'Fn::Join': ['', [...parts, { Ref: 'AWS::AccountId' }, ':stack/', { Ref: 'AWS::StackName' }, '/*']] };
}

function statementsOf(name: string): readonly Statement[] {
  const policies = Object.entries(template.findResources('AWS::IAM::ManagedPolicy'));
  const [, policy] = policies.find(([id]) => new RegExp(`^(AuthorizerPolicies)?${name}`).test(id)) ?? [];
  return (policy?.Properties.PolicyDocument.Statement ?? []) as Statement[];
}

function tableArn(): unknown {
  const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
  return { 'Fn::GetAtt': [table, 'Arn'] };
}

const keys = (operator: string, ...patterns: readonly string[]) => ({
  [`ForAllValues:${operator}`]: { 'dynamodb:LeadingKeys': patterns },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});
const everyday = ['jti#*', 'th#*', 'sid#*', 'sub#*', 'cid#*', 'clm#*'];

describe('the policies for people', () => {
  it('let readers read the whole table, and nothing else', () => {
    expect(statementsOf('Readers').slice(2)).toEqual([
      {
        Effect: 'Allow',
        Action: ['BatchGetItem', 'DescribeTable', 'GetItem', 'Query', 'Scan'].map((name) => `dynamodb:${name}`),
        Resource: tableArn(),
      },
    ]);
  });

  it.each<[string, string | readonly string[], object]>([
    ['Operators', 'dynamodb:PutItem', keys('StringLike', ...everyday)],
    ['Importers', 'dynamodb:PutItem', keys('StringLike', ...everyday)],
    ['Restorers', 'dynamodb:DeleteItem', keys('StringNotLike', 'kid#*', 'iss#*')],
    ['BreakGlass', ['dynamodb:DeleteItem', 'dynamodb:PutItem'], keys('StringLike', 'kid#*', 'iss#*')],
  ])('let %s do exactly %s besides reading, and only for their targets', (name, Action, Condition) => {
    expect(writesOf(name)).toEqual([{ Effect: 'Allow', Action, Resource: tableArn(), Condition }]);
  });

  it('allow no write without a condition, and importers no deletion', () => {
    const actions = ['Readers', 'Operators', 'Importers', 'Restorers', 'BreakGlass'].flatMap((name) =>
      statementsOf(name).flatMap(({ Action }) => Action),
    );
    // BatchWriteItem takes no conditions, and IAM cannot tell its puts from its deletions.
    expect(actions).not.toContain('dynamodb:BatchWriteItem');
    expect(writesOf('Importers').flatMap(({ Action }) => Action)).toEqual(['dynamodb:PutItem']);
  });

  it.each(REVOCATION_LEVELS.filter(isBreakGlass))('come with an alarm that names the level %s', (level) => {
    const alarms = Object.entries(template.findResources('AWS::CloudWatch::Alarm'));
    const [, alarm] = alarms.find(([id]) => id.includes('BreakGlassEntries')) ?? [];
    expect(alarm?.Properties.AlarmDescription).toContain(level);
  });

  it('let nobody read the table of signals, which has a policy of its own', () => {
    const team = signalsStack({ sources: { app: clients } });
    template = team.template();
    const signals = {
      'Fn::GetAtt': [team.stack.getLogicalId(team.signals.table.node.defaultChild as CfnElement), 'Arn'],
    };
    const about = (name: string) => statementsOf(name).filter(({ Resource }) => isDeepStrictEqual(Resource, signals));
    expect(about('SignalsReaders')).toHaveLength(1);
    expect(['Readers', 'Operators', 'Importers', 'Restorers', 'BreakGlass'].flatMap(about)).toEqual([]);
    template = templateOf(apiStackOf(soundDeployment));
  });

  it('are five, attached to nobody', () => {
    const policies = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    expect(policies).toHaveLength(5);
    for (const { Properties } of policies) expect(Properties).not.toHaveProperty('Roles');
  });

  it('allow the use of the key of an encrypted table, only through DynamoDB', () => {
    template = templateOf(apiStackOf({ ...soundDeployment, encryptionKey: 'create' }));
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    const through = {
      StringLike: { 'kms:ViaService': { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.*']] } },
    };
    const onKey = { Effect: 'Allow', Resource: { 'Fn::GetAtt': [key, 'Arn'] }, Condition: through };
    expect(statementsOf('Readers').at(-1)).toEqual({ ...onKey, Action: ['kms:Decrypt', 'kms:DescribeKey'] });
    expect(statementsOf('Operators').at(-1)).toMatchObject(onKey);
    expect(statementsOf('Operators').at(-1)?.Action).toContain('kms:GenerateDataKey');
  });
});

describe("the table's own policy", () => {
  const denial = (deploymentRoles?: readonly string[]) => {
    const options = deploymentRoles === undefined ? {} : { deploymentRoles };
    template = templateOf(apiStackOf({ ...soundDeployment, ...options }));
    const [table] = Object.values(template.findResources('AWS::DynamoDB::Table'));
    return table?.Properties.ResourcePolicy.PolicyDocument.Statement as readonly Statement[];
  };
  const role = (name: string) => ({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::', { Ref: 'AWS::AccountId' }, `:role/${name}`]],
  });

  it('lets only CloudFormation delete it or change its TTL, recovery and protection', () => {
    expect(denial()).toEqual([
      {
        Sid: 'OnlyDeploymentsChangeTheTable',
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: [
          'dynamodb:DeleteTable',
          'dynamodb:UpdateContinuousBackups',
          'dynamodb:UpdateTable',
          'dynamodb:UpdateTimeToLive',
        ],
        Resource: '*',
        Condition: {
          'ForAllValues:StringNotEquals': { 'aws:CalledVia': 'cloudformation.amazonaws.com' },
          ArnNotLike: { 'aws:PrincipalArn': [role('cdk-*-cfn-exec-role-*')] },
        },
      },
    ]);
  });

  it('exempts the roles with which a team deploys', () => {
    expect(denial(['deployer', 'ci/*'])[0]?.Condition).toMatchObject({
      ArnNotLike: { 'aws:PrincipalArn': [role('deployer'), role('ci/*')] },
    });
  });
});
