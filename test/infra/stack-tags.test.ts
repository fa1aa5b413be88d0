import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ApiStack } from '../../infra/api-stack.ts';
import type { Deployment } from '../../infra/settings/deployment-schema.ts';
import { newApp, soundDeployment } from '../support/cdk/test-app.ts';

const everyResource: Deployment = {
  ...soundDeployment,
  issuers: {},
  encryptionKey: 'create',
  auditTrail: true,
  alarmEmail: 'on-call@acme.example',
  webAcl: 'managed-rules',
};

type Tags = Readonly<Record<string, string>>;

/** The tags of every resource that has some, by type. */
function tagsOf(options: Partial<Deployment> = {}, stage?: string): ReadonlyMap<string, Tags> {
  const deployment = { ...everyResource, ...options };
  const stack = new ApiStack(newApp(), 'bearer-authorizer', { deployment, stage });
  const resources: { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }[] = Object.values(
    Template.fromStack(stack).toJSON().Resources,
  );
  const tagged = resources.flatMap(({ Type, Properties = {} }) => {
    const tags = Properties.Tags ?? Properties.UserPoolTags;
    return tags === undefined ? [] : [[Type, tagsIn(tags)] as const];
  });
  return new Map(tagged);
}

function tagsIn(tags: unknown): Tags {
  if (!Array.isArray(tags)) return tags as Tags;
  return Object.fromEntries(tags.map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]));
}

describe('every resource that takes tags', () => {
  it('is tagged with the application, those that outlive the stack among them', () => {
    const tags = tagsOf();
    expect([...tags.keys()]).toEqual(
      expect.arrayContaining([
        'AWS::ApiGateway::RestApi',
        'AWS::CloudTrail::Trail',
        'AWS::CloudWatch::Alarm',
        'AWS::Cognito::UserPool',
        'AWS::DynamoDB::Table',
        'AWS::IAM::Role',
        'AWS::KMS::Key',
        'AWS::Lambda::Function',
        'AWS::Logs::LogGroup',
        'AWS::S3::Bucket',
        'AWS::SNS::Topic',
        'AWS::WAFv2::WebACL',
      ]),
    );
    for (const each of tags.values()) expect(each).toEqual({ application: 'bearer-authorizer' });
    // CloudFormation knows their tags in some partitions only.
    expect([...tags.keys()]).not.toContain('AWS::CloudWatch::Dashboard');
    expect([...tags.keys()]).not.toContain('AWS::Lambda::EventSourceMapping');
  });

  it('has the tag of its stage, and those of the deployment', () => {
    for (const each of tagsOf({ tags: { 'cost-center': 'E 42', owner: '' } }, 'prod').values()) {
      expect(each).toEqual({ application: 'bearer-authorizer', stage: 'prod', 'cost-center': 'E 42', owner: '' });
    }
  });

  it('has a tag of the deployment in place of ours, in whatever case its key is: to IAM the two are one', () => {
    for (const each of tagsOf({ tags: { Application: 'orders', STAGE: 'live' } }, 'prod').values()) {
      expect(each).toEqual({ Application: 'orders', STAGE: 'live' });
    }
  });
});

describe('wrong tags', () => {
  const FIX =
    'write at most 48 texts by key, of letters, digits, spaces and _.:/=+-@: keys of up to 128 characters that do not begin with ' +
    'aws: and differ in more than case, values of up to 256';

  it.each<[unknown]>([
    [['team']],
    [{ 'aws:team': 'a' }],
    [{ '': 'a' }],
    [{ team: 'a'.repeat(257) }],
    [{ ['k'.repeat(129)]: 'a' }],
    [{ team: 'a;b' }],
    [{ team: 1 }],
    [{ team: 'a', Team: 'b' }],
    [Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, 'v']))],
  ])('are rejected in one sentence: %j', (tags) => {
    expect(() => tagsOf({ tags } as never)).toThrow(new RegExp(`^tags is .*: ${FIX.replaceAll('+', '\\+')}\\.$`));
  });
});
