import { Match, type Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkDeployment } from '../../infra/deployment-check.ts';
import type { Deployment } from '../../infra/settings/deployment-schema.ts';
import { ALARM_METRICS } from '../../ops/plan/plan-cost.ts';
import { apiStackOf, soundDeployment, templateOf } from '../support/cdk/test-app.ts';

const webAclArn = 'arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/ours/8a2d3c4e';
const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/8a2d3c4e-1111-2222-3333-444455556666';

describe('a deployment with its options', () => {
  let template: Template;
  beforeAll(() => {
    const options: Partial<Deployment> = {
      reservedConcurrency: 50,
      throttle: { rate: 200, burst: 100 },
      webAcl: 'managed-rules',
      requestsPerAddress: 5000,
      encryptionKey: 'create',
      alarmEmail: 'on-call@acme.example',
    };
    template = templateOf(apiStackOf({ ...soundDeployment, ...options }));
  });

  it('reserves concurrency for the authorizer and for no other function', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const reserved = functions.filter(([, { Properties }]) => Properties.ReservedConcurrentExecutions !== undefined);
    expect(reserved.map(([id]) => id)).toEqual([expect.stringMatching(/^AuthorizerFunction/)]);
    expect(reserved[0]?.[1].Properties.ReservedConcurrentExecutions).toBe(50);
  });

  it('throttles every method of the stage', () => {
    template.hasResourceProperties('AWS::ApiGateway::Stage', {
      MethodSettings: [
        Match.objectLike({
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: 200,
          ThrottlingBurstLimit: 100,
          LoggingLevel: 'ERROR',
        }),
      ],
    });
  });

  it("puts AWS's rules and a limit for each address before the stage, and samples no requests, which would show tokens", () => {
    const [acl] = Object.values(template.findResources('AWS::WAFv2::WebACL'));
    const rules = acl?.Properties.Rules as { readonly Name: string; readonly Action?: unknown }[];
    expect(rules.map(({ Name }) => Name)).toEqual([
      'RequestsOfOneAddress',
      'AWSManagedRulesAmazonIpReputationList',
      'AWSManagedRulesKnownBadInputsRuleSet',
      'AWSManagedRulesCommonRuleSet',
    ]);
    expect(JSON.stringify(acl)).not.toContain('"SampledRequestsEnabled":true');
    const [association] = Object.values(template.findResources('AWS::WAFv2::WebACLAssociation'));
    expect(JSON.stringify(association?.Properties.ResourceArn)).toContain('/stages/');
  });

  it('answers 429 to an address with too many requests, which any page may read: 403 is for scopes', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: Match.arrayWith([
        Match.objectLike({
          Action: {
            Block: {
              CustomResponse: {
                ResponseCode: 429,
                ResponseHeaders: Match.arrayWith([
                  { Name: 'Retry-After', Value: '60' },
                  { Name: 'Access-Control-Allow-Origin', Value: '*' },
                ]),
              },
            },
          },
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 5000 } },
        }),
      ]),
    });
  });

  it('has no empty list of overrides, which WAF rejects', () => {
    const [webAcl] = Object.values(template.findResources('AWS::WAFv2::WebACL'));
    expect(JSON.stringify(webAcl)).not.toContain('[]');
  });

  it('only counts requests without a User-Agent, which service clients need not send', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      Rules: Match.arrayWith([
        Match.objectLike({
          Name: 'AWSManagedRulesCommonRuleSet',
          Statement: {
            ManagedRuleGroupStatement: Match.objectLike({
              RuleActionOverrides: [{ Name: 'NoUserAgent_HEADER', ActionToUse: { Count: {} } }],
            }),
          },
        }),
      ]),
    });
  });

  it('encrypts table, logs and topic with one key, which rotates and outlives the stack', () => {
    template.hasResource('AWS::KMS::Key', { Properties: { EnableKeyRotation: true }, DeletionPolicy: 'Retain' });
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    const arn = { 'Fn::GetAtt': [key, 'Arn'] };
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: arn },
    });
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: arn, RetentionInDays: 90 });
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: arn });
  });

  it('lets the three functions that read table or stream decrypt, through DynamoDB only', () => {
    const statements = Object.values(template.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement as { Action: unknown; Condition?: object }[],
    );
    const decrypting = statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
    expect(decrypting).toHaveLength(3);
    for (const { Action, Condition } of decrypting) {
      expect(Action).toEqual(['kms:Decrypt', 'kms:DescribeKey']);
      expect(Condition).toHaveProperty(['StringLike', 'kms:ViaService']);
    }
  });

  it('has as many metrics under alarms as `npm run plan` counts the cost of', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    // An alarm on a metric itself has no list of metrics.
    const watched = alarms.flatMap<object>(({ Properties: { Metrics = [{ MetricStat: {} }] } }) =>
      (Metrics as readonly object[]).filter((metric) => 'MetricStat' in metric),
    );
    expect(watched).toHaveLength(ALARM_METRICS);
  });

  it('mails every alarm, those of authorizer, flusher and API', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(24);
    for (const { Properties } of alarms) expect(Properties).toMatchObject({ AlarmActions: [expect.anything()] });
  });
});

