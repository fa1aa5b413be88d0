import { Annotations, Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkDeployment } from '../../../infra/deployment-check.ts';
import type { Deployment } from '../../../infra/settings/deployment-schema.ts';
import { apiStackOf, soundDeployment, templateOf } from '../../support/cdk/test-app.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Principal?: { readonly Service?: string };
  readonly Condition?: unknown;
}

const onlyOne = (template: Template, type: string) => {
  const found = Object.entries(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[number];
};

const ofOwnTrails = {
  ArnLike: {
    'aws:SourceArn': {
      'Fn::Join': [
        '',
        [
          'arn:',
          { Ref: 'AWS::Partition' },
          ':cloudtrail:',
          { Ref: 'AWS::Region' },
          ':',
          { Ref: 'AWS::AccountId' },
          ':trail/*',
        ],
      ],
    },
  },
};

describe('the audit trail', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(apiStackOf({ ...soundDeployment, auditTrail: true }));
  });

  it('records only writes to the revocation table: no reads, because their keys are claims, and no management events', () => {
    const [table] = onlyOne(template, 'AWS::DynamoDB::Table');
    const [, trail] = onlyOne(template, 'AWS::CloudTrail::Trail');
    expect(trail.Properties).toMatchObject({
      IsLogging: true,
      EnableLogFileValidation: true,
      IncludeGlobalServiceEvents: false,
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Data'] },
            { Field: 'resources.type', Equals: ['AWS::DynamoDB::Table'] },
            { Field: 'resources.ARN', Equals: [{ 'Fn::GetAtt': [table, 'Arn'] }] },
            { Field: 'readOnly', Equals: ['false'] },
          ],
        },
      ],
    });
    expect(trail.Properties).not.toHaveProperty('EventSelectors');
  });

  it('is kept in a bucket that is encrypted, private, only reachable by TLS, and outlives the stack', () => {
    const [bucket] = onlyOne(template, 'AWS::S3::Bucket');
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [Match.anyValue()] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        VersioningConfiguration: { Status: 'Enabled' },
      },
    });
    const [, policy] = onlyOne(template, 'AWS::S3::BucketPolicy');
    expect(policy.Properties.Bucket).toEqual({ Ref: bucket });
    expect(policy.Properties.PolicyDocument.Statement).toContainEqual(
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    template.hasOutput('AuditTrailBucketName', { Value: { Ref: bucket } });
  });

  it('is created after its bucket policy, which lets no trail of another account write', () => {
    const [policyId, policy] = onlyOne(template, 'AWS::S3::BucketPolicy');
    const [, trail] = onlyOne(template, 'AWS::CloudTrail::Trail');
    expect(trail.DependsOn).toContain(policyId);
    const statements = policy.Properties.PolicyDocument.Statement as readonly Statement[];
    const ofTrails = statements.filter(({ Principal }) => Principal?.Service === 'cloudtrail.amazonaws.com');
    expect(ofTrails.map(({ Action }) => Action)).toEqual(['s3:GetBucketAcl', 's3:PutObject']);
    for (const { Condition } of ofTrails) expect(Condition).toMatchObject(ofOwnTrails);
  });

  it("is encrypted with the deployment's key, which lets the trails of this account use it", () => {
    const encrypted = templateOf(apiStackOf({ ...soundDeployment, auditTrail: true, encryptionKey: 'create' }));
    const [keyId, key] = onlyOne(encrypted, 'AWS::KMS::Key');
    const [, trail] = onlyOne(encrypted, 'AWS::CloudTrail::Trail');
    expect(trail.Properties.KMSKeyId).toEqual({ 'Fn::GetAtt': [keyId, 'Arn'] });
    const statements = key.Properties.KeyPolicy.Statement as readonly Statement[];
    expect(statements).toContainEqual(
      expect.objectContaining({
        Action: ['kms:DescribeKey', 'kms:GenerateDataKey*'],
        Principal: { Service: 'cloudtrail.amazonaws.com' },
        Condition: ofOwnTrails,
      }),
    );
  });

  it('is created only where the deployment asks for it, because it costs money', () => {
    const without = templateOf(apiStackOf(soundDeployment));
    for (const type of ['AWS::CloudTrail::Trail', 'AWS::S3::Bucket']) without.resourceCountIs(type, 0);
  });

  it('is set by true or false', () => {
    const deployment = { ...soundDeployment, auditTrail: 'yes' } as unknown as Deployment;
    expect(() => checkDeployment(deployment)).toThrow('auditTrail is "yes": write only true, false.');
  });
});

describe("API Gateway's role for the logs of the whole account", () => {
  it('is not changed unless the deployment asks for a new one', () => {
    const types = ['AWS::ApiGateway::Account'];
    for (const type of types) templateOf(apiStackOf(soundDeployment)).resourceCountIs(type, 0);
    const template = templateOf(apiStackOf({ ...soundDeployment, accountLogsRole: true }));
    for (const type of types) template.resourceCountIs(type, 1);
  });

  it('outlives its stack, because every API of the account logs with it', () => {
    const template = templateOf(apiStackOf({ ...soundDeployment, accountLogsRole: true }));
    template.hasResource('AWS::ApiGateway::Account', { DeletionPolicy: 'Retain' });
    template.hasResource('AWS::IAM::Role', {
      DeletionPolicy: 'Retain',
      Properties: { AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'apigateway.amazonaws.com' } }] } },
    });
  });

  it('is announced at each synth that replaces it, with what depends on it', () => {
    const announced = (deployment: Deployment) =>
      Annotations.fromStack(apiStackOf(deployment)).findWarning('*', Match.stringLikeRegexp('accountLogsRole')).length;
    expect(announced({ ...soundDeployment, accountLogsRole: true })).toBe(1);
    expect(announced(soundDeployment)).toBe(0);
    Annotations.fromStack(apiStackOf({ ...soundDeployment, accountLogsRole: true })).hasWarning(
      '/bearer-authorizer/Api',
      'accountLogsRole is true: the deployment replaces the role with which API Gateway writes the logs of every API of the account ' +
        'in this Region, and the new role stays when the stack is deleted. Leave it out where `aws apigateway get-account` shows a ' +
        'cloudwatchRoleArn. [ack: bearer-authorizer:account-logs-role]',
    );
  });

  it('is set by true or false', () => {
    const deployment = { ...soundDeployment, accountLogsRole: 1 } as unknown as Deployment;
    expect(() => checkDeployment(deployment)).toThrow('accountLogsRole is 1: write only true, false.');
  });
});