describe('a deployment of an HTTP API', () => {
  it('has the same alarms as one of a REST API, all of them mailed', () => {
    const options: Partial<Deployment> = { alarmEmail: 'on-call@acme.example' };
    const alarmsOf = (api: 'rest' | 'http') =>
      templateOf(apiStackOf({ ...soundDeployment, ...options, api })).findResources('AWS::CloudWatch::Alarm');
    expect(Object.keys(alarmsOf('http'))).toEqual(Object.keys(alarmsOf('rest')));
    for (const { Properties } of Object.values(alarmsOf('http'))) expect(Properties.AlarmActions).toHaveLength(1);
  });
});

describe('a deployment without options', () => {
  let template: Template;
  beforeAll(() => {
    template = templateOf(apiStackOf(soundDeployment));
  });

  it.each(['AWS::WAFv2::WebACL', 'AWS::KMS::Key', 'AWS::SNS::Topic'])('has no %s, which would cost money', (type) => {
    template.resourceCountIs(type, 0);
  });

  it('leaves concurrency and throttling to the account', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/ReservedConcurrentExecutions|Throttling(Rate|Burst)Limit/);
  });
});

describe('a resource that a team already has', () => {
  it('is used by its ARN, a web ACL or a key', () => {
    const template = templateOf(apiStackOf({ ...soundDeployment, webAcl: webAclArn, encryptionKey: keyArn }));
    template.hasResourceProperties('AWS::WAFv2::WebACLAssociation', { WebACLArn: webAclArn });
    template.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { KMSMasterKeyId: keyArn } });
    template.resourceCountIs('AWS::WAFv2::WebACL', 0);
    template.resourceCountIs('AWS::KMS::Key', 0);
  });
});

describe('a wrong option', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ reservedConcurrency: 0 }, 'reservedConcurrency is 0: write a whole number from 1.'],
    [{ reservedConcurrency: 1.5 }, 'reservedConcurrency is 1.5: write a whole number from 1.'],
    [{ encryptionKey: 'mine' }, 'encryptionKey is "mine": write \'create\', or the ARN of your key.'],
    [{ encryptionKey: true }, "encryptionKey is true: write 'create', or the ARN of your key."],
    [{ fipsEndpoint: 'yes' }, 'fipsEndpoint is "yes": write only true, false.'],
    [{ deploymentRoles: [] }, 'deploymentRoles is []: name at least 1.'],
    [
      { deploymentRoles: ['arn:aws:iam::123456789012:role/x'] },
      'deploymentRoles is ["arn:aws:iam::123456789012:role/x"]: list names of roles, not their ARNs.',
    ],
    [{ throttle: { rate: 10 } }, 'throttle is {"rate":10}: in burst, write a whole number of requests.'],
    [
      { throttle: { rate: 0, burst: 1 } },
      'throttle is {"rate":0,"burst":1}: in rate, write a whole number of requests.',
    ],
    [{ throttle: 10 }, 'throttle is 10: write an object: { … }.'],
    [
      { webAcl: 'managed-rules', requestsPerAddress: 5 },
      'requestsPerAddress is 5: write a whole number of requests from 10, within five minutes.',
    ],
    [
      { requestsPerAddress: 5000 },
      "requestsPerAddress is 5000: leave it out, or write webAcl: 'managed-rules', whose limit it is.",
    ],
    [{ webAcl: 'default' }, 'webAcl is "default": write \'managed-rules\', or the ARN of a regional web ACL.'],
  ])('is named, and the error says what to write: %j', (option, sentence) => {
    expect(() => checkDeployment({ ...soundDeployment, ...option } as Deployment)).toThrow(sentence);
  });
});
